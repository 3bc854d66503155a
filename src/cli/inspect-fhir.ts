import { systemClock } from '../basics/clock.ts';
import { toGatewayError } from '../errors/gateway-error.ts';
import { withoutRepetition } from '../flows/fhir/call-parts.ts';
import type { PlannedCall } from '../flows/fhir/platform-flow.ts';
import { NOTHING_KNOWN } from '../formats/fhir/dui/known-resources.ts';
import { withPlainNumbers } from '../formats/fhir/json-numbers.ts';
import { isError, readOutcome } from '../formats/fhir/operation-outcome.ts';
import { type FhirResource, type Finding as Remark, parseJson } from '../formats/fhir/resource.ts';
import { FLOW_PROFILES, rulesFor } from '../formats/fhir/rules/rules-for.ts';
import { checkPractitioner } from '../formats/fhir/sas/check-practitioner.ts';
import { resourceOf } from '../formats/fhir/transaction-entries.ts';
import { validate } from '../formats/fhir/validation/validate.ts';
import { fhirFlows } from '../gateway/fhir-platforms.ts';
import { refusalOf } from '../peers/fhir/refusals.ts';
import { DEFAULTS } from './inspect-defaults.ts';
import { type Facts, faultLines, type Finding } from './inspect-finding.ts';
import {
  accountFacts,
  contentText,
  interventionFacts,
  resourceFacts,
  traceFacts,
  transferFacts,
  typeText,
} from './inspect-fhir-facts.ts';
import { type FhirKind, kindOfJson } from './inspect-fhir-kind.ts';
import { count } from './output.ts';

type Call = Extract<FhirKind, { kind: 'call' }>;

const FACADE = DEFAULTS.fhir?.facade;
const NAMES = { dmi: 'DMI', dui: 'DUI', renacot: 'RENACOT' } as const;

/** The largest body that the façade takes, bytes. */
export const MAX_FHIR_BYTES = FACADE?.body ?? 0;

/**
 * A FHIR resource, or a flow's own simple JSON, as the façade takes it with every setting at its default. Values of it are
 * never repeated, but codes of published tables.
 *
 * @returns undefined for JSON that no flow knows
 */
export function lookAtFhir(bytes: Uint8Array): Finding | undefined {
  let json: unknown;
  try {
    json = withPlainNumbers(parseJson(bytes));
  } catch (thrown) {
    return unreadable(thrown);
  }
  const found = kindOfJson(json);
  switch (found?.kind) {
    case undefined:
      return undefined;
    case 'call':
      return lookAtCall(json, found);
    case 'account':
      return lookAtAccount(found.resource);
    case 'answer':
      return lookAtAnswer(found.resource);
    case 'other':
      return finding({
        facts: resourceFacts(found.resource),
        verdict: [
          `Aucun flux ne prend seule une ressource ${typeText(found.resource.resourceType)}.`,
          'Sont pris un Bundle (DMI, DUI), des Parameters (RENACOT) et un Practitioner (SAS).',
        ],
      });
  }
}

/** Larger than the façade takes: not even read. */
export function tooLarge(): Finding {
  return finding({
    decision: 'refuse',
    fault: { code: 'FHIR-002' },
    verdict: ['Demande refusée (413). Rien n’est envoyé.', ...faultLines({ code: 'FHIR-002' })],
  });
}

function unreadable(thrown: unknown): Finding {
  const { fault } = toGatewayError(thrown);
  const { status } = refusalOf(thrown).refusal;
  return finding({
    decision: 'refuse',
    fault,
    verdict: [`Demande refusée (${status}). Rien n’est envoyé.`, ...faultLines(fault)],
  });
}

function lookAtCall(json: unknown, { flow: name, form, path }: Call): Finding {
  const platform =
    DEFAULTS.fhir && fhirFlows(DEFAULTS.fhir, systemClock).find(each => each.flow.name === name);
  if (platform === undefined) throw new Error('the default configuration has all flows');
  const { flow } = platform;
  const planned = flow.plan(json, form, NOTHING_KNOWN);
  const { resource } = planned;
  const byProfile = resource === undefined ? [] : validate(resource, rulesFor(name), flow.profile);
  const findings = withoutRepetition([...planned.findings, ...byProfile]);
  const errors = findings.filter(isError).length;
  const given = resourceOf(json);
  const facts = {
    Flux: NAMES[name],
    Forme: form === 'simple' ? 'JSON simple de la passerelle' : 'ressource FHIR',
    ...(given === undefined ? {} : resourceFacts(given)),
    ...flowFacts(name, json, resource),
    'Demandé à la passerelle': `POST ${path}`,
    'Reconnue si elle revient': flow.nameOf(json) === undefined ? 'à ses octets' : 'à son identifiant',
  };
  if (resource === undefined || errors > 0) {
    return finding({
      facts,
      issues: findings,
      decision: 'refuse',
      fault: { code: 'FHIR-003' },
      verdict: [
        `Demande refusée (422) : ${count(errors, 'erreur')}. Rien n’est envoyé.`,
        ...(resource === undefined || planned.mustRefuse === true
          ? []
          : [`Avec \`fhir.${name}.validation: warn\`, elle serait envoyée quand même.`]),
        ...faultLines({ code: 'FHIR-003' }),
      ],
    });
  }
  const sent: Facts = {
    'Envoyé à la plateforme': `POST [fhir.${name}.url]${flow.path}`,
    'Ce qui part': whatLeaves(resource),
    Ordre: orderText(name, planned),
  };
  return finding({
    facts,
    issues: findings,
    parts: [{ title: 'Envoi', facts: sent }],
    decision: 'send',
    verdict: [`${accepted(findings)} ${AFTERWARDS}`, ...receptionLine(name)],
  });
}

