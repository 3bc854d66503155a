import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLimit } from '../../src/basics/limit.ts';
import type { HookRequest } from '../../src/sandbox/fhir-hook.ts';
import { createDaemon, type Daemon } from '../kit/daemon.ts';
import { type DuiBundle, newRecord, newStay } from '../kit/fhir-dui.ts';
import { PUBLIC_URL } from '../kit/fhir-sas.ts';
import { seededRandom } from '../kit/random.ts';
import { waitFor } from '../kit/wait.ts';
import {
  accountChanges,
  type Call,
  type Callers,
  interventionCall,
  recordCall,
  startCallers,
  stayAfter,
  type Taken,
  traceCall,
  transferCall,
} from './fhir-callers.ts';
import { exchangesIn } from './fhir-exchanges.ts';
import { type ChaosSite, startChaosSite } from './fhir-site.ts';
import { dieOften, type Moment, told } from './lives.ts';

const TRACES = 60;
const OPERATIONS = 30;
/** Each is followed by a stay that refers to it. */
const RECORDS = 24;
/** Sent, each followed by a stay once it is known to be taken. */
const TRANSFERS = 24;
const ACCOUNTS = 6;
/** Of each account, asked for one after the other, and in two halves. */
const CHANGES = 8;
const KILLS = 12;
const SEED = Number(process.env['PFI_SEED'] ?? 20_261_121);
const MINUTES = 60_000;
/** Numbers, names and addresses of patients and regulators, and what holds them. */
const REVEALING = /285062901904|MORVAN|LE GOFF|Loridon|compte-\d|envoi-|3456780581/i;

/** Right after a peer has done its part for a trace, an operation, a Bundle received or sent, an account. */
type Ambush = 'traced' | 'associated' | 'handed' | 'sent' | 'relayed';
const AMBUSHES: readonly Ambush[] = ['traced', 'associated', 'handed', 'sent', 'relayed'];
const MOMENTS: readonly Moment<Ambush>[] = [
  'traced',
  'relayed',
  'any',
  'sent',
  'handed',
  'start',
  'associated',
];

