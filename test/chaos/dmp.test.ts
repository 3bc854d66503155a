import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CdaSample } from '../../samples/kit/cda.ts';
import { systemClock } from '../../src/basics/clock.ts';
import { createIdSource } from '../../src/basics/ids.ts';
import { openSqlite } from '../../src/journal/sqlite.ts';
import { createJournal } from '../../src/journal/store.ts';
import { type Creator, startCreator } from '../../src/sandbox/creator.ts';
import type { DmpBehaviour } from '../../src/sandbox/dmp.ts';
import { type Operator, startOperator } from '../../src/sandbox/operator.ts';
import { createDaemon, type Daemon } from '../kit/daemon.ts';
import { DMP_ALONE, type DmpSite, newDmpDocument, nextVersion, startDmpSite } from '../kit/dmp.ts';
import { freePort } from '../kit/free-port.ts';
import { newRequest } from '../kit/outgoing.ts';
import { configuration, LABORATORY_BAL, PASSWORD } from '../kit/outgoing-configuration.ts';
import { seededRandom } from '../kit/random.ts';
import { waitFor } from '../kit/wait.ts';
import { createPeople } from '../lab/people.ts';
import { dieOften, type Moment, told } from './lives.ts';
import { type Sending, type SentRequest, startSending } from './sending.ts';

/** Each publishes a document, replaces it, and deletes what replaced it, or does not. */
const SEQUENCES = 40;
const KILLS = 12;
const SEED = Number(process.env['PFI_SEED'] ?? 20_261_120);
/** How many of the DMP's answers are not what one would hope for. */
const TROUBLE = 0.15;
const TROUBLES: readonly DmpBehaviour[] = [
  'cut-upload',
  'drop-before',
  'drop-after',
  'half-answer',
  'not-xml',
  { http: 502, isDone: true },
  { http: 503 },
  { failure: 'XDSRegistryBusy' },
];
const MINUTES = 60_000;

type Ambush = 'done' | 'told';
const MOMENTS: readonly Moment<Ambush>[] = ['any', 'done', 'start', 'done', 'told', 'done'];

/** What must lie in the DMP of a document once all is over. */
type Fate = readonly [uniqueId: string, status: 'Approved' | 'Deprecated' | 'Deleted'];

interface Sequence {
  readonly requests: readonly SentRequest[];
  readonly fates: readonly Fate[];
}

