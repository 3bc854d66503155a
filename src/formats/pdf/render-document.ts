import type { Narrative } from '../cda/narrative-types.ts';
import { uniqueIdOf } from '../cda/identity.ts';
import type { CdaHeader } from '../cda/types.ts';
import { gap, type Layout, plainInlines, textBoxes } from './boxes.ts';
import { BLANK_CANVAS, type Canvas } from './canvas.ts';
import { documentTime } from './document-time.ts';
import { drawNarrative } from './draw-narrative.ts';
import { drawTable } from './draw-table.ts';
import { clipped } from './french.ts';
import { documentTable, patientTable, typeName } from './header-tables.ts';
import { createImageSource } from './images.ts';
import { createPageFlow, type PageFlow } from './page-flow.ts';
import { createPageFrame } from './page-frame.ts';
import { createPdfFile } from './pdf-file.ts';
import type { PdfFonts } from './pdf-fonts.ts';
import type { TableLook } from './table-rows.ts';
import { COLOR, CONTENT, PAGE, SIZE } from './theme.ts';
import { createTypeSetter } from './type-setter.ts';

const LABEL = { size: SIZE.small, color: COLOR.muted } as const;

const PATIENT_TABLE: TableLook = {
  size: SIZE.text,
  padding: 4,
  fill: COLOR.panel,
  header: { ...LABEL, fill: COLOR.panel },
  line: COLOR.line,
  lines: 'rows',
};

const DOCUMENT_TABLE: TableLook = {
  ...PATIENT_TABLE,
  padding: 3,
  fill: undefined,
  header: { ...LABEL, fill: undefined },
};

const LABEL_WIDTH = 122;

/**
 * A document as people read it on paper, as PDF/A-1b: header and narrative. The same document and fonts give
 * the same bytes.
 */
export function renderDocument(
  header: CdaHeader,
  narrative: Narrative,
  fonts: PdfFonts,
): Promise<Uint8Array> {
  const title = clipped(header.title ?? typeName(header));
  const identifier = uniqueIdOf(header.id);
  const file = createPdfFile(fonts, { title, identifier, created: documentTime(header) });
  const setter = createTypeSetter(file.metrics);
  const layout: Layout = { setter, image: createImageSource(file.openImage) };

  function compose(canvas: Canvas, total: number): number {
    const frame = createPageFrame(header, title, total, setter);
    const flow = createPageFlow(canvas, page => frame(canvas, page));
    drawHeader(flow, header, title, layout);
    drawNarrative(flow, narrative, layout);
    drawEnd(flow, narrative, layout);
    return flow.pages();
  }

  // Each page says how many there are: they are counted before the first is drawn.
  compose(file.canvas, compose(BLANK_CANVAS, 0));
  return file.finish();
}

function drawHeader(flow: PageFlow, header: CdaHeader, title: string, layout: Layout): void {
  const look = { size: SIZE.title, color: COLOR.accent };
  const inlines = plainInlines(title, { bold: true });
  flow.put(textBoxes({ inlines, align: undefined }, CONTENT.width, look, layout.setter), PAGE.left);
  flow.put([gap(6)], PAGE.left);
  const half = CONTENT.width / 2 - LABEL_WIDTH;
  const area = { x: PAGE.left, width: CONTENT.width };
  const pairs = [LABEL_WIDTH, half, LABEL_WIDTH, half];
  drawTable(flow, patientTable(header), { ...area, columns: pairs }, PATIENT_TABLE, layout);
  flow.put([gap(6)], PAGE.left);
  const columns = [LABEL_WIDTH, CONTENT.width - LABEL_WIDTH];
  drawTable(flow, documentTable(header), { ...area, columns }, DOCUMENT_TABLE, layout);
}

/** What a reader must know of what the pages show. */
function drawEnd(flow: PageFlow, narrative: Narrative, layout: Layout): void {
  const isCut = flow.full() || narrative.truncated;
  if (flow.full()) flow.startLastPage();
  if (narrative.sections.length === 0)
    putRemark(flow, 'Le corps du document ne contient pas de texte.', layout);
  if (isCut) {
    const text =
      'La suite du document n’est pas reproduite ici : elle est trop longue. Elle est dans le document CDA de l’archive IHE_XDM.zip.';
    putRemark(flow, text, layout, true);
  }
  if (layout.setter.substituted()) {
    putRemark(
      flow,
      'Les caractères qui n’ont pas pu être imprimés sont remplacés par leur numéro Unicode entre crochets : [U+…].',
      layout,
    );
  }
  putRemark(
    flow,
    'Version lisible du document CDA contenu dans l’archive IHE_XDM.zip, produite à partir de son en-tête et de son texte.',
    layout,
  );
}

function putRemark(flow: PageFlow, text: string, layout: Layout, strong = false): void {
  const look = strong ? { size: SIZE.text, color: COLOR.ink } : { size: SIZE.small, color: COLOR.muted };
  const inlines = plainInlines(text, { italic: !strong, bold: strong });
  flow.put(
    [gap(10), ...textBoxes({ inlines, align: undefined }, CONTENT.width, look, layout.setter)],
    PAGE.left,
  );
}
