/** Accounts of regulators, as the SAS platform brings them; everybody is invented. */
export type SampleAccount = Readonly<Record<string, unknown>>;

/** System of national identifiers (IDNPS). */
const NATIONAL = 'urn:oid:1.2.250.1.71.4.2.1';
/** What the platform calls itself by, in meta.source. */
const PLATFORM = 'urn:oid:1.2.250.1.213.3.6';
const TYPES = 'http://interopsante.org/fhir/CodeSystem/fr-v2-0203';
const PROFILE = 'https://interop.esante.gouv.fr/ig/fhir/sas/StructureDefinition/FrPractitionerRegul';

const RPPS = '810009990025';

/** What finds the regulator's account, as it stands in `?identifier=`. */
export const REGULATOR = encodeURIComponent(`${NATIONAL}|${RPPS}`);

/** The account of a regulator. @param change members that are different */
export function account(change: SampleAccount = {}): SampleAccount {
  return {
    resourceType: 'Practitioner',
    meta: { source: PLATFORM, profile: [PROFILE] },
    identifier: [{ type: { coding: [{ system: TYPES, code: 'IDNPS' }] }, system: NATIONAL, value: RPPS }],
    active: true,
    name: [{ family: 'Le Floc’h', given: ['Nolwenn'] }],
    telecom: [{ system: 'email', value: 'nolwenn.lefloch@sas.example' }],
    ...change,
  };
}
