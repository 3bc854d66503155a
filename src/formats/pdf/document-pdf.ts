import { readBody } from '../cda/read-body.ts';
import type { RequestDocument } from '../hl7/request-types.ts';
import type { PdfFonts } from './pdf-fonts.ts';
import { renderDocument } from './render-document.ts';

export type { PdfFonts } from './pdf-fonts.ts';

/**
 * A document as people read it on paper (MSSanté Référentiel #2, ECO.2.1.5): the PDF that it carries, byte for
 * byte, else its header and narrative as PDF/A-1b. No style sheet is run and nothing is fetched.
 *
 * @param fonts those that the text is set in; they are embedded as far as they are used.
 * @throws GatewayError CDA-001, CDA-003, CDA-004, CDA-008 where the body cannot be read.
 */
export async function documentPdf(document: RequestDocument, fonts: PdfFonts): Promise<Uint8Array> {
  const body = readBody(document.bytes);
  return body.pdf ?? renderDocument(document.header, body.narrative(), fonts);
}
