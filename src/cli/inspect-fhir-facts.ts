import { EVENT_TYPES } from '../formats/fhir/dmi/event-types.ts';
import { fluxesOf } from '../formats/fhir/dmi/flux-of.ts';
import { type Flux, FLUXES, GENERIC_FLUX } from '../formats/fhir/dmi/fluxes.ts';
import { namesElsewhere } from '../formats/fhir/dui/known-resources.ts';
import { jointOf } from '../formats/fhir/renacot/codes.ts';
import { readParameters } from '../formats/fhir/renacot/read-parameters.ts';
import { type FhirResource, isObject } from '../formats/fhir/resource.ts';
import { entriesOf, listOf, resourceOf, textOf } from '../formats/fhir/transaction-entries.ts';
import { isResourceType } from '../formats/fhir/validation/model.ts';
import type { Facts } from './inspect-finding.ts';
import { count } from './output.ts';

// What may be said of FHIR: codes of tables, and numbers. Everything else could be the patient’s.

/** `Bundle (transaction)`: a type that FHIR has. */
export function resourceFacts(resource: FhirResource): Facts {
  const { resourceType } = resource;
  const bundleType = resourceType === 'Bundle' ? textOf(resource['type']) : undefined;
  const shown = bundleType !== undefined && BUNDLE_TYPES.has(bundleType) ? ` (${bundleType})` : '';
  return {
    Ressource: `${typeText(resourceType)}${shown}`,
    Contenu: resourceType === 'Bundle' ? contentText(resource) : undefined,
  };
}

const BUNDLE_TYPES: ReadonlySet<string> = new Set([
  'document',
  'message',
  'transaction',
  'transaction-response',
  'batch',
  'batch-response',
  'history',
  'searchset',
  'collection',
]);

/** `1 AuditEvent, 2 Device`; entries without a resource count too. */
export function contentText(bundle: FhirResource): string {
  const types = entriesOf(bundle).map(({ resource }) => typeText(resource?.resourceType));
  const counted = Map.groupBy(types, type => type);
  return [...counted].map(([type, those]) => `${those.length} ${type}`).join(', ');
}

export function typeText(type: string | undefined): string {
  if (type === undefined) return 'entrée sans ressource';
  return isResourceType(type) ? type : 'type que FHIR R4 n’a pas';
}

/** Which of the 21 fluxes a trace is of. */
export function traceFacts(json: unknown): Facts {
  const resource = resourceOf(json);
  const named = isObject(json) ? textOf(json['flux']) : undefined;
  const fluxes =
    resource === undefined ? FLUXES.filter(({ number }) => number === named) : fluxesOf(resource);
  return {
    'Flux du DMI':
      fluxes.length > 0
        ? fluxes.map(fluxText).join(', ou ')
        : resource === undefined
          ? 'inconnu (`flux`)'
          : `${fluxText(GENERIC_FLUX)}, faute de contenu qui le dise`,
    Événement: eventText(resource, json),
  };
}

function fluxText({ number, name }: Flux): string {
  return `${number} ${name}`;
}

function eventText(resource: FhirResource | undefined, json: unknown): string | undefined {
  const audits = resource === undefined ? [] : auditsIn(resource);
  const type = audits[0]?.['type'];
  const code = resource === undefined && isObject(json) ? json['evenement'] : isObject(type) && type['code'];
  const known = Object.entries(EVENT_TYPES).find(([each]) => each === code);
  return known && `${known[0]} ${known[1]}`;
}

function auditsIn(resource: FhirResource): FhirResource[] {
  const inside = entriesOf(resource).map(entry => entry.resource);
  return [resource, ...inside].filter(each => each?.resourceType === 'AuditEvent') as FhirResource[];
}

/** What a transfer refers to beyond itself. */
export function transferFacts(json: unknown): Facts {
  const bundle = resourceOf(json);
  const names = bundle === undefined ? [] : namesElsewhere(bundle);
  return {
    'Renvois hors du Bundle':
      names.length === 0
        ? undefined
        : `${count(names.length, 'nom')}, cherchés parmi les Bundles que cet appelant a déjà transmis (ici : aucun)`,
  };
}

const CONTRACTS = {
  registre: 'actuel ($associer-implants-registre)',
  procedure: 'premier ($associer-implants-procedure)',
} as const;

/** By which contract an operation is told, and of which joint. @param planned the Parameters that would be sent */
export function interventionFacts(json: unknown, planned: FhirResource | undefined): Facts {
  const resource = resourceOf(json);
  const read = resource ?? planned;
  const { intervention } = read === undefined ? { intervention: undefined } : readParameters(read);
  const joint = intervention && jointOf(intervention.typeProcedure);
  return {
    Contrat: resource === undefined ? undefined : CONTRACTS[readParameters(resource).contract],
    Prothèse: joint?.label,
    Implants: intervention === undefined ? undefined : String(intervention.implants.length),
  };
}

/** An account without a word of whom it is. */
export function accountFacts({ active, identifier, meta }: FhirResource): Facts {
  const has = isObject(meta) && textOf(meta['source']) !== undefined;
  return {
    Compte: active === false ? 'désactivé (`active` à faux)' : 'actif',
    Identifiants: String(listOf(identifier).length),
    'Établissement (meta.source)': has ? 'dit' : 'absent',
  };
}