describe(`${KILLS} times SIGKILL while FHIR goes to platforms and applications that fail often`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'pfi-chaos-fhir-'));
  const random = seededRandom(SEED);
  const traces = Array.from({ length: TRACES }, (_, turn) => traceCall(turn));
  const operations = Array.from({ length: OPERATIONS }, (_, turn) => interventionCall(turn));
  const records = Array.from({ length: RECORDS }, () => newRecord());
  const accounts = Array.from({ length: ACCOUNTS }, () => ({
    changes: accountChanges(CHANGES),
    turns: createLimit(1),
  }));
  const transfers = Array.from({ length: TRANSFERS }, () => newRecord());
  const stays = new Map<DuiBundle, DuiBundle>();
  const answers = new Map<Call, Taken>();
  /** What nobody has asked for yet. */
  const left: Record<Ambush, (() => Promise<unknown>)[]> = {
    traced: traces.map(
      ({ call }) =>
        () =>
          ask(call),
    ),
    associated: operations.map(
      ({ call }) =>
        () =>
          ask(call),
    ),
    handed: records.map(record => () => bring(record)),
    sent: transfers.map(record => () => send(record)),
    relayed: [0, CHANGES / 2].flatMap(from =>
      accounts.map(({ changes, turns }) => () => {
        const half = changes.slice(from, from + CHANGES / 2);
        return turns.run(async () => {
          for (const call of half) await ask(call);
        });
      }),
    ),
  };
  const asking: Promise<unknown>[] = [];
  let site: ChaosSite;
  let callers: Callers;
  let daemon: Daemon;

  beforeAll(async () => {
    site = await startChaosSite(folder, { seed: SEED, interventions: operations.map(({ known }) => known) });
    daemon = createDaemon(folder, site.configuration);
    await daemon.warm();
    callers = startCallers(site);
  });
  afterAll(async () => {
    if (daemon?.pid() !== undefined) await daemon.kill();
    await callers?.close();
    await site?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('nothing is lost, nothing comes twice, and each account changes in order', {
    timeout: 3 * MINUTES,
  }, async ({ onTestFailed }) => {
    onTestFailed(() => void process.stdout.write(`${daemon.summary()}\n`));
    const lives = { daemon, random, work: 12, moments: MOMENTS, reading: () => () => true, ambush };
    const died = await dieOften(KILLS, lives, life => askMore(KILLS + 1 - life));
    askMore(1);
    await daemon.start();
    // What has failed again and again waits long for its next turn as it is.
    site.calm();
    await Promise.all(asking);
    await waitFor(isSettled, { what: 'nothing is owed', timeoutMs: MINUTES, everyMs: 100 });

    const exchanges = await exchangesIn(folder);
    expect(exchanges).toHaveLength(answers.size);
    const outcomes = exchanges.flatMap(each => each.outcomes);
    const doubtful = outcomes.filter(outcome => outcome === 'FHIR-013').length;
    expect(outcomes.filter(outcome => outcome !== 'accepted' && outcome !== 'FHIR-013')).toEqual([]);
    const reached = seen();
    await expectSameAnswers();
    expect(seen()).toEqual(reached);
    expect(await exchangesIn(folder)).toHaveLength(exchanges.length);
    expect([await daemon.stop(), daemon.complaints()]).toEqual([0, '']);

    expectTraces();
    expectAssociations();
    expectBundles();
    expectTransfers(doubtful);
    expectAccounts();
    expect(daemon.log().filter(line => REVEALING.test(JSON.stringify(line)))).toEqual([]);
    const searches = site.dmi.requests().filter(({ operation }) => operation === 'search').length;
    const at = (peer: readonly unknown[]): number => peer.length;
    process.stdout.write(
      `\n[chaos] ${answers.size} FHIR calls, ${KILLS} kills (seed ${SEED}; ${told(died)}), ${callers.failures()} ` +
        `tries of the callers in vain: ${at(site.dmi.submissions())} sendings of ${TRACES} traces and ${searches} ` +
        `searches, ${at(site.renacot.submissions())} of ${OPERATIONS} operations, ` +
        `${at(site.dui.submissions())} of ${TRANSFERS} records sent with their stays, ${doubtful} left to a person, ` +
        `${at(site.application.received())} of ${2 * RECORDS} Bundles, ` +
        `${at(site.agenda.received())} of ${ACCOUNTS * CHANGES} account changes\n`,
    );
    // The ambushes did catch something.
    expect(searches).toBeGreaterThan(0);
  });

  async function ask(call: Call): Promise<Taken> {
    const taken = await callers.ask(call);
    answers.set(call, taken);
    return taken;
  }

  /** A record that is sent, and a stay that refers to it; what nobody heard the end of waits for a person. */
  async function send(record: DuiBundle): Promise<void> {
    const { status } = await ask(transferCall(record));
    if (status !== 201) return;
    const [patient, structure] = record.entry.map(({ fullUrl }) => fullUrl);
    await ask(transferCall(newStay(patient, structure)));
  }

  /** A record, and a stay that it makes possible. */
  async function bring(record: DuiBundle): Promise<void> {
    const stay = stayAfter(await ask(recordCall(record)));
    stays.set(record, stay);
    await ask(recordCall(stay));
  }

  /** One part in `share` of what is left. */
  function askMore(share: number): void {
    for (const kind of AMBUSHES) askSome(kind, Math.floor(left[kind].length / share));
  }

  function askSome(kind: Ambush, count: number): void {
    for (const begin of left[kind].splice(0, count)) asking.push(begin());
  }

  async function ambush(moment: Ambush, tooLong: AbortSignal): Promise<void> {
    const before = seen()[moment];
    askSome(moment, 2);
    await waitFor(() => seen()[moment] > before || tooLong.aborted, { everyMs: 1 });
  }

  /** How much each peer has done, and has been asked to do. */
  function seen(): Record<Ambush, number> {
    return {
      traced: site.dmi.transactions().length,
      associated: site.renacot.associations().length,
      sent: site.dui.transactions().length,
      handed: site.application.received().length,
      relayed: site.agenda.received().length,
    };
  }

  async function isSettled(): Promise<boolean> {
    const exchanges = await exchangesIn(folder);
    return exchanges.every(({ isEnded, isHeld }) => isEnded || isHeld);
  }

  /** Whoever asks the same again is told what was done; of an account that is whoever asked last. */
  async function expectSameAnswers(): Promise<void> {
    const last = new Set(accounts.map(({ changes }) => changes.at(-1)));
    const repeatable = [...answers].filter(([call]) => call.to === 'facade' || last.has(call));
    const again = await Promise.all(
      repeatable.map(async ([call, first]) => ({ call, first, again: await callers.ask(call) })),
    );
    const differing = again.filter(({ first }) => first.status !== 202);
    expect(differing.map(each => each.again)).toEqual(differing.map(({ first }) => first));
    const open = again.filter(({ again: { status } }) => status !== 200 && status !== 201);
    expect(open.filter(({ call }) => call.path !== '/fhir/dui')).toEqual([]);
    expect(new Set(open.map(each => each.again.status))).toEqual(new Set(open.map(() => 202)));
  }

  function expectTraces(): void {
    const taken = site.dmi.submissions().filter(({ status }) => status === 200);
    const names = taken.map(({ body }) => (body as { identifier: { value: string } }).identifier.value);
    expect(names.toSorted()).toEqual(traces.map(({ name }) => name).toSorted());
  }

  /** An operation may come again, as it was. */
  function expectAssociations(): void {
    const dates = site.renacot.associations().map(({ intervention }) => intervention.date);
    expect([...new Set(dates)].toSorted()).toEqual(operations.map(({ known }) => known.date));
    const bodies = site.renacot.submissions().map(({ body }) => JSON.stringify(body));
    expect(new Set(bodies).size).toBe(OPERATIONS);
  }

  function expectBundles(): void {
    const received = Map.groupBy(site.application.received(), identifierOf);
    const asked = records.map(record =>
      [record, stays.get(record)].map(each => identifierOf({ resource: each })),
    );
    expect([...received.keys()].toSorted()).toEqual(asked.flat().toSorted());
    const groups = [...received.values()].map(requests => ({
      ids: new Set(requests.map(({ headers }) => headers['x-request-id'])).size,
      contents: new Set(requests.map(({ resource }) => JSON.stringify(resource))).size,
      isTaken: requests.some(({ isTaken }) => isTaken),
    }));
    expect(groups).toEqual(groups.map(() => ({ ids: 1, contents: 1, isTaken: true })));
    const ids = site.application.received().map(({ headers }) => headers['x-request-id']);
    expect(new Set(ids).size).toBe(received.size);
    // The application has a patient before what refers to it.
    const order = site.application.received().map(identifierOf);
    const tooEarly = asked.filter(
      ([record = '', stay = '']) => order.lastIndexOf(record) > order.indexOf(stay),
    );
    expect(tooEarly).toEqual([]);
  }

  /** The platform cannot be asked: what it may have is a person's, and nothing is sent twice. */
  function expectTransfers(doubtful: number): void {
    const sent = site.dui.submissions().map(({ text }) => text);
    const created = site.dui.transactions().length;
    const asked = [...answers.keys()].filter(({ path }) => path === '/fhir/dui').length;
    expect(created).toBeLessThanOrEqual(asked);
    expect(created).toBeGreaterThanOrEqual(asked - doubtful);
    const taken = site.dui.submissions().filter(({ status }) => status === 201);
    expect(new Set(taken.map(({ text }) => text)).size).toBe(taken.length);
    expect(new Set(sent).size).toBeLessThanOrEqual(asked);
    // Every stay is about a patient whom the platform has.
    const known = new Set(
      site.dui
        .transactions()
        .flat()
        .map(({ type, id }) => `${type}/${id}`),
    );
    const subjects = taken.flatMap(({ body }) =>
      (body as DuiBundle).entry.flatMap(({ resource }) => referenceIn(resource['subject'])),
    );
    expect(subjects.filter(subject => subject.startsWith('Patient/') && !known.has(subject))).toEqual([]);
  }

  function expectAccounts(): void {
    const heard = Map.groupBy(site.agenda.received(), ({ path }) => path);
    const wanted = accounts.map(({ changes }) => changes.map(({ body }) => contentOf(body)));
    const locations = accounts.map(
      ({ changes }) => new Set(changes.map(call => answers.get(call)?.location)),
    );
    expect(locations.map(({ size }) => size)).toEqual(accounts.map(() => 1));
    const told = locations.map(([location = '']) =>
      withoutRepetition(heard.get(location.slice(PUBLIC_URL.length)) ?? []),
    );
    expect(told).toEqual(wanted);
    expect(heard.size).toBe(ACCOUNTS);
  }
});

function identifierOf({ resource }: { readonly resource: unknown }): string {
  return (resource as { identifier: { value: string } }).identifier.value;
}

function referenceIn(element: unknown): string[] {
  const { reference } = (element ?? {}) as { readonly reference?: string };
  return reference === undefined ? [] : [reference];
}

/** What a change is about, but for the account's id. */
function contentOf(body: Uint8Array): unknown {
  return JSON.parse(Buffer.from(body).toString());
}

/** What came, each change once however often it came in a row, whether it was taken or not. */
function withoutRepetition(requests: readonly HookRequest[]): unknown[] {
  const contents = requests.map(({ resource }) => {
    const { id: _, ...content } = resource;
    return content;
  });
  return contents.filter((content, index) => JSON.stringify(content) !== JSON.stringify(contents[index - 1]));
}
