import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import type { Clock } from '../../basics/clock.ts';
import type { IdSource } from '../../basics/ids.ts';
import { withRemoteNames } from '../../formats/fhir/dui/known-resources.ts';
import { consumerAnywhere } from '../../formats/fhir/dui/own-server.ts';
import { receive, type Reception } from '../../formats/fhir/dui/receive.ts';
import { isError, outcomeOf } from '../../formats/fhir/operation-outcome.ts';
import { type FhirResource, parseResource } from '../../formats/fhir/resource.ts';
import { FLOW_PROFILES } from '../../formats/fhir/rules/rules-for.ts';
import type { IdOwner, Journal, RequestName } from '../../journal/journal.ts';
import type { FhirHttpAnswer, FhirHttpRequest, FhirRoute } from '../../peers/interfaces.ts';
import type { Woken } from '../settings.ts';
import type { Validate } from '../validating/validator.ts';
import { identifierText, withoutRepetition, wrongType } from './call-parts.ts';
import { callPayload, callRequest, countsOf, fhirTarget } from './call-request.ts';
import { durably } from './durably.ts';
import { knownTo, namesToKeep, patientOrder, referredElsewhere } from './earlier-bundles.ts';
import { keptAnswer, type KeptAnswer, passedOn } from './kept-call.ts';
import { clashIn } from './platform-names.ts';
import { handOver, RECEPTION } from './received-bundle.ts';

export interface ReceptionContext {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly newId: IdSource;
  readonly log: Logger;
  readonly wake: (targets: Woken) => void;
  /** By the flow's rules. */
  readonly validate: Validate;
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
 * @throws GatewayError FHIR-001 and FHIR-002 for what is no resource, FHIR-014 where it cannot be kept, and as
 *   `validate`
 */
export async function receiveBundle(
  asked: FhirHttpRequest,
  context: ReceptionContext,
): Promise<FhirHttpAnswer> {
  const { journal, log } = context;
  const bundle = parseResource(asked.body);
  const name = nameOf(bundle, asked, journal);
  const first = await journal.requestNamed(name);
  if (first !== undefined) return firstAnswer(first.exchangeId, journal);
  const sender = {
    owner: { flow: RECEPTION, caller: asked.caller },
    base: `${asked.origin}/fhir/dui-consommateur`,
    bytes: asked.body.byteLength,
  };
  const reception =
    bundle.resourceType === 'Bundle'
      ? await judged(bundle, sender, context)
      : { kind: 'refused' as const, findings: wrongType('Bundle').findings };
  if (reception.kind === 'refused') {
    const counts = countsOf(reception.findings);
    log.warn({ code: 'FHIR-003', caller: asked.caller, flow: RECEPTION, ...counts }, 'call refused');
    return { status: 422, body: outcomeOf(reception.findings) };
  }
  const received = { name, identifier: bundle['identifier'], reception, sender };
  return store(received, context);
}

/** Who sends a Bundle, and which. */
interface Sender {
  readonly owner: IdOwner;
  /** Of our addresses as the caller writes them, without `/` at its end. */
  readonly base: string;
  /** Of the body. */
  readonly bytes: number;
}

async function judged(
  bundle: FhirResource,
  { owner, base, bytes }: Sender,
  { journal, validate, validation, contract, newId, clock }: ReceptionContext,
): Promise<Reception> {
  const known = await knownTo(bundle, { owner, isConsumer: consumerAnywhere(base) }, journal);
  // The engine knows of this Bundle alone: a `urn:uuid:` of an earlier one would lead nowhere for it.
  const named = withRemoteNames(bundle, known, base);
  const byProfile = await validate(named, { profile: FLOW_PROFILES.dui, bytes, caller: owner.caller });
  const isRefused = validation === 'refuse' && byProfile.some(isError);
  const reception = receive(bundle, { newId, now: clock.now(), base, contract, known });
  const findings = withoutRepetition([...byProfile, ...reception.findings]);
  return isRefused ? { kind: 'refused', findings } : { ...reception, findings };
}

/** Stores what was created, together with the answer and the names by which later Bundles may call it. */
async function store(
  {
    name,
    identifier,
    reception: { resources, names, status, response, findings },
    sender: { owner, base },
  }: {
    readonly name: RequestName;
    readonly identifier: unknown;
    readonly reception: Extract<Reception, { kind: 'created' }>;
    readonly sender: Sender;
  },
  { journal, log, wake, newId, clock }: ReceptionContext,
): Promise<FhirHttpAnswer> {
  const exchangeId = newId();
  const order = await patientOrder(resources, owner, journal);
  const ids = [...namesToKeep(names, base), ...order.ids];
  const answer: KeptAnswer = { status, body: JSON.stringify(response), isFinal: true };
  const target = fhirTarget(RECEPTION);
  const request = callRequest({
    ...name,
    exchangeId,
    deliveryId: newId(),
    target,
    lane: `${target}|${order.key}`,
    facts: JSON.stringify({ flow: RECEPTION }),
    payloads: [callPayload(handOver(resources, { identifier, exchangeId, base, now: clock.now() }))],
    counts: countsOf(findings),
    answer: { bytes: Buffer.from(JSON.stringify(answer)), ids, owner, clash: clashIn(RECEPTION) },
    refersTo: { owner, remotes: referredElsewhere(resources) },
  });
  if ((await durably(journal, () => journal.acceptRequest(request))) !== 'accepted') {
    const faster = await journal.requestNamed(name);
    return faster === undefined ? forgotten() : firstAnswer(faster.exchangeId, journal);
  }
  log.info({ exchange: exchangeId, flow: RECEPTION, ...countsOf(findings) }, 'call accepted');
  wake([target]);
  return passedOn(answer);
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

async function firstAnswer(exchangeId: string, journal: Journal): Promise<FhirHttpAnswer> {
  const first = await keptAnswer(journal, exchangeId);
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
