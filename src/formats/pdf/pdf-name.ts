import { mainServiceOf } from '../cda/main-service.ts';
import type { CdaHeader } from '../cda/types.ts';
import { documentLabel, MAX_LABEL, patientWords } from '../mail/document-words.ts';
import { normalized } from '../unicode/normalized.ts';

/** Characters of a name, so that a file system takes the whole (255 bytes). */
const MAX_NAME = 40;

/**
 * The names of the PDFs of one mail's documents (MSSanté Référentiel #2, ECO.2.1.6):
 * `<AAAAMMJJ de l’acte>_<type>_<NOM de naissance>_<prénom>.pdf`, names without accents, NOM in capitals. They
 * hold no character that a file system or a mail header gives a meaning to, and no two are the same, also
 * where case does not count: a second one ends in `_2`.
 */
export function pdfNames(headers: readonly CdaHeader[]): string[] {
  const taken = new Set<string>();
  return headers.map(header => {
    const stem = stemOf(header);
    for (let number = 1; ; number += 1) {
      const name = number === 1 ? `${stem}.pdf` : `${stem}_${number}.pdf`;
      if (taken.has(name.toLowerCase())) continue;
      taken.add(name.toLowerCase());
      return name;
    }
  });
}

function stemOf(header: CdaHeader): string {
  const { family, given } = patientWords(header.patient);
  const parts = [
    dateOf(header),
    part(documentLabel(header), MAX_LABEL) || 'document',
    part(family, MAX_NAME),
    part(given, MAX_NAME),
  ];
  return parts.filter(text => text !== undefined && text !== '').join('_');
}

/** The day on which the documented act began; the stay's, then the document's where the header has none. */
function dateOf(header: CdaHeader): string | undefined {
  const times = [mainServiceOf(header)?.start, header.encounter?.start, header.effectiveTime];
  return times.map(time => /^\d{8}/.exec(time ?? '')?.[0]).find(day => day !== undefined);
}

/**
 * A part of the name: neither what Windows, a path or a header takes as a sign, nor controls and marks of
 * direction, nor the bar that parts the parts, nor a point or blank at its ends.
 */
function part(text: string, limit: number): string {
  const plain = normalized(text.toWellFormed(), 'NFC')
    .replaceAll(/[/\\:*?"<>|_]/g, '-')
    .replaceAll(/[\p{C}\p{Z}\uFFFD]+/gu, ' ')
    .trim();
  return Array.from(plain)
    .slice(0, limit)
    .join('')
    .replaceAll(/^[\s.-]+|[\s.]+$/g, '');
}
