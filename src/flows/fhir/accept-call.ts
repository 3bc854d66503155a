import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import type { IdSource } from '../../basics/ids.ts';
import { isError, outcomeOf } from '../../formats/fhir/operation-outcome.ts';
import { withPlainNumbers } from '../../formats/fhir/json-numbers.ts';
import { type Finding, parseJson } from '../../formats/fhir/resource.ts';
import type { Journal, NewRequest } from '../../journal/journal.ts';
import type { FhirHttpAnswer, FhirHttpRequest } from '../../peers/interfaces.ts';
import type { Woken } from '../settings.ts';
import type { Validate } from '../validating/validator.ts';
import { withoutRepetition } from './call-parts.ts';
import { callPayload, callRequest, countsOf, fhirTarget } from './call-request.ts';
import { durably } from './durably.ts';
import { type CallFacts, keptAnswer, passedOn } from './kept-call.ts';
import type { CallForm, PlannedCall, PlatformFlow } from './platform-flow.ts';
import { knownNames } from './platform-names.ts';
import type { WaitingRoom } from './waiting-room.ts';

export interface CallContext {
  readonly journal: Journal;
  readonly newId: IdSource;
  readonly log: Logger;
  readonly wake: (targets: Woken) => void;
  readonly room: WaitingRoom;
  readonly flow: PlatformFlow;
  /** By the flow's rules. */
  readonly validate: Validate;
  /** `warn`: a resource that does not follow its profile is sent all the same. */
  readonly validation: 'refuse' | 'warn';
  /** How long a caller waits for the platform, ms. */
  readonly waitMs: number;
}

/**
 * Takes what a caller asks a platform for, and answers with what the platform says: the same caller that asks the same
 * again gets the first answer. Nothing is sent before it stands in the journal; what takes longer than the caller waits
 * goes on, and 202 says where its outcome appears.
 *
 * @throws GatewayError FHIR-001 and FHIR-002 for what is no resource, FHIR-014 where it cannot be kept
 */
export async function acceptCall(
  asked: FhirHttpRequest,
  form: CallForm,
  context: CallContext,
): Promise<FhirHttpAnswer> {
  const { journal, flow, log, wake } = context;
  const digest = createHash('sha256').update(asked.body).digest('base64url');
  const json = form === 'simple' ? withPlainNumbers(parseJson(asked.body)) : parseJson(asked.body);
  const ownName = flow.nameOf(json);
  // What names a call may name a patient, too.
  const controlId = ownName === undefined ? digest : journal.keyOf(`${flow.name}:${ownName}`);
  const name = {
    application: asked.caller,
    from: { application: flow.name, facility: '', controlId },
    since: 0,
  };
  const known = await journal.requestNamed(name);
  if (known !== undefined) return outcome(known.exchangeId, asked, context);
  const owner = { flow: flow.name, caller: asked.caller };
  const ids = await knownNames(journal, owner, flow.namesElsewhere(json));
  const planned = flow.plan(json, form, ids);
  const { resource, about } = planned;
  // Written once: it is validated, kept and sent so.
  const payload = resource && callPayload(resource);
  const findings = await findingsOf(planned, payload?.bytes, asked, context);
  if (payload === undefined || isRefused(planned, findings, context)) {
    log.warn(
      { code: 'FHIR-003', caller: asked.caller, flow: flow.name, ...countsOf(findings) },
      'call refused',
    );
    return { status: 422, body: outcomeOf(findings) };
  }
  const request = plan({ payload, findings, about }, { ...name, digest }, context);
  const accepted = await durably(journal, () => journal.acceptRequest(request));
  if (accepted !== 'accepted') {
    const first = await journal.requestNamed(name);
    return first === undefined ? { status: 409, body: undefined } : outcome(first.exchangeId, asked, context);
  }
  log.info({ exchange: request.exchangeId, flow: flow.name, ...countsOf(findings) }, 'call accepted');
  wake([fhirTarget(flow.name)]);
  return outcome(request.exchangeId, asked, context);
}

/** What is wrong with a call, each thing once. */
async function findingsOf(
  { resource, findings }: PlannedCall,
  json: Uint8Array | undefined,
  { body, caller }: Pick<FhirHttpRequest, 'body' | 'caller'>,
  { validate, flow: { profile } }: Pick<CallContext, 'validate' | 'flow'>,
): Promise<readonly Finding[]> {
  if (resource === undefined) return findings;
  const byProfile = await validate(resource, { profile, bytes: body.byteLength, json, caller });
  return withoutRepetition([...findings, ...byProfile]);
}

function isRefused(
  { mustRefuse = false }: PlannedCall,
  findings: readonly Finding[],
  { validation }: CallContext,
): boolean {
  return mustRefuse || (validation === 'refuse' && findings.some(isError));
}

/** What has become of an exchange, for whoever asked; 202 while nobody knows. */
export async function outcome(
  exchangeId: string,
  { respondAsync, origin, signal }: Pick<FhirHttpRequest, 'respondAsync' | 'origin' | 'signal'>,
  { journal, room, waitMs }: Pick<CallContext, 'journal' | 'room' | 'waitMs'>,
): Promise<FhirHttpAnswer> {
  const waited = room.wait(exchangeId, respondAsync ? 0 : waitMs, signal);
  const known = await keptAnswer(journal, exchangeId);
  // Nobody waits for what is there.
  if (known !== undefined) room.call(exchangeId);
  const answer = known ?? (await waited.then(() => keptAnswer(journal, exchangeId)));
  if (answer !== undefined) return passedOn(answer);
  // Of what a person has given up, or what is kept no more, there is no answer to come.
  if ((await journal.exchange(exchangeId))?.exchange.state === 'ended')
    return { status: 410, body: outcomeOf([GONE]) };
  return {
    status: 202,
    headers: { 'content-location': `${origin}/fhir/outcomes/${exchangeId}` },
    body: outcomeOf([]),
  };
}

const GONE = {
  severity: 'error',
  code: 'not-found',
  path: '',
  message: 'Cette demande a été écartée, ou sa réponse n’est plus conservée.',
  rule: 'facade',
} as const;

function plan(
  call: {
    readonly payload: NewRequest['payloads'][number];
    readonly findings: readonly Finding[];
    readonly about: string | undefined;
  },
  name: Pick<NewRequest, 'application' | 'from' | 'digest' | 'since'>,
  { journal, newId, flow }: CallContext,
): NewRequest {
  const target = fhirTarget(flow.name);
  const facts: CallFacts = { flow: flow.name };
  const lane = call.about === undefined ? name.application : journal.keyOf(`patient:${call.about}`);
  return callRequest({
    ...name,
    exchangeId: newId(),
    deliveryId: newId(),
    target,
    lane: `${target}|${lane}`,
    facts: JSON.stringify(facts),
    payloads: [call.payload],
    counts: countsOf(call.findings),
  });
}
