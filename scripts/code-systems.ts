/** TRE_A03, the classes of documents. */
export const CLASSES = '1.2.250.1.213.1.1.4.1';
/** TRE_R01, the specialities of doctors. */
export const SPECIALITIES = '1.2.250.1.71.4.2.5';

/** What XDS and HL7 call the code systems that the tables give as URLs: identifiers of ANS's FHIR CodeSystems. */
const SYSTEMS: ReadonlyMap<string, string> = new Map([
  ['http://loinc.org', '2.16.840.1.113883.6.1'],
  ['TRE_A00', '1.2.250.1.213.1.1.4.6'],
  ['TRE_A01', '1.2.250.1.213.1.1.4.9'],
  ['TRE_A03', CLASSES],
  ['TRE_A05', '1.2.250.1.213.1.1.4.12'],
  ['TRE_A06', '1.2.250.1.213.1.1.4.2.282'],
  ['TRE_A07', '1.2.250.1.213.1.1.4.13'],
  ['TRE_A08', '2.16.840.1.113883.5.25'],
  ['TRE_A09', '1.2.840.10008.2.6.1'],
  ['TRE_A10', 'URN'],
  ['TRE_A11', '1.3.6.1.4.1.19376.1.2.3'],
  ['TRE_A12', 'ASTM'],
  ['TRE_G05', '1.2.250.1.71.4.2.6'],
  ['TRE_G15', '1.2.250.1.71.1.2.7'],
  ['TRE_G16', '1.2.250.1.71.1.2.8'],
  ['TRE_R01', SPECIALITIES],
  ['TRE_R02', '1.2.250.1.71.4.2.4'],
  ['TRE_R21', '1.2.250.1.213.1.6.1.17'],
  ['TRE_R22', '1.2.250.1.213.1.6.1.19'],
  ['TRE_R85', '1.2.250.1.213.1.6.1.107'],
  ['TRE_R94', '1.2.250.1.213.1.6.1.4'],
  ['TRE_R95', '1.2.250.1.213.1.6.1.109'],
  ['TRE_R209', '1.2.250.1.213.2.2'],
  ['TRE_R276', '1.2.250.1.213.1.6.1.128'],
  ['TRE_R291', '1.2.250.1.213.1.6.1.140'],
]);

/**
 * What XDS and HL7 call a code system: its OID, or what stands for one.
 *
 * @param url as FHIR names it: `…/NOS/TRE_A03-ClasseDocument/FHIR/…`.
 */
export function systemOf(url: string): string {
  const system = SYSTEMS.get(/\/NOS\/(TRE_\w+)-/.exec(url)?.[1] ?? url);
  if (system === undefined) throw new Error(`no OID is known for ${url}`);
  return system;
}
