import { refuse } from './refusal.ts';

export interface MimePart {
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

export interface MimeValue {
  readonly value: string;
  /** By lower-case name. */
  readonly parameters: ReadonlyMap<string, string>;
}

const CRLF = '\r\n';
/** A lot has a handful of documents. */
const MOST_PARTS = 200;

/** A structured header (RFC 2045 §5.1): `multipart/related; boundary="x"`; the value in lower case. */
export function mimeValue(text: string): MimeValue {
  const [value = '', ...rest] = text.match(/(?:"(?:\\.|[^"\\])*"|[^;"])+/gs) ?? [];
  const parameters = rest.map(parameter => {
    const at = parameter.indexOf('=');
    const said = parameter.slice(at + 1).trim();
    const content = said.startsWith('"') ? said.slice(1, -1).replaceAll(/\\(.)/gs, '$1') : said;
    return [parameter.slice(0, at).trim().toLowerCase(), content] as const;
  });
  return { value: value.trim().toLowerCase(), parameters: new Map(parameters) };
}

/**
 * Splits a multipart body (RFC 2046 §5.1.1) strictly: CRLF everywhere, no preamble, nothing behind the closing delimiter. A
 * Content-Length that counts characters, or a boundary that occurs in a part, is found so.
 *
 * @throws a Fault without Subcode
 */
export function splitMultipart(body: Buffer, boundary: string): MimePart[] {
  if (!/^[\w'()+,./:=? -]{0,69}[\w'()+,./:=?-]$/.test(boundary)) refuse(undefined, 'MTOM: no valid boundary');
  const delimiter = Buffer.from(`${CRLF}--${boundary}`, 'latin1');
  const opening = delimiter.subarray(CRLF.length);
  if (!body.subarray(0, opening.length).equals(opening))
    refuse(undefined, 'MTOM: the body does not begin with the boundary');
  const parts: MimePart[] = [];
  let at = opening.length;
  while (body.toString('latin1', at, at + 2) === CRLF) {
    const start = at + CRLF.length;
    const end = body.indexOf(delimiter, start);
    if (end === -1) refuse(undefined, 'MTOM: the closing boundary is missing');
    if (parts.length === MOST_PARTS) refuse(undefined, `MTOM: more than ${MOST_PARTS} parts`);
    parts.push(readPart(body.subarray(start, end)));
    at = end + delimiter.length;
  }
  if (body.toString('latin1', at, at + 2) !== '--')
    refuse(undefined, 'MTOM: a boundary is followed neither by CRLF nor by --');
  if (!['', CRLF].includes(body.toString('latin1', at + 2)))
    refuse(undefined, 'MTOM: bytes after the closing boundary');
  return parts;
}

function readPart(part: Buffer): MimePart {
  const end = part.indexOf(CRLF + CRLF);
  if (end === -1) refuse(undefined, 'MTOM: a part without an empty line after its headers');
  const lines = part.toString('latin1', 0, end).split(CRLF);
  const headers = lines.map(line => {
    const [, name, value] = /^([!-9;-~]+):[ \t]*([^\r\n]*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined)
      refuse(undefined, 'MTOM: a part header that is not a header');
    return [name.toLowerCase(), value] as const;
  });
  return { headers: new Map(headers), body: part.subarray(end + 2 * CRLF.length) };
}
