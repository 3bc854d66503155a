import { createHash } from 'node:crypto';
import { codesOf, ENTRY } from './object-checks.ts';
import { identified, type RegistryObject, slot } from './objects.ts';
import { metadata, mismatch, type RegistryProblem } from './refusal.ts';
import { elements, isUnreadable, onlyElement, valueOf, withXml } from './xml.ts';

/** What the metadata of the signature say, in every lot alike (dmp.md §3). */
const SIGNATURE_CODES = {
  classCode: ['urn:oid:1.3.6.1.4.1.19376.1.2.1.1.1^URN'],
  typeCode: ['E1762^ASTM'],
  formatCode: ['http://www.w3.org/2000/09/xmldsig#^URN'],
  eventCodeList: ['1.2.840.10065.1.12.1.14^1.2.840.10065.1.12'],
} as const;
const SIGNATURE_CONFIDENTIALITY = ['INVISIBLE_PATIENT', 'MASQUE_PS', 'N'];

/** Every entry has its document, by the same id, with the hash and the size that it says. */
export function contentProblems(
  entries: readonly RegistryObject[],
  contents: ReadonlyMap<string, Buffer>,
): RegistryProblem[] {
  const known = new Set(entries.map(({ id }) => id));
  const strays = [...contents.keys()].filter(id => !known.has(id));
  return [
    ...strays.map(id => ({
      code: 'XDSMissingDocumentMetadata',
      context: `Document ${id}: no ExtrinsicObject`,
    })),
    ...entries.flatMap(entry => {
      const content = contents.get(entry.id);
      if (content === undefined)
        return [{ code: 'XDSMissingDocument', context: `entry ${entry.id}: no Document` }];
      const hash = createHash('sha1').update(content).digest('hex');
      return [
        ...(slot(entry, 'hash')[0] === hash ? [] : [{ code: 'XDSNonIdenticalHash', context: entry.id }]),
        ...(slot(entry, 'size')[0] === String(content.length)
          ? []
          : [{ code: 'XDSNonIdenticalSize', context: entry.id }]),
      ];
    }),
  ];
}

/** The CDA is XML, its id is the uniqueId (without extension), its patient that of the entry. */
export function cdaProblems({
  entry,
  uniqueId,
  content,
}: {
  readonly entry: RegistryObject;
  readonly uniqueId: string;
  readonly content: Buffer;
}): RegistryProblem[] {
  const [number = '', , , authority = ''] = identified(entry, ENTRY.patientId).split('^');
  const oid = authority.split('&')[1] ?? '';
  const invalid = (why: string): RegistryProblem[] => [
    { code: 'InvalidDocumentContent', context: `entry ${entry.id}: ${why}` },
  ];
  try {
    return withXml(content, document => {
      const cda = onlyElement(document.root, '//hl7:ClinicalDocument');
      if (cda === undefined) return invalid('no ClinicalDocument');
      const ids = elements(cda, 'hl7:recordTarget/hl7:patientRole/hl7:id');
      const isOfPatient = ids.some(
        id => valueOf(id, '@root') === oid && valueOf(id, '@extension') === number,
      );
      return [
        ...(valueOf(cda, 'hl7:id/@root') === uniqueId && valueOf(cda, 'hl7:id/@extension') === ''
          ? []
          : invalid('uniqueId is not ClinicalDocument/id')),
        ...(isOfPatient ? [] : [mismatch(`entry ${entry.id}: not a patient of the document`)]),
      ];
    });
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return invalid('not XML');
  }
}

/** The entry of the signature says what it says in every lot. */
export function signatureProblems(entry: RegistryObject): RegistryProblem[] {
  const confidentiality = codesOf(entry, ENTRY.confidentialityCode).map(code => code.split('^')[0] ?? '');
  const wrong = Object.entries(SIGNATURE_CODES).filter(
    ([name, codes]) => codesOf(entry, ENTRY[name as keyof typeof SIGNATURE_CODES]).join() !== codes.join(),
  );
  return [
    ...wrong.map(([name]) => metadata(`signature: ${name}`)),
    ...(confidentiality.sort().join() === SIGNATURE_CONFIDENTIALITY.join()
      ? []
      : [metadata('signature: confidentialityCode')]),
    ...(slot(entry, 'languageCode')[0] === 'art' ? [] : [metadata('signature: languageCode')]),
    ...(entry.mimeType === 'text/xml' ? [] : [metadata('signature: mimeType')]),
  ];
}
