import type { IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { IssuedCertificate } from '../../src/sandbox/certificates.ts';
import type { Dmp } from '../../src/sandbox/dmp.ts';
import { ORG } from './dmp-identity.ts';
import type { WireRequest } from './dmp-request.ts';

export interface WireAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Sends a request and resolves to the answer; rejects as node:https does. */
export function post(
  dmp: Pick<Dmp, 'url' | 'ca'>,
  request: WireRequest,
  tls: Partial<IssuedCertificate> = ORG.auth,
): Promise<WireAnswer> {
  return new Promise((resolve, reject) => {
    const sent = httpsRequest(
      `${dmp.url}/${request.service}`,
      {
        method: 'POST',
        ca: dmp.ca,
        ...tls,
        agent: false,
        headers: { 'Content-Type': request.contentType, 'Content-Length': request.body.length },
      },
      answer => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.once('error', reject);
        answer.once('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            contentType: answer.headers['content-type'] ?? '',
            text: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      },
    );
    sent.once('error', reject);
    sent.end(request.body);
  });
}
