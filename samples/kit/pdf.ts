import { Buffer } from 'node:buffer';

/** A small, valid one-page PDF with a few lines of Latin-1 text; `padTo` bytes make it heavy (a comment). */
export function samplePdf(lines: readonly string[], padTo = 0): Buffer {
  const text = lines
    .map(
      line => `(${line.replaceAll(/[()\\]/g, String.raw`\$&`).replaceAll(/[^\u0020-\u00ff]/g, '-')}) Tj T*`,
    )
    .join('\n');
  const stream = `BT /F1 14 Tf 60 780 Td 20 TL\n${text}\nET`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
  ];
  let pdf = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const offset = pdf.length;
    pdf += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  if (padTo > pdf.length) pdf += `%${'0123456789abcdef'.repeat(Math.ceil((padTo - pdf.length) / 16))}\n`;
  const rows = offsets.map(offset => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const table = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}`;
  const trailer = `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${pdf.length}\n%%EOF\n`;
  return Buffer.from(pdf + table + trailer, 'latin1');
}
