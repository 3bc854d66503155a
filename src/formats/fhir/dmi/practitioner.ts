import type { FhirResource } from '../resource.ts';
import { PROFILES } from './canonicals.ts';
import { addressOf, contactPoints } from './contact.ts';
import { compact, type Element, frenchIdentifier, identifierOf, metaOf } from './elements.ts';
import type { Professionnel } from './party-types.ts';

/** The Practitioner (dmi-practitioner). PS_IdNat is made of the RPPS or ADELI number where it is not given. */
export function buildPractitioner(professional: Professionnel): FhirResource {
  const { nom, prenom, adresses = [], telecom, metadonnee } = professional;
  const name = compact({ use: 'usual', family: nom, given: prenom === undefined ? [] : [prenom] });
  return compact({
    resourceType: 'Practitioner',
    meta: metaOf(PROFILES.practitioner, metadonnee),
    identifier: identifiersOf(professional),
    name: nom === undefined && prenom === undefined ? [] : [name],
    telecom: contactPoints(telecom === undefined ? [] : [telecom]),
    address: adresses.map(addressOf),
  });
}

function identifiersOf({ idNatPs, rpps, adeli, identifiant }: Professionnel): readonly Element[] {
  const national = idNatPs ?? (rpps === undefined ? prefixed('0', adeli) : `8${rpps}`);
  return [
    ...(national === undefined ? [] : [frenchIdentifier('IDNPS', 'urn:oid:1.2.250.1.71.4.2.1', national)]),
    ...(rpps === undefined ? [] : [frenchIdentifier('RPPS', 'https://rpps.esante.gouv.fr', rpps)]),
    ...(adeli === undefined ? [] : [frenchIdentifier('ADELI', 'https://adeli.esante.gouv.fr', adeli)]),
    ...(identifiant === undefined ? [] : [identifierOf(identifiant)]),
  ];
}

function prefixed(kind: string, number: string | undefined): string | undefined {
  return number === undefined ? undefined : kind + number;
}
