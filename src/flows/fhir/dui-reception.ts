import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import type { Clock } from '../../basics/clock.ts';
import type { IdSource } from '../../basics/ids.ts';
import { type KnownResources, withRemoteNames } from '../../formats/fhir/dui/known-resources.ts';
import { consumerAnywhere } from '../../formats/fhir/dui/own-server.ts';
import { receive, type Reception } from '../../formats/fhir/dui/receive.ts';
import { isError, outcomeOf } from '../../formats/fhir/operation-outcome.ts';
import { type FhirResource, parseResource } from '../../formats/fhir/resource.ts';
import { FLOW_PROFILES } from '../../formats/fhir/rules/rules-for.ts';
import type { RuleSet } from '../../formats/fhir/rules/types.ts';
import { validate } from '../../formats/fhir/validation/validate.ts';
import type { Journal, RequestName } from '../../journal/journal.ts';
import type { FhirHttpAnswer, FhirHttpRequest, FhirRoute } from '../../peers/interfaces.ts';
import type { Woken } from '../settings.ts';
import { identifierText, withoutRepetition, wrongType } from './call-parts.ts';
import { callRequest, countsOf, fhirTarget } from './call-request.ts';
import { durably } from './durably.ts';
import { knownTo, namesToKeep, patientOrder } from './earlier-bundles.ts';
import { passedOn } from './kept-call.ts';
import { handOver, payloadsOf, RECEPTION, settled } from './received-bundle.ts';

export interface ReceptionContext {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly newId: IdSource;
  readonly log: Logger;
  readonly wake: (targets: Woken) => void;
  readonly rules: RuleSet;
  /** `warn`: a Bundle that does not follow its profile is received all the same, where it is consistent. */
  readonly validation: 'refuse' | 'warn';
  /** Version of the guide that is answered by. */
  readonly contract: string;
}

/** Where other software sends us records of the DUI (guide of ans.fhir.fr.tddui, flux 1: the Consommateur). */
export function receptionRoute(context: ReceptionContext): FhirRoute {
  return {
    method: 'POST',
    path: '/fhir/dui-consommateur',
    flow: RECEPTION,
    handle: asked => receiveBundle(asked, context),
  };
}

/**
 * Receives a transaction, all or nothing: whatever is answered with yes stands in the journal, as it will be handed to the
 * application. The same caller that brings the same again gets the first answer, and nothing is handed over twice.
 *
 * @throws GatewayError FHIR-001 and FHIR-002 for what is no resource, FHIR-014 where it cannot be kept
 */
export async function receiveBundle(
  asked: FhirHttpRequest,
  context: ReceptionContext,
): Promise<FhirHttpAnswer> {
  const { journal, log, wake } = context;
  const bundle = parseResource(asked.body);
  const name = nameOf(bundle, asked, journal);
  const first = await journal.requestNamed(name);
  if (first !== undefined) return answer(first.exchangeId, asked, journal);
  const owner = { flow: RECEPTION, caller: asked.caller };
  const base = `${asked.origin}/fhir/dui-consommateur`;
  const looking = { owner, isConsumer: consumerAnywhere(base) };
  const isBundle = bundle.resourceType === 'Bundle';
  const reading = isBundle
    ? judged(bundle, base, await knownTo(bundle, looking, journal), context)
    : { kind: 'refused' as const, findings: wrongType('Bundle').findings };
  const { findings } = reading;
  if (reading.kind === 'refused') {
    log.warn(
      { code: 'FHIR-003', caller: asked.caller, flow: RECEPTION, ...countsOf(findings) },
      'call refused',
    );
    return { status: 422, body: outcomeOf(findings) };
  }
  const { resources, names, status } = reading;
  const order = await patientOrder(resources, owner, journal);
  const exchangeId = context.newId();
  const now = context.clock.now();
  const handedOver = handOver(resources, { identifier: bundle['identifier'], exchangeId, base, now });
  const created = { status, base, ids: [...namesToKeep(names, base, journal), ...order.ids] };
  const target = fhirTarget(RECEPTION);
  const request = callRequest({
    ...name,
    exchangeId,
    deliveryId: context.newId(),
    target,
    lane: `${target}|${order.key}`,
    facts: JSON.stringify({ flow: RECEPTION }),
    payloads: payloadsOf(handedOver, created),
    counts: countsOf(findings),
  });
  const accepted = await durably(journal, () => journal.acceptRequest(request));
  if (accepted !== 'accepted') {
    const faster = await journal.requestNamed(name);
    return faster === undefined ? forgotten() : answer(faster.exchangeId, asked, journal);
  }
  log.info({ exchange: exchangeId, flow: RECEPTION, ...countsOf(findings) }, 'call accepted');
  const said = await answer(exchangeId, asked, journal);
  wake([target]);
  return said;
}

function judged(
  bundle: FhirResource,
  base: string,
  known: KnownResources,
  { rules, validation, contract, newId, clock }: ReceptionContext,
): Reception {
  // The engine knows of this Bundle alone: a `urn:uuid:` of an earlier one would lead nowhere for it.
  const byProfile = validate(withRemoteNames(bundle, known, base), rules, FLOW_PROFILES.dui);
  const isRefused = validation === 'refuse' && byProfile.some(isError);
  const reception = receive(bundle, { newId, now: clock.now(), base, contract, known });
  const findings = withoutRepetition([...byProfile, ...reception.findings]);
  return isRefused ? { kind: 'refused', findings } : { ...reception, findings };
}

function nameOf(
  bundle: FhirResource,
  { caller, body }: FhirHttpRequest,
  { keyOf }: Pick<Journal, 'keyOf'>,
): RequestName {
  const digest = createHash('sha256').update(body).digest('base64url');
  const own = identifierText(bundle['identifier']);
  // What names a Bundle may name a patient, too.
  const controlId = own === undefined ? digest : keyOf(`${RECEPTION}:${own}`);
  return { application: caller, from: { application: RECEPTION, facility: '', controlId }, digest, since: 0 };
}

async function answer(
  exchangeId: string,
  { caller }: FhirHttpRequest,
  journal: Journal,
): Promise<FhirHttpAnswer> {
  const first = await settled(journal, exchangeId, { flow: RECEPTION, caller });
  return first === undefined ? forgotten() : passedOn(first);
}

/** The Bundle was received so long ago that its answer is kept no more: creating it again would make two records of one. */
function forgotten(): FhirHttpAnswer {
  const message = 'Ce Bundle a déjà été reçu ; la réponse d’alors n’est plus conservée.';
  const finding = {
    severity: 'error',
    code: 'not-found',
    path: 'Bundle',
    message,
    rule: RECEPTION,
  } as const;
  return { status: 410, body: outcomeOf([finding]) };
}