const AFTERWARDS =
  'Elle est notée au journal, puis envoyée ; l’appelant reçoit la réponse de la plateforme, ou 202 si elle tarde.';

function accepted(findings: readonly Remark[]): string {
  return `Demande acceptée${remarksText(findings)}.`;
}

function remarksText({ length }: readonly Remark[]): string {
  return length === 0 ? '' : `, avec ${count(length, 'remarque')}`;
}

/** A transfer may come the other way, too. */
function receptionLine(name: Call['flow']): string[] {
  return name === 'dui'
    ? [
        'Si c’est un autre logiciel qui nous le transmet (POST /fhir/dui-consommateur/), il est jugé de même, puis remis à l’application (`fhir.dui.receive`).',
      ]
    : [];
}

function flowFacts(name: Call['flow'], json: unknown, planned: FhirResource | undefined): Facts {
  switch (name) {
    case 'dmi':
      return traceFacts(json);
    case 'dui':
      return transferFacts(json);
    case 'renacot':
      return interventionFacts(json, planned);
  }
}

function whatLeaves(resource: FhirResource): string {
  const bytes = Buffer.byteLength(JSON.stringify(resource));
  const content = resource.resourceType === 'Bundle' ? ` : ${contentText(resource)}` : '';
  return `${typeText(resource.resourceType)} de ${bytes} octets${content}`;
}

function orderText(name: Call['flow'], { about }: PlannedCall): string {
  if (about === undefined) return 'celui des demandes de l’appelant';
  return `celui des demandes sur ${name === 'renacot' ? 'la même intervention' : 'le même patient'}`;
}

function lookAtAccount(resource: FhirResource): Finding {
  const found = validate(resource, rulesFor('sas'), FLOW_PROFILES.sas);
  const { findings, refusal } = checkPractitioner(resource, found, 'refuse');
  const facts = { Flux: 'SAS (compte de régulateur)', ...resourceFacts(resource), ...accountFacts(resource) };
  if (refusal !== undefined) {
    return finding({
      facts,
      issues: findings,
      decision: 'refuse',
      fault: { code: 'FHIR-003' },
      verdict: [
        `Compte refusé (${refusal}) : ${count(findings.filter(isError).length, 'erreur')}. Rien n’est relayé.`,
        ...faultLines({ code: 'FHIR-003' }),
      ],
    });
  }
  return finding({
    facts,
    issues: findings,
    parts: [
      {
        title: 'Relais',
        facts: { 'Envoyé au logiciel d’agenda': 'PUT [fhir.sas.hook.url]/Practitioner/<notre identifiant>' },
      },
    ],
    decision: 'deliver',
    verdict: [
      `Compte admis${remarksText(findings)}.`,
      'Venu de la plateforme SAS (`fhir.sas.listen`), il est noté, puis relayé au logiciel d’agenda (`fhir.sas.hook`). Ce qui dépend des comptes déjà connus (Location, 412, identifiant d’un autre compte) n’est pas vu ici.',
    ],
  });
}

function lookAtAnswer(resource: FhirResource): Finding {
  const issues = readOutcome(resource).map(issue => ({
    severity: isError(issue) ? ('error' as const) : ('warning' as const),
    code: shown(issue.code),
    path: issue.expression.map(shown).join(', '),
    message: issue.details.map(shown).join(', '),
    rule: '',
  }));
  const errors = issues.filter(isError).length;
  return finding({
    facts: resourceFacts(resource),
    issues,
    verdict: [
      `Réponse d’une plateforme ou de la passerelle, et non une demande : ${errors === 0 ? 'aucune erreur' : count(errors, 'erreur')}.`,
      'Ses textes ne sont pas montrés : ils peuvent nommer le patient.',
    ],
  });
}

/** What others have written, where it is a code or a path. */
function shown(text: string): string {
  return /^[A-Za-z][\w.[\]-]{0,200}$/.test(text) ? text : '…';
}

function finding(found: Partial<Finding> & Pick<Finding, 'verdict'>): Finding {
  return {
    kind: 'fhir',
    facts: {},
    documents: [],
    parts: [],
    decision: undefined,
    fault: undefined,
    ...found,
  };
}
