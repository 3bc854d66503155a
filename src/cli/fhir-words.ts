/** The FHIR flows in people's words, by what their deliveries go to. */
const TARGETS: ReadonlyMap<string, string> = new Map([
  ['fhir:dmi', 'la plateforme DMI'],
  ['fhir:dui', 'la plateforme DUI'],
  ['fhir:renacot', 'le registre RENACOT'],
  ['fhir:dui-consommateur', 'l’application qui reçoit les DUI'],
  ['fhir:sas', 'le logiciel d’agenda (SAS)'],
  ['fhir:sas-off', 'le logiciel d’agenda (SAS, désactivations)'],
]);

/** Where something goes that a FHIR call has brought; undefined for what is no FHIR. */
export function fhirTargetName(target: string): string | undefined {
  return TARGETS.get(target);
}
