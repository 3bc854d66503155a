import { createHash } from 'node:crypto';
import type { Limit } from '../../basics/limit.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import { outcomeOf } from '../../formats/fhir/operation-outcome.ts';
import { type FhirResource, parseResource } from '../../formats/fhir/resource.ts';
import { FLOW_PROFILES } from '../../formats/fhir/rules/rules-for.ts';
import { type AccountSearch, readAccountSearch } from '../../formats/fhir/sas/account-search.ts';
import { checkPractitioner } from '../../formats/fhir/sas/check-practitioner.ts';
import { identifiersOf } from '../../formats/fhir/sas/practitioner.ts';
import type { FhirHttpAnswer, FhirHttpRequest } from '../../peers/interfaces.ts';
import type { Validate } from '../validating/validator.ts';
import { countsOf } from './call-request.ts';
import { keptAnswer, passedOn } from './kept-call.ts';
import { changeFacts, isRefusal } from './sas-changes.ts';
import { decide, type DecideContext, type WantedChange } from './sas-decide.ts';

export interface AccountContext extends DecideContext {
  readonly validate: Validate;
  readonly validation: 'refuse' | 'warn';
  /** What the platform calls us by: Location begins so. */
  readonly publicUrl: string;
  /** One decision at a time. */
  readonly decisions: Limit;
}

/**
 * Takes an account that the SAS platform creates (POST). One that is known is changed, and has its Location as before: the
 * guide says nothing of it, and calls the body “création ou mise à jour”.
 *
 * @throws GatewayError FHIR-001 and FHIR-002 for what is no resource, and the journal's own
 */
export function createAccount(asked: FhirHttpRequest, context: AccountContext): Promise<FhirHttpAnswer> {
  return accept(asked, undefined, context);
}

/** Takes an account that it updates (PUT by identifier), or so creates. @throws GatewayError as {@link createAccount} */
export async function updateAccount(
  asked: FhirHttpRequest,
  context: AccountContext,
): Promise<FhirHttpAnswer> {
  const reading = readAccountSearch(asked.search);
  if (!('search' in reading)) return { status: 400, body: outcomeOf(reading.findings) };
  return accept(asked, reading.search, context);
}

async function accept(
  asked: FhirHttpRequest,
  search: AccountSearch | undefined,
  context: AccountContext,
): Promise<FhirHttpAnswer> {
  const { validate, validation, log } = context;
  const practitioner = parseResource(asked.body);
  const { body, caller } = asked;
  const about = { profile: FLOW_PROFILES.sas, bytes: body.byteLength, caller };
  const found = await validate(practitioner, about);
  const { findings, refusal } = checkPractitioner(practitioner, found, validation);
  const counts = countsOf(findings);
  if (refusal !== undefined) {
    log.warn({ code: 'FHIR-003', caller: asked.caller, flow: 'sas', ...counts }, 'account change refused');
    return { status: refusal, body: outcomeOf(findings) };
  }
  return changed(wantedBy(asked, search, practitioner, counts), context);
}

function wantedBy(
  { caller, body, signal }: FhirHttpRequest,
  search: AccountSearch | undefined,
  practitioner: FhirResource,
  counts: WantedChange['counts'],
): WantedChange {
  const criterion = search === undefined ? 'POST' : `PUT ${JSON.stringify([search.system, search.value])}`;
  const digest = createHash('sha256').update(criterion).update('\n').update(body).digest('base64url');
  const identifiers = identifiersOf(practitioner);
  return { caller, digest, practitioner, counts, search, identifiers, signal };
}

/** Decides, as often as other changes of the account have to be settled before. */
async function changed(wanted: WantedChange, context: AccountContext): Promise<FhirHttpAnswer> {
  for (;;) {
    const decision = await context.decisions.run(() => decide(wanted, context));
    if (decision.kind === 'refused') return decision.answer;
    await decision.settled;
    if (decision.kind !== 'busy') return answerTo(decision.exchangeId, context);
  }
}

/** What the platform is answered to a change that is settled. */
async function answerTo(exchangeId: string, { journal, publicUrl }: AccountContext): Promise<FhirHttpAnswer> {
  const kept = await keptAnswer(journal, exchangeId);
  if (kept !== undefined && isRefusal(kept)) return passedOn(kept);
  const facts = await changeFacts(journal, exchangeId);
  if (facts === undefined) throw new GatewayError('JRN-007');
  const location = `${publicUrl}/Practitioner/${facts.account}`;
  return { status: facts.status, headers: { location }, body: undefined };
}
