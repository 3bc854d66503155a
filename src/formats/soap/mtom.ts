import { GatewayError } from '../../errors/gateway-error.ts';
import type { SoapRequest } from './types.ts';

const CRLF = '\r\n';
/** RFC 2392 makes a Content-ID an address: it needs an `@`. */
const ROOT_ID = 'envelope@pfi-gateway';

/** What a Content-ID and a file name may hold: nothing that a header or a `cid:` address would have to escape. */
const NAME = /^[\w.@-]{1,200}$/;
/** Of the characters of RFC 2046 §5.1.1 those that need no quotes; 70 at most. */
const BOUNDARY = /^[\w.-]{1,70}$/;
const MEDIA_TYPE = /^[\w.+-]+\/[\w.+-]+(?:; ?[\w-]+=[\w.-]+)*$/;

/** A document that the envelope includes by `cid:` (XOP). */
export interface MtomPart {
  /** As in `<xop:Include href="cid:…"/>`, without angle brackets. */
  readonly cid: string;
  readonly contentType: string;
  /** A technical file name, such as `Document01.xml`: never that of the sender's file. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What a multipart message is made of. */
export interface MtomInput {
  readonly action: string;
  readonly envelope: string;
  readonly parts: readonly MtomPart[];
  /** Chance makes it, for each message anew. */
  readonly boundary: string;
}

/**
 * A SOAP message with its documents, MTOM over XOP (multipart/related, RFC 2387): the envelope first, then each
 * document as it is, in the order given.
 *
 * @throws GatewayError DMP-018 when the boundary occurs in a part: another one will not; DMP-017 when a part, or the
 *   boundary, cannot be named in a header or two parts have one name.
 */
export function mtomMessage({ action, envelope, parts, boundary }: MtomInput): SoapRequest {
  const root = Buffer.from(envelope);
  assertNameable(parts, boundary);
  for (const bytes of [root, ...parts.map(part => part.bytes)]) assertAbsent(boundary, bytes);
  const related = `type="application/xop+xml"; start="<${ROOT_ID}>"; start-info="application/soap+xml"`;
  return {
    contentType: `multipart/related; boundary="${boundary}"; ${related}; action="${action}"`,
    chunks: [
      head(`--${boundary}`, [
        `Content-Type: application/xop+xml; charset=UTF-8; type="application/soap+xml"; action="${action}"`,
        'Content-Transfer-Encoding: 8bit',
        `Content-ID: <${ROOT_ID}>`,
      ]),
      root,
      ...parts.flatMap(part => [head(`${CRLF}--${boundary}`, headersOf(part)), part.bytes]),
      Buffer.from(`${CRLF}--${boundary}--${CRLF}`),
    ],
  };
}

function headersOf({ cid, contentType, name }: MtomPart): string[] {
  return [
    `Content-Type: ${contentType}; name="${name}"`,
    'Content-Transfer-Encoding: binary',
    `Content-ID: <${cid}>`,
    `Content-Disposition: attachment; name="${name}"; filename="${name}"`,
  ];
}

function head(delimiter: string, headers: readonly string[]): Uint8Array {
  return Buffer.from([delimiter, ...headers, '', ''].join(CRLF), 'latin1');
}

function assertNameable(parts: readonly MtomPart[], boundary: string): void {
  const ids = new Set([ROOT_ID, ...parts.map(part => part.cid)]);
  const fits = parts.every(
    part => NAME.test(part.cid) && NAME.test(part.name) && MEDIA_TYPE.test(part.contentType),
  );
  if (!fits || ids.size !== parts.length + 1 || !BOUNDARY.test(boundary)) throw new GatewayError('DMP-017');
}

/** Anywhere, not only where a line begins: nobody's parser can be misled by what is not there. */
function assertAbsent(boundary: string, bytes: Uint8Array): void {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.includes(boundary, 0, 'latin1')) throw new GatewayError('DMP-018');
}