describe(`${KILLS} times SIGKILL while documents go to a DMP that fails often`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'pfi-chaos-dmp-'));
  const random = seededRandom(SEED);
  const sequences = makeSequences();
  const left = [...sequences];
  let site: DmpSite;
  let operator: Operator;
  let creator: Creator;
  let sending: Sending;
  let daemon: Daemon;

  beforeAll(async () => {
    site = await startDmpSite();
    site.dmp.behave(() => (random() < TROUBLE ? any(TROUBLES) : 'answer'));
    operator = await startOperator({ mailboxes: [{ address: LABORATORY_BAL, password: PASSWORD }] });
    writeFileSync(join(folder, 'ca.pem'), operator.ca);
    creator = await startCreator();
    const port = await freePort();
    daemon = createDaemon(folder, {
      ...configuration(
        { accept: { mllp: { port } }, settings: { dmp: site.settings } },
        { operator, creator, folder },
      ),
      admin: { port: await freePort() },
    });
    await daemon.warm();
    creator.connectTo({ host: '127.0.0.1', port });
    sending = startSending(creator);
  });
  afterAll(async () => {
    if (daemon?.pid() !== undefined) await daemon.kill();
    await Promise.all([creator?.stop(), operator?.stop(), site?.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });

  it('each is there once, as was asked, and told of once', { timeout: 3 * MINUTES }, async ({
    onTestFailed,
  }) => {
    onTestFailed(() => void process.stdout.write(`${daemon.summary()}\n`));
    const lives = { daemon, random, work: 12, moments: MOMENTS, reading: () => () => true, ambush };
    const died = await dieOften(KILLS, lives, life =>
      send(left.length - Math.floor((SEQUENCES * (KILLS - 1 - life)) / KILLS)),
    );
    await daemon.start();
    expect(await sending.finished()).toEqual([]);
    const requests = sequences.flatMap(sequence => sequence.requests);
    await waitFor(() => requests.every(({ controlId }) => heard(controlId).length > 0), {
      what: 'every request is told of',
      timeoutMs: 2 * MINUTES,
    });
    await waitFor(async () => (await openDeliveries()).length === 0, { what: 'nothing is owed' });
    expect([await daemon.stop(), daemon.complaints()]).toEqual([0, '']);
    const fates = site.dmp.documents().map(({ uniqueId, status }): Fate => [uniqueId, status]);
    expect(fates.toSorted(byId)).toEqual(sequences.flatMap(sequence => sequence.fates).toSorted(byId));
    expect(requests.map(({ controlId }) => heard(controlId))).toEqual(requests.map(() => ['Z01 Y']));
    // A kill in the middle of a handshake is a fault of TLS.
    const unforeseen = site.dmp
      .faults()
      .filter(({ isScripted, layer, code }) => !isScripted && layer !== 'tls' && !isRepetition(code));
    expect(unforeseen).toEqual([]);
    const repeated = site.dmp.faults().filter(({ code }) => isRepetition(code)).length;
    const answers = site.dmp.requests().length;
    process.stdout.write(
      `\n[chaos] ${requests.length} DMP requests, ${KILLS} kills (seed ${SEED}; ${told(died)}): ` +
        `${answers} messages taken by the DMP, ${repeated} refused as done already\n`,
    );
    // The ambushes did catch something.
    expect(repeated).toBeGreaterThan(0);
  });

  /** Kinds of Z01 that the application was told, each MSH-10 once. */
  function heard(controlId: string): string[] {
    const zams = creator.received().filter(({ request }) => request === controlId);
    return [...new Map(zams.map(zam => [zam.controlId, `${zam.event} ${zam.status}`])).values()];
  }

  async function openDeliveries(): Promise<readonly unknown[]> {
    const engine = openSqlite({ path: join(folder, 'journal.db'), exclusive: false });
    const newId = createIdSource(systemClock);
    const journal = await createJournal({ engine, clock: systemClock, newId, sealKey: undefined });
    try {
      const exchanges = await journal.list({ limit: 1_000 });
      return exchanges.filter(({ state }) => state !== 'ended');
    } finally {
      await journal.close();
    }
  }

  function send(count: number): void {
    for (const { requests } of left.splice(0, Math.max(count, 0))) sending.send(requests);
  }

  async function ambush(moment: Ambush, tooLong: AbortSignal): Promise<void> {
    send(2);
    const reached = (): number =>
      moment === 'done' ? site.dmp.submissions().length : creator.received().length;
    const before = reached();
    await waitFor(() => reached() > before || tooLong.aborted);
  }

  function any<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(random() * items.length)];
    if (item === undefined) throw new Error('nothing to choose from');
    return item;
  }
});

/** What the registry says to a lot, or to a deletion, that it has had already. */
function isRepetition(code: string): boolean {
  return ['XDSDuplicateUniqueIdInRegistry', 'XDSReplaceFailed', 'XDSMetadataUpdateError'].includes(code);
}

function byId([one]: Fate, [other]: Fate): number {
  return one.localeCompare(other);
}

function makeSequences(): Sequence[] {
  const people = createPeople();
  return Array.from({ length: SEQUENCES }, (_, turn) => {
    const first = newDmpDocument({ level: 1, patient: people.newcomer() });
    const second = nextVersion(first);
    const added = asRequest({ documents: [first] });
    if (turn % 4 === 0) return { requests: [added], fates: [fate(first, 'Approved')] };
    const replaced = asRequest({ documents: [second], action: 'replace' });
    if (turn % 4 === 1) {
      return { requests: [added, replaced], fates: [fate(first, 'Deprecated'), fate(second, 'Approved')] };
    }
    const deleted = asRequest({ documents: [second], action: 'delete' });
    return {
      requests: [added, replaced, deleted],
      fates: [fate(first, 'Deprecated'), fate(second, 'Deleted')],
    };
  });
}

function asRequest(overrides: Parameters<typeof newRequest>[0]): SentRequest {
  return { ...newRequest({ ...DMP_ALONE, ...overrides }), repeated: false };
}

function fate({ id }: CdaSample, status: Fate[1]): Fate {
  return [id.root, status];
}
