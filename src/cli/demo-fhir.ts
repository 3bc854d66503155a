import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CallScenario, ExpectedCall } from '../../samples/fhir/calls.ts';
import { isError, readOutcome } from '../formats/fhir/operation-outcome.ts';
import type { ExchangeView } from '../journal/journal.ts';
import type { FhirAnswer } from '../peers/interfaces.ts';
import { type HeardCall, listenToPeers, listIn, memberOf, typesIn } from './demo-fhir-heard.ts';
import { storyOf } from './demo-fhir-story.ts';
import { callSettled } from './demo-settled.ts';
import type { Stage } from './demo-stage.ts';
import { differing } from './demo-verdict.ts';

/** What became of a call, as everybody tells it whom it reached. */
export interface CallBecame extends ExpectedCall {
  /** What happened, a French sentence a line. */
  readonly story: readonly string[];
  readonly heard: readonly HeardCall[];
  /** The answer's JSON; undefined for one without. */
  readonly answered: unknown;
}

/**
 * Makes a scenario's call, and waits until the gateway has brought it to whom it is for.
 *
 * @returns undefined when that takes too long
 * @throws GatewayError when nobody answers
 */
export async function call(scenario: CallScenario, stage: Stage): Promise<CallBecame | undefined> {
  const { caller, method, path } = scenario;
  const heardSince = listenToPeers(stage.fhir);
  const before = await latestOf(stage);
  const body = scenario.body && Buffer.from(pretty(scenario.body));
  const answer = await stage.fhir.callers[caller].send({ method, path, body });
  if (!(await callSettled(stage))) return undefined;
  const view = await latestOf(stage);
  const heard = heardSince();
  const answered: unknown =
    answer.body.length === 0 ? undefined : JSON.parse(Buffer.from(answer.body).toString());
  const isNew = view?.exchange.id !== before?.exchange.id;
  const facts = factsOf(answer, answered, heard, isNew ? view : undefined);
  return { ...facts, story: storyOf(scenario, facts, { answered, heard }), heard, answered };
}

/** What differs from the expectation; nothing when all is well. */
export function callDifferences(expected: ExpectedCall, became: ExpectedCall): string[] {
  const { status, issue, told, passedOn, againInHours } = expected;
  return differing([
    ['status', status, became.status],
    ['issue', issue, became.issue],
    ['told', told, became.told],
    ['passedOn', passedOn, became.passedOn],
    ['againInHours', againInHours, became.againInHours],
  ]);
}

/** Leaves what was asked, what the gateway asked of others because of it, and what it answered, as JSON files. */
export function leaveCallFiles(
  { name, body }: CallScenario,
  { heard, answered }: CallBecame,
  output: string,
): void {
  const files = [
    ['demande', body] as const,
    ...heard.map(each => ['transmis', each.body] as const),
    ['reponse', answered] as const,
  ].filter(([, json]) => json !== undefined);
  for (const [position, [what, json]] of files.entries()) {
    writeFileSync(join(output, `${name}.${position + 1}.${what}.json`), pretty(json));
  }
}

function pretty(json: unknown): string {
  return `${JSON.stringify(json, undefined, 2)}\n`;
}

/** What the hospital's gateway has taken last. */
async function latestOf({ hospital: { gateway } }: Stage): Promise<ExchangeView | undefined> {
  const [latest] = await gateway.journal.list({ limit: 1 });
  return latest && (await gateway.journal.exchange(latest.id));
}

function factsOf(
  { status, headers }: FhirAnswer,
  answered: unknown,
  heard: readonly HeardCall[],
  view: ExchangeView | undefined,
): ExpectedCall {
  const issue = readOutcome(answered).find(isError);
  const path = issue?.expression[0];
  const again = view?.deliveries.find(({ state }) => state === 'waiting');
  return {
    status,
    ...(issue && { issue: { code: issue.code, ...(path !== undefined && { path }) } }),
    told: [...typesIn(answered), ...numbersIn(answered), ...locationIn(headers, heard)],
    passedOn: heard.map(({ by, method, path, isTaken, left }) => ({
      by,
      request: `${method} ${withoutId(path)}`,
      isTaken,
      left,
    })),
    ...(again?.triedAt !== undefined && {
      againInHours: Math.round((again.nextAt - again.triedAt) / HOUR_MS),
    }),
  };
}

const HOUR_MS = 3_600_000;

function withoutId(path: string): string {
  return path.replace(/\?.*$/, '').replace(/^(\/Practitioner)\/[^/]+$/, '$1/{id}');
}

/** Identifiers of an answer that is Parameters: the registry's. */
function numbersIn(answered: unknown): string[] {
  return listIn(answered, 'parameter').flatMap(each => {
    const value = memberOf(memberOf(each, 'valueIdentifier'), 'value');
    return typeof value === 'string' ? [value] : [];
  });
}

/** `Location` where it leads to the account that the agenda software was told of. */
function locationIn({ location }: FhirAnswer['headers'], heard: readonly HeardCall[]): string[] {
  const account = location?.split('/').at(-1);
  return account !== undefined && heard.some(({ path }) => path.endsWith(`/${account}`)) ? ['Location'] : [];
}
