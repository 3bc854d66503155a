import type { CdaHeader } from '../cda/types.ts';
import { documentLabel, MAX_LABEL, patientWords } from './document-words.ts';

const PREFIX = 'XDM/1.0/DDM+';

/**
 * The subject that a notification carries on, from `XDM/1.0/DDM+`: the original's (after any `Fwd:`, `TR:`…),
 * else rebuilt from the documents by MSSanté Référentiel #2, ECO.2.1.3: `XDM/1.0/DDM+<label | N documents>
 * <NOM> <prénom> <JJ/MM/AAAA>`.
 *
 * @param original the outermost mail's subject, decoded.
 * @param documents the headers that could be read; none where the archive is broken.
 */
export function documentSubject(original: string, documents: readonly CdaHeader[]): string {
  const [, announced = ''] = /xdm\/1\.0\/ddm\+(.*)$/is.exec(original) ?? [];
  if (announced.trim() !== '') return PREFIX + announced.trim();
  const [first] = documents;
  if (first === undefined) return `${PREFIX}document`;
  const label = documents.length === 1 ? labelOf(first) : `${documents.length} documents`;
  const { family, given } = patientWords(first.patient);
  const words = [label, oneLine(family), oneLine(given), frenchDate(first.patient.birthTime)];
  return PREFIX + words.filter(word => word !== '').join(' ');
}

function labelOf(header: CdaHeader): string {
  return (
    Array.from(oneLine(documentLabel(header)))
      .slice(0, MAX_LABEL)
      .join('')
      .trim() || 'document'
  );
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

function frenchDate(time: string | undefined): string {
  const [, year, month, day] = /^(\d{4})(\d{2})(\d{2})/.exec(time ?? '') ?? [];
  return year === undefined ? '' : `${day}/${month}/${year}`;
}
