import { readBody } from './read-body.ts';

/**
 * The printed form of a document that the document itself carries: the PDF that the body of a level 1
 * document is, or the copy of the report in a level 3 document's section of that kind. Other PDFs
 * (attachments, reports that are quoted) are not the document.
 *
 * @param bytes a document whose header has been read.
 * @returns undefined where there is none, or where what is announced as one is no PDF.
 * @throws GatewayError CDA-001, CDA-002, CDA-003, CDA-004, CDA-008.
 */
export function embeddedPdf(bytes: Uint8Array): Uint8Array | undefined {
  return readBody(bytes).pdf;
}
