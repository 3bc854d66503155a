import type { FhirResource } from '../resource.ts';
import { EXTENSIONS, PROFILES, SYSTEMS } from './canonicals.ts';
import { addressOf, contactPoint } from './contact.ts';
import { type Draft, referenceTo } from './draft.ts';
import {
  compact,
  discriminated,
  type Element,
  extension,
  frenchIdentifier,
  identifierOf,
  logicalReference,
  metaOf,
} from './elements.ts';
import type { Entite, Service } from './party-types.ts';

/** The Organization of a legal entity (dmi-organization-ej). Struct_IdNat is made of FINESS or SIREN where it is not given. */
export function buildEntity(entity: Entite): FhirResource {
  const { identifiantsDistributeur = [], identifiantsFabricant = [], adresse, telecoms = [] } = entity;
  return compact({
    resourceType: 'Organization',
    meta: metaOf(PROFILES.organizationEj, entity.metadonnee),
    extension: [
      ...identifiantsDistributeur.map(each =>
        extension(EXTENSIONS.localDistributorId, { valueIdentifier: identifierOf(each) }),
      ),
      ...identifiantsFabricant.map(each =>
        extension(EXTENSIONS.localManufacturerId, { valueIdentifier: identifierOf(each) }),
      ),
    ],
    identifier: identifiersOf(entity),
    name: entity.nom,
    alias: entity.nomLong === undefined ? [] : [entity.nomLong],
    telecom: telecoms.map(contactPoint),
    address: adresse === undefined ? [] : [addressOf(adresse)],
  });
}

function identifiersOf({ idNatSt, siren, finess, tva, srn = [] }: Entite): readonly Element[] {
  const national = idNatSt ?? (finess === undefined ? `2${siren}` : `1${finess}`);
  return [
    { use: 'official', ...frenchIdentifier('IDNST', 'urn:oid:1.2.250.1.71.4.2.2', national) },
    frenchIdentifier('SIREN', 'https://sirene.fr', siren),
    ...(finess === undefined ? [] : [frenchIdentifier('FINEJ', 'https://finess.esante.gouv.fr', finess)]),
    ...(tva === undefined ? [] : [discriminated('numeroTVAIntracommunautaire', { valeur: tva })]),
    ...srn.map(each => discriminated('numeroSRN', { valeur: each })),
  ];
}

/** Displays of TRE_R207-TypeOrganisationInterne. */
const SERVICE_TYPES: Readonly<Record<NonNullable<Service['type']>, string>> = {
  '1': 'Pôle',
  '2': 'Structure interne ou Service',
  '3': 'Unité fonctionnelle',
  '4': 'Unité élémentaire',
};

/** The Organization of a service (dmi-organization-interne), with the slice of its type that the profile wants. */
export function buildService(service: Service, draft: Draft): FhirResource {
  const { identifiant, nom, type = '2', categorie, lieux = [], entite, metadonnee } = service;
  const category = { coding: [{ system: SYSTEMS.serviceCategory, code: categorie }] };
  return compact({
    resourceType: 'Organization',
    meta: metaOf(PROFILES.organizationInterne, metadonnee),
    extension: lieux.map(place =>
      extension(EXTENSIONS.location, {
        valueReference:
          place.identifiant === undefined
            ? { display: place.nom }
            : logicalReference('Location', place.identifiant, place.nom),
      }),
    ),
    identifier: identifiant === undefined ? [] : [identifierOf(identifiant)],
    type: [
      { coding: [{ system: SYSTEMS.serviceType, code: type, display: SERVICE_TYPES[type] }] },
      ...(categorie === undefined ? [] : [category]),
    ],
    name: nom,
    partOf: entite === undefined ? undefined : referenceTo(draft, entite),
  });
}
