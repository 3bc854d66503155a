import { readCdaHeader } from '../../formats/cda/read-header.ts';
import type { CdaHeader } from '../../formats/cda/types.ts';
import type { Audience, RequestDocument } from '../../formats/hl7/request-types.ts';
import { buildDocumentMail } from '../../formats/mail/document-mail.ts';
import type { MailAddress } from '../../formats/mail/types.ts';
import { documentPdf, type PdfFonts } from '../../formats/pdf/document-pdf.ts';
import { pdfNames } from '../../formats/pdf/pdf-name.ts';
import { type ArchiveSource, buildXdm } from '../../formats/xdm/build-xdm.ts';
import { documentMetadata } from '../../formats/xdm/document-metadata.ts';
import type { KeptRequest } from '../kept-request.ts';

/** Everything that the mails of a request are made of. Plain data: it crosses to the preparer's process. */
export interface PrepareJob {
  readonly request: KeptRequest;
  readonly documents: readonly Uint8Array[];
  readonly source: ArchiveSource;
  readonly time: Date;
  readonly from: MailAddress;
  /** The domain of the Message-IDs. */
  readonly domain: string;
  readonly replyTo: string | undefined;
  readonly nil: string;
}

/** A mail ready to be submitted. */
export interface PreparedMail {
  readonly id: string;
  readonly audience: Audience;
  readonly messageId: string;
  readonly raw: Uint8Array;
}

/**
 * Makes the mails of a request: one archive, a PDF of each document, and a mail for each audience. Run in a process of its own by
 * {@link ./preparer.ts}: the documents come from anybody.
 *
 * @param newId makes the UUIDs of the archive
 * @throws GatewayError of a document that cannot be read or lacks what the archive needs
 */
export async function prepareMails(
  job: PrepareJob,
  { fonts, newId }: { readonly fonts: PdfFonts; readonly newId: () => string },
): Promise<PreparedMail[]> {
  const { request, source, time } = job;
  const documents = job.documents.map((bytes): RequestDocument => ({ bytes, header: readCdaHeader(bytes) }));
  const archive = await buildXdm({
    documents: documents.map(document => ({
      bytes: document.bytes,
      metadata: documentMetadata(document, { action: request.action, restrictions: request.restrictions }),
    })),
    author: request.sender,
    patientClass: request.patientClass,
    time,
    newId,
    source,
  });
  const headers = documents.map(({ header }) => header);
  const names = pdfNames(headers);
  const pdfs: { readonly filename: string; readonly bytes: Uint8Array }[] = [];
  for (const [position, document] of documents.entries()) {
    pdfs.push({
      filename: names[position] ?? `document_${position + 1}.pdf`,
      bytes: await documentPdf(document, fonts),
    });
  }
  return request.mails.map(mail => ({
    id: mail.id,
    audience: mail.audience,
    ...mailOf(mail, { job, headers, archive, pdfs }),
  }));
}

function mailOf(
  { id, audience, recipients, text }: KeptRequest['mails'][number],
  made: {
    readonly job: PrepareJob;
    readonly headers: readonly CdaHeader[];
    readonly archive: Uint8Array;
    readonly pdfs: readonly { readonly filename: string; readonly bytes: Uint8Array }[];
  },
): Pick<PreparedMail, 'messageId' | 'raw'> {
  const { job, headers, archive, pdfs } = made;
  const { request, domain, from, nil, source, time } = job;
  const messageId = `<${id}@${domain}>`;
  const raw = buildDocumentMail({
    messageId,
    date: time,
    from,
    to: recipients.map(({ address }) => address),
    replyTo: request.replyTo ?? job.replyTo,
    audience,
    action: request.action,
    headers,
    text,
    establishment: source.establishment.name,
    archive,
    pdfs,
    nil,
    insQualified: request.qualified,
    asksReading: request.asksReading,
    patientMayAnswer: request.patientMayAnswer,
  });
  return { messageId, raw };
}
