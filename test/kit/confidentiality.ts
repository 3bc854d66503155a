import { cdaDocument, type CdaSample, cdaSample } from '../../samples/kit/cda.ts';

/** The code systems of confidentiality: its levels, and who a document is hidden from. */
export const LEVELS = '2.16.840.1.113883.5.25';
export const VISIBILITY = '1.2.250.1.213.1.1.4.13';

/** The sample's document with these confidentialityCode elements instead of its own. */
export function confidential(elements: string, sample: Partial<CdaSample> = {}): Buffer {
  const own = /<confidentialityCode [^>]*\/>/;
  const text = cdaDocument(cdaSample(sample)).toString();
  if (!own.test(text)) throw new Error('the sample is written in another way');
  return Buffer.from(text.replace(own, elements));
}

/** The elements of a header that says its level, N, and something more. */
export const AFTER_NORMAL = {
  /** A second element. */
  second: (code: string) =>
    `<confidentialityCode code="N" codeSystem="${LEVELS}"/><confidentialityCode code="${code}" codeSystem="${LEVELS}"/>`,
  /** What another system calls it. */
  translation: (code: string) =>
    `<confidentialityCode code="N" codeSystem="${LEVELS}"><translation code="${code}"/></confidentialityCode>`,
} as const;
