import type { CallForm } from '../flows/fhir/platform-flow.ts';
import { type FhirResource, isObject } from '../formats/fhir/resource.ts';
import { entriesOf, listOf, resourceOf, textOf } from '../formats/fhir/transaction-entries.ts';

/** What a JSON file is to the gateway. */
export type FhirKind =
  /** Something that a caller brings to one of the façade’s addresses. */
  | {
      readonly kind: 'call';
      readonly flow: 'dmi' | 'dui' | 'renacot';
      readonly form: CallForm;
      readonly path: string;
    }
  /** A regulator’s account, as the SAS platform brings it. */
  | { readonly kind: 'account'; readonly resource: FhirResource }
  /** What a platform, or the façade, answers. */
  | { readonly kind: 'answer'; readonly resource: FhirResource }
  /** A resource that none of the flows takes alone. */
  | { readonly kind: 'other'; readonly resource: FhirResource };

/** Members that either simple JSON has, and the other one does not. */
const MEMBERS = {
  dmi: ['flux', 'evenement', 'occurrence', 'declaration', 'source', 'emetteur', 'recepteur', 'dispositifs'],
  renacot: ['nir', 'rpps', 'finessGeographique', 'dateIntervention', 'typeProcedure', 'implants'],
} as const;

/** What a JSON value is, by its form alone: it may be wrong in any way. @returns undefined for what no flow knows */
export function kindOfJson(json: unknown): FhirKind | undefined {
  const resource = resourceOf(json);
  if (resource === undefined) return simpleKind(json);
  switch (resource.resourceType) {
    case 'Bundle':
      return kindOfBundle(resource);
    case 'AuditEvent':
      return { kind: 'call', flow: 'dmi', form: 'resource', path: '/fhir/dmi/Bundle' };
    case 'Parameters':
      return kindOfParameters(resource);
    case 'Practitioner':
      return { kind: 'account', resource };
    case 'OperationOutcome':
      return { kind: 'answer', resource };
    default:
      return { kind: 'other', resource };
  }
}

function simpleKind(json: unknown): FhirKind | undefined {
  if (!isObject(json)) return undefined;
  const has = (flow: keyof typeof MEMBERS): number =>
    MEMBERS[flow].filter(member => Object.hasOwn(json, member)).length;
  const [dmi, renacot] = [has('dmi'), has('renacot')];
  if (dmi === 0 && renacot === 0) return undefined;
  return dmi >= renacot
    ? { kind: 'call', flow: 'dmi', form: 'simple', path: '/dmi/traces' }
    : { kind: 'call', flow: 'renacot', form: 'simple', path: '/renacot/interventions' };
}

const ANSWERS: ReadonlySet<string> = new Set(['transaction-response', 'batch-response', 'searchset']);

/** A trace holds an AuditEvent, or says that it should; any other transaction is a transfer. */
function kindOfBundle(bundle: FhirResource): FhirKind {
  if (ANSWERS.has(textOf(bundle['type']) ?? '')) return { kind: 'answer', resource: bundle };
  const meta = isObject(bundle['meta']) ? bundle['meta'] : {};
  const profiles = listOf(meta['profile']).map(profile => textOf(profile) ?? '');
  const hasTrace = entriesOf(bundle).some(({ resource }) => resource?.resourceType === 'AuditEvent');
  return hasTrace || profiles.some(profile => profile.includes('/tdmi/'))
    ? { kind: 'call', flow: 'dmi', form: 'resource', path: '/fhir/dmi/Bundle' }
    : { kind: 'call', flow: 'dui', form: 'resource', path: '/fhir/dui/' };
}

/** Of the registry’s answer a parameter is an outcome, or the registry’s identifier. */
function kindOfParameters(parameters: FhirResource): FhirKind {
  const names = listOf(parameters['parameter']).map(each => (isObject(each) ? textOf(each['name']) : ''));
  if (names.some(name => /^(?:result|operationOutcome|(?:id|reference)Registre)$/i.test(name ?? ''))) {
    return { kind: 'answer', resource: parameters };
  }
  const isFirst = names.some(name => /^(?:identifiantsPartiesPrenantes|procedureInfo)$/i.test(name ?? ''));
  const operation = isFirst ? 'Procedure/$associer-implants-procedure' : '$associer-implants-registre';
  return { kind: 'call', flow: 'renacot', form: 'resource', path: `/fhir/renacot/${operation}` };
}
