import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BAL } from '../../samples/actors.ts';
import { SCENARIOS } from '../../samples/scenarios.ts';
import { CATALOGUE } from '../../src/errors/catalogue.ts';
import type { Exchange } from '../../src/journal/journal.ts';
import { messageIdIn, readMailAt } from '../kit/gateway.ts';
import { waitFor } from '../kit/wait.ts';
import { called } from './called.ts';
import type { Ended, Watched } from './processes.ts';
import { type Site, startSite } from './site.ts';

/** Of the people in the samples; whatever the commands print, none of it may be there. */
const PATIENTS =
  /MORVAN|LE GOFF|CLAIRE|ARTAGNAN|OEUVRARD|ŒUVRARD|LENOIR|DIALLO|2850629|19850614|XDM\/1\.0\/DDM\+/i;

type Listed = Exchange & { readonly waitsBecause: readonly { readonly code: string }[] };

let site: Site;
let daemon: Watched;
let all: readonly Listed[];

beforeAll(async () => {
  site = await startSite();
  daemon = await site.run();
  for (const { from, build } of SCENARIOS) site.operator.deliver(await build(), { from, to: [BAL] });
  await waitFor(async () => (await listed()).filter(isSettled).length === SCENARIOS.length, {
    what: 'every sample has settled',
    timeoutMs: 30_000,
  });
  all = await listed();
});
afterAll(() => site.stop());

function exchanges(...words: string[]): Promise<Ended> {
  return called(['exchanges', ...words, '--config', site.config]);
}

async function listed(...words: string[]): Promise<Listed[]> {
  const { stdout } = await exchanges('list', '--json', '--limit', '1000', ...words);
  return JSON.parse(stdout) as Listed[];
}

function isSettled({ state, waitsBecause }: Listed): boolean {
  return state === 'ended' || waitsBecause.length > 0;
}

/** The exchange of a sample. */
async function idOf(name: string): Promise<string> {
  const raw = await SCENARIOS.find(scenario => scenario.name.startsWith(name))?.build();
  const found = raw && all.find(({ messageId }) => messageId === messageIdIn(raw));
  if (found === undefined) throw new Error(`no exchange for ${name}`);
  return found.id;
}

async function until(id: string, what: string, holds: (exchange: Listed) => boolean): Promise<void> {
  await waitFor(async () => (await listed()).some(each => each.id === id && holds(each)), { what });
}

/** The answers to a mail, as text. */
async function answersTo({ messageId }: Listed): Promise<string[]> {
  const mails = site.operator.accepted().filter(({ raw }) => raw.toString('latin1').includes(`${messageId}`));
  return Promise.all(mails.map(async ({ raw }) => (await readMailAt(raw)).text ?? ''));
}

describe('pfi exchanges list', () => {
  it('is a table, newest first, in columns', async () => {
    const { code, stdout, stderr } = await exchanges('list');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [head = '', ...rows] = stdout.trimEnd().split('\n');
    expect(head.split(/ {2,}/)).toEqual([
      'IDENTIFIANT',
      'REÇU',
      'BOÎTE',
      'NATURE',
      'ÉTAT',
      'CODE',
      'EXPÉDITEUR',
    ]);
    expect(rows).toHaveLength(SCENARIOS.length);
    expect(rows.map(row => row.slice(0, 36))).toEqual(all.map(({ id }) => id));
    for (const title of ['REÇU', 'BOÎTE', 'NATURE', 'ÉTAT', 'CODE', 'EXPÉDITEUR']) {
      const at = head.indexOf(title);
      for (const row of rows) expect(row.slice(at - 2, at)).toMatch(/^ {0,2}$/);
    }
    const refused = rows.find(row => row.startsWith(all.find(each => each.outcomeCode === '902')?.id ?? '?'));
    expect(refused).toMatch(/ urologie {2}documents {2}refusé +902 +resultats@embruns\.mssante\.fr$/);
    expect(stdout).not.toMatch(PATIENTS);
  });

  it('is as long as it was asked to be, and of the mailbox that was asked for', async () => {
    expect((await exchanges('list', '--limit', '3')).stdout.trimEnd().split('\n')).toHaveLength(4);
    expect((await exchanges('list', '--mailbox', 'urologie', '--limit', '2')).stdout).toContain('urologie');
    const unknown = await exchanges('list', '--mailbox', 'cardiologie');
    expect(unknown).toEqual({
      code: 2,
      stdout: '',
      stderr: 'La boîte « cardiologie » est inconnue. Boîtes de la configuration : urologie.\n',
    });
  });

  it('shows with --held what waits, why, and what to do', async () => {
    const { stdout } = await exchanges('list', '--held');
    const waiting = SCENARIOS.flatMap(({ expected: { outcome, code } }) =>
      outcome === 'worklist' && code !== undefined ? [code] : [],
    );
    expect(waiting.length).toBeGreaterThan(3);
    for (const code of waiting) {
      expect(stdout).toContain(`    ${code} : ${CATALOGUE[code].why}`);
      expect(stdout).toContain(`    À faire : ${CATALOGUE[code].todo}`);
    }
    expect(stdout.match(/À TRAITER/g)).toHaveLength(waiting.length);
    expect(stdout).not.toMatch(PATIENTS);
    const held = await listed('--held');
    expect(new Set(held.map(({ waitsBecause: [first] }) => first?.code))).toEqual(new Set(waiting));
    expect(held).toHaveLength(waiting.length);
  });
});

