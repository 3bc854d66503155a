import { spawnSync } from 'node:child_process';

/** A part as Python’s `email` sees it. */
export interface PythonPart {
  /** Media type, and its parameters by their names. */
  readonly type: string;
  readonly params: Readonly<Record<string, string>>;
  readonly id: string;
  readonly encoding: string;
  readonly disposition: string;
  readonly fileName: string | null;
  readonly bytes: Buffer;
}

export interface PythonMessage extends Pick<PythonPart, 'type' | 'params'> {
  /** What the parser has found wrong, anywhere. */
  readonly defects: readonly string[];
  readonly parts: readonly PythonPart[];
}

const PARSER = `
import base64, email, json, sys
from email import policy
def kind(part):
  return {'type': part.get_content_type(), 'params': dict(part['Content-Type'].params)}
mail = email.message_from_bytes(sys.stdin.buffer.read(), policy=policy.HTTP)
print(json.dumps({
  **kind(mail),
  'defects': [repr(d) for p in mail.walk() for d in [*p.defects, *(d for h in p.values() for d in h.defects)]],
  'parts': [{
    **kind(part),
    'id': part['Content-ID'],
    'encoding': part['Content-Transfer-Encoding'],
    'disposition': part.get_content_disposition(),
    'fileName': part.get_filename(),
    'bytes': base64.b64encode(part.get_payload(decode=True)).decode(),
  } for part in mail.iter_parts()],
}))`;

/** A multipart body, taken apart by a MIME parser that is nobody’s here. */
export function parsedByPython(contentType: string, body: Uint8Array): PythonMessage {
  const { stdout, stderr } = spawnSync('python3', ['-c', PARSER], {
    input: Buffer.concat([Buffer.from(`Content-Type: ${contentType}\r\n\r\n`), body]),
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (stderr !== '') throw new Error(stderr);
  const { parts, ...message } = JSON.parse(stdout) as Omit<PythonMessage, 'parts'> & {
    readonly parts: readonly (Omit<PythonPart, 'bytes'> & { readonly bytes: string })[];
  };
  return { ...message, parts: parts.map(part => ({ ...part, bytes: Buffer.from(part.bytes, 'base64') })) };
}
