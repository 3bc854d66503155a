import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { TLSSocket } from 'node:tls';

/** Who may call: by a certificate, or by a token. */
export interface FhirCaller {
  readonly name: string;
  /** The common name of its certificate, and one of its organisational units where that counts too. */
  readonly certificate?: { readonly cn: string; readonly ou?: string | undefined } | undefined;
  /** Read anew at each request: a renewed token counts at once. */
  readonly token?: (() => Promise<string>) | undefined;
  /** What it may use. */
  readonly flows: readonly string[];
}

/** Nobody we know: without proof, or with a good certificate of a stranger. */
export type Stranger = 'nobody' | 'stranger';

/** Says who calls. A token that cannot be read is told to `failed`, and its caller is not known by it meanwhile. */
export function createDoorkeeper(
  callers: readonly FhirCaller[],
  failed: (error: unknown) => void,
): (socket: TLSSocket, authorization: string | undefined) => Promise<FhirCaller | Stranger> {
  const key = randomBytes(32);
  const digest = (token: string): Buffer => createHmac('sha256', key).update(token).digest();

  /** As long for a wrong token as for a right one, whatever they share. */
  async function byToken(token: string): Promise<FhirCaller | undefined> {
    const shown = digest(token);
    let found: FhirCaller | undefined;
    for (const caller of callers) {
      const known = await caller.token?.().catch((error: unknown) => {
        failed(error);
      });
      if (known !== undefined && timingSafeEqual(shown, digest(known))) found ??= caller;
    }
    return found;
  }

  return async (socket, authorization) => {
    const subject = verifiedSubject(socket);
    const known = subject && callers.find(({ certificate }) => isOf(certificate, subject));
    if (known !== undefined) return known;
    const token = /^Bearer +([\x21-\x7e]+) *$/i.exec(authorization ?? '')?.[1];
    if (token !== undefined) return (await byToken(token)) ?? 'nobody';
    return subject === undefined ? 'nobody' : 'stranger';
  };
}

interface Subject {
  readonly cn: readonly string[];
  readonly ou: readonly string[];
}

/** Of a certificate that an authority of ours has signed, for clients, and that is in its time. */
function verifiedSubject(socket: TLSSocket): Subject | undefined {
  if (!socket.authorized) return undefined;
  // Typed as if every certificate had one of each: they may be absent, or several.
  const { CN, OU } = (socket.getPeerCertificate().subject ?? {}) as Readonly<
    Record<string, string | string[] | undefined>
  >;
  return { cn: listOf(CN), ou: listOf(OU) };
}

function listOf(value: string | string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/** A certificate of several names is nobody's: it would be for us to choose who it is. */
function isOf(wanted: FhirCaller['certificate'], { cn, ou }: Subject): boolean {
  if (wanted === undefined || cn.length !== 1 || cn[0] !== wanted.cn) return false;
  return wanted.ou === undefined || ou.includes(wanted.ou);
}