describe('pfi exchanges show', () => {
  it('tells the whole of every sample in French, and names nobody', async () => {
    for (const { id } of all) {
      const { code, stdout, stderr } = await exchanges('show', id);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(new RegExp(`^Échange ${id} : (accepté|refusé|écarté|terminé|À TRAITER)\n`));
      expect(stdout).toContain('  Historique\n');
      // A type of event or a word of the journal that is not put into French.
      expect(stdout).not.toMatch(/undefined|\b(held|mdm|because|outcome|accepted|refused)\b|\w+-\w+ \w+=/);
      expect(stdout).not.toMatch(PATIENTS);
      const json = await exchanges('show', id, '--json');
      expect(JSON.parse(json.stdout)).toMatchObject({ exchange: { id }, events: expect.any(Array) });
      expect(json.stdout).not.toMatch(PATIENTS);
    }
  });

  it('tells of a refusal by the application its code, and what came of it', async () => {
    const { stdout } = await exchanges('show', await idOf('06'));
    expect(stdout).toContain('envoi (MDM) à dpi : refusé 902 (Identifiant patient inconnu)');
    expect(stdout).toMatch(
      /accusé de lecture \(MDN\) par la boîte urologie : envoyé\n +à resultats@embruns\.mssante\.fr/,
    );
    expect(stdout).toMatch(/rangement du courriel, boîte urologie : fait/);
  });

  it('takes the beginning of an id where it names one exchange', async () => {
    const [first, second] = all;
    const id = first?.id ?? '';
    const common = Array.from(id).findIndex((letter, at) => letter !== second?.id[at]);
    const ambiguous = await exchanges('show', id.slice(0, 4));
    expect({ code: ambiguous.code, stdout: ambiguous.stdout }).toEqual({ code: 2, stdout: '' });
    expect(ambiguous.stderr).toContain('donnez plus de caractères');
    const begin = id.slice(0, Math.max(common + 1, 20)).toUpperCase();
    expect((await exchanges('show', begin)).stdout).toContain(`Échange ${id} `);
  });

  it.each(['00000000', 'zzz', '', '../../x', "0' OR 1=1"])(
    'says that %j is not in the journal: exit 2',
    async id => {
      for (const command of [['show'], ['retry'], ['abandon', '--reason', 'Doublon']]) {
        const { code, stdout, stderr } = await exchanges(...command, id);
        expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
        expect(stderr).toContain('n’est pas dans le journal');
      }
    },
  );
});

describe('beside the gateway that runs', () => {
  it('retry sends a held document within seconds, under a new MSH-10, and its sender hears of it', async () => {
    const id = await idOf('12');
    const before = site.dpi.received().length;
    const { code, stdout } = await exchanges('retry', id);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Échange .{36} : 1 envoi relancé\. La passerelle s’en occupe/);
    await until(id, 'it has ended', ({ state, outcome }) => state === 'ended' && outcome === 'accepted');
    expect(site.dpi.received()).toHaveLength(before + 1);
    expect((await exchanges('show', id)).stdout).toContain('relancé par ');
  });

  it('retry sends a refused document again, and nobody is told twice', async () => {
    const id = await idOf('06');
    const told = site.operator.accepted().length;
    const messages = site.dpi.received().length;
    expect(JSON.parse((await exchanges('retry', id, '--json')).stdout)).toEqual({ exchange: id, resent: 1 });
    await site.dpi.until('it came again', () => site.dpi.received().length === messages + 1);
    await until(id, 'it has ended again', ({ state }) => state === 'ended');
    const ids = site.dpi.received().map(({ controlId }) => controlId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(site.operator.accepted()).toHaveLength(told);
  });

  it('abandon tells the sender the reason within seconds', async () => {
    const id = await idOf('16');
    const exchange = (await listed()).find(each => each.id === id);
    if (exchange === undefined) throw new Error('unreachable');
    const { code, stdout } = await exchanges(
      'abandon',
      id,
      '--reason',
      '  Doublon,\n vu avec le secrétariat ',
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/envois? écartés?\./);
    await until(id, 'it has ended', ({ state, outcome }) => state === 'ended' && outcome === 'abandoned');
    const answers = await answersTo(exchange);
    expect(answers).toHaveLength(1);
    expect(answers[0]).toContain('Doublon, vu avec le secrétariat');
  });

  it('retry reads a held mail again', async () => {
    const id = await idOf('20');
    expect((await exchanges('retry', id)).code).toBe(0);
    await until(id, 'it was read again and waits again', ({ state }) => state === 'held');
    const { stdout } = await exchanges('show', id);
    expect(stdout).toMatch(/relecture demandée par .*\n.*attend une personne \(MAIL-005\)/);
  });

  it.each([
    ['retry', '01', 'Rien n’attend dans cet échange, et aucun document n’y est refusé.'],
    ['retry', '18', 'Rien n’attend dans cet échange, et aucun document n’y est refusé.'],
    ['abandon', '01', 'Rien n’attend dans cet échange.'],
    ['abandon', '14', 'Rien n’attend dans cet échange.'],
  ])('%s of %s is not possible, and says why: exit 2', async (act, name, why) => {
    const reason = act === 'abandon' ? ['--reason', 'Doublon'] : [];
    const { code, stdout, stderr } = await exchanges(act, await idOf(name), ...reason);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^JRN-005 : L’action demandée n’est pas possible/);
    expect(stderr).toContain(why);
  });

  it.each([
    ['', 'Le motif est vide'],
    ['   ', 'Le motif est vide'],
    ['x'.repeat(501), 'Le motif dépasse 500'],
  ])('abandon does not take the reason %j', async (reason, why) => {
    const { code, stderr } = await exchanges('abandon', await idOf('13'), '--reason', reason);
    expect(code).toBe(2);
    expect(stderr).toContain(why);
  });
});

describe('without a gateway', () => {
  it('shows and steers all the same; the gateway does it once it runs', async () => {
    daemon.signal('SIGTERM');
    await daemon.ended;
    const id = await idOf('13');
    expect((await site.pfi('exchanges', 'show', id)).stdout).toContain('XDM-016');
    const exchange = (await listed()).find(each => each.id === id);
    expect((await site.pfi('exchanges', 'abandon', id, '--reason', 'Remplacé à la main')).code).toBe(0);
    daemon = await site.run();
    await until(id, 'it has ended', ({ state, outcome }) => state === 'ended' && outcome === 'abandoned');
    const answers = exchange === undefined ? [] : await answersTo(exchange);
    expect(answers.join('\n')).toContain('Remplacé à la main');
  });

  it('does not make a journal where there is none', async () => {
    site.configure({ settings: { journal: { url: 'sqlite:elsewhere/journal.db' } } });
    const { code, stdout, stderr } = await exchanges('list');
    site.configure({});
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^JRN-002 : .* n’existe pas : la passerelle n’a pas encore tourné/);
    expect(existsSync(join(site.folder, 'elsewhere'))).toBe(false);
  });
});
