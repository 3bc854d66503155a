import { createServer, type Server } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { BAL, LABORATORY } from '../../samples/actors.ts';
import { PATIENTS } from '../../samples/kit/cda.ts';
import type { CertificateStatus, GatewayStatus } from '../../src/admin/status.ts';
import { judge, render, summary } from '../../src/cli/status-verdict.ts';
import { CATALOGUE } from '../../src/errors/catalogue.ts';
import { freePort } from '../kit/free-port.ts';
import { exposition } from '../kit/exposition.ts';
import { newDocument, newMail } from '../kit/gateway.ts';
import { waitFor } from '../kit/wait.ts';
import { called } from './called.ts';
import { type Site, startSite } from './site.ts';

const NOW = new Date('2026-11-20T12:00:00Z');
const LIMITS = { silence: 15 * 60_000, age: 30 * 60_000 };

const mailbox = {
  name: 'urologie',
  connected: true,
  error: undefined,
  lastPollAt: '2026-11-20T11:59:50.000Z',
  secondsSincePoll: 10,
  lastMailAt: undefined,
  notTaken: undefined,
  dsn: undefined,
} as const;
const target = {
  name: 'dpi',
  configured: true,
  up: true,
  downSince: undefined,
  waiting: 0,
  held: 0,
  oldestSeconds: undefined,
} as const;

/** The one that signs for the DMP, so many days before its end. */
const certificate = (daysLeft: number, faults: readonly string[] = []): CertificateStatus => ({
  name: 'dmp.sign',
  notAfter: new Date(NOW.getTime() + daysLeft * 86_400_000).toISOString(),
  daysLeft,
  faults,
});

/** What nothing of the configuration names any more. */
const STRANGE = { configured: false, up: false, downSince: '2026-11-20T12:00:00.000Z' } as const;

function status(change: Partial<GatewayStatus> = {}): GatewayStatus {
  return {
    version: '1.0.0',
    startedAt: '2026-11-20T08:00:00.000Z',
    mailboxes: [mailbox],
    targets: [target],
    journal: { writable: true, code: undefined },
    certificates: [],
    worklist: { deliveries: 0, mails: 0 },
    outcomes: [],
    requests: [],
    ...change,
  };
}

const verdictOf = (change: Partial<GatewayStatus>): { level: number; line: string; text: string } => {
  const text = render(status(change), judge(status(change), LIMITS, NOW), LIMITS);
  return { level: judge(status(change), LIMITS, NOW).level, line: text.split(' | ')[0] ?? '', text };
};

describe('the verdict', () => {
  it.each<[string, Partial<GatewayStatus>, number, string]>([
    ['all is well', {}, 0, 'PFI OK - 1 boîte relevée, 0 envoi en attente'],
    [
      'deliveries wait, not for long',
      { targets: [{ ...target, waiting: 3, oldestSeconds: 60 }] },
      0,
      '3 envois en attente',
    ],
    [
      'a mailbox is down since a little',
      { mailboxes: [{ ...mailbox, connected: false, error: 'IMAP-001', secondsSincePoll: 120 }] },
      1,
      'PFI WARNING - boîte urologie non connectée (IMAP-001)',
    ],
    [
      'a mailbox is silent',
      { mailboxes: [{ ...mailbox, connected: false, error: 'IMAP-002', secondsSincePoll: 16 * 60 }] },
      2,
      'PFI CRITICAL - boîte urologie non relevée depuis 16 min (IMAP-002)',
    ],
    [
      'a mailbox is connected and not looked at',
      { mailboxes: [{ ...mailbox, secondsSincePoll: 901 }] },
      2,
      'PFI CRITICAL - boîte urologie non relevée depuis 15 min',
    ],
    [
      'a mailbox was never looked at since the start, long ago',
      { mailboxes: [{ ...mailbox, connected: false, lastPollAt: undefined, secondsSincePoll: undefined }] },
      2,
      'PFI CRITICAL - boîte urologie non relevée depuis 4 h',
    ],
    [
      'the gateway has just started',
      {
        startedAt: '2026-11-20T11:59:58.000Z',
        mailboxes: [{ ...mailbox, connected: false, lastPollAt: undefined, secondsSincePoll: undefined }],
      },
      0,
      'PFI OK',
    ],
    [
      'an application is down',
      { targets: [{ ...target, up: false, downSince: '2026-11-20T11:50:00.000Z' }] },
      1,
      'PFI WARNING - l’application dpi injoignable',
    ],
    [
      'a document waits for too long',
      { targets: [{ ...target, waiting: 1, oldestSeconds: 31 * 60 }] },
      2,
      'PFI CRITICAL - 1 envoi en attente pour l’application dpi, le plus ancien depuis 31 min',
    ],
    [
      'a notification waits for too long',
      { targets: [{ ...target, name: 'smtp:urologie', waiting: 2, oldestSeconds: 9_000 }] },
      2,
      'PFI CRITICAL - 2 envois en attente pour le serveur SMTP de la boîte urologie, le plus ancien depuis 3 h',
    ],
    ...(
      [
        ['pfi:prepare', 'la préparation des courriels'],
        ['pfi:dmp', 'le DMP'],
        ['prepare', 'l’application prepare'],
        ['dmp', 'l’application dmp'],
      ] as const
    ).map(([name, words]): [string, Partial<GatewayStatus>, number, string] => [
      `${name} is down`,
      { targets: [{ ...target, name, up: false, downSince: '2026-11-20T11:50:00.000Z' }] },
      1,
      `PFI WARNING - ${words} injoignable`,
    ]),
    [
      'a certificate ends in sixty days: something to prepare, and no fault',
      { certificates: [certificate(60)] },
      0,
      'PFI OK - 1 boîte relevée, 0 envoi en attente',
    ],
    [
      'a certificate ends in thirty days',
      { certificates: [certificate(30)] },
      1,
      'PFI WARNING - le certificat dmp.sign expire dans 30 jours, le 20/12/2026 : demandez son renouvellement',
    ],
    [
      'a certificate ends in fifteen days',
      { certificates: [certificate(15)] },
      1,
      'PFI WARNING - le certificat dmp.sign expire dans 15 jours, le 05/12/2026 : relancez la demande de renouvellement',
    ],
    [
      'a certificate ends in eight days',
      { certificates: [certificate(8)] },
      1,
      'PFI WARNING - le certificat dmp.sign expire dans 8 jours, le 28/11/2026 : relancez la demande',
    ],
    [
      'a certificate ends in a week',
      { certificates: [certificate(7)] },
      2,
      'PFI CRITICAL - le certificat dmp.sign expire dans 7 jours, le 27/11/2026 : renouvelez-le sans attendre',
    ],
    [
      'a certificate ends tomorrow',
      { certificates: [certificate(1)] },
      2,
      'PFI CRITICAL - le certificat dmp.sign expire dans 1 jour, le 21/11/2026 : renouvelez-le sans attendre',
    ],
    [
      'a certificate has ended',
      { certificates: [certificate(-1, ['Le certificat a expiré le 19/11/2026.'])] },
      2,
      'PFI CRITICAL - certificat dmp.sign : Le certificat a expiré le 19/11/2026',
    ],
    [
      'a certificate cannot be read',
      {
        certificates: [
          { name: 'dmp.tls', notAfter: undefined, daysLeft: undefined, faults: ['Il ne peut pas être lu.'] },
        ],
      },
      2,
      'PFI CRITICAL - certificat dmp.tls : Il ne peut pas être lu',
    ],
    [
      'something waits for a person',
      { worklist: { deliveries: 2, mails: 1 } },
      1,
      'PFI WARNING - 3 à traiter (pfi exchanges list --held)',
    ],
    [
      'the journal cannot be written: nothing is taken, though the mailboxes are looked at',
      { journal: { writable: false, code: undefined } },
      2,
      'PFI CRITICAL - le journal n’accepte plus d’écriture',
    ],
    [
      'documents are sent from a mailbox whose operator reports on none',
      { mailboxes: [{ ...mailbox, dsn: false }] },
      1,
      'PFI WARNING - boîte urologie : l’opérateur n’offre pas d’avis de remise (DSN), aucun accusé de réception ne viendra',
    ],
    [
      'mails cannot be taken since a little, though the mailbox is looked at',
      { mailboxes: [{ ...mailbox, notTaken: { since: '2026-11-20T11:50:00.000Z', code: 'IMAP-009' } }] },
      1,
      'PFI WARNING - boîte urologie : courriels non pris depuis 10 min (IMAP-009)',
    ],
    [
      'mails cannot be taken for longer than a mailbox may be silent',
      { mailboxes: [{ ...mailbox, notTaken: { since: '2026-11-20T11:40:00.000Z', code: 'IMAP-009' } }] },
      2,
      'PFI CRITICAL - boîte urologie : courriels non pris depuis 20 min (IMAP-009)',
    ],
    [
      'an application that is configured no more is owed something, however long',
      { targets: [{ ...target, name: 'ris', ...STRANGE, waiting: 1, oldestSeconds: 9_000 }] },
      1,
      'PFI WARNING - l’application ris n’est plus dans la configuration, et 1 envoi l’attend',
    ],
    [
      'a FHIR platform that is configured no more is owed something',
      { targets: [{ ...target, name: 'fhir:renacot', ...STRANGE, waiting: 1, oldestSeconds: 9_000 }] },
      1,
      'PFI WARNING - le registre RENACOT n’est plus dans la configuration, et 1 envoi l’attend',
    ],
    [
      'a mailbox that is configured no more is owed several things: told once',
      {
        targets: [
          target,
          { ...target, name: 'imap:orl', ...STRANGE, waiting: 2, oldestSeconds: 9_000 },
          { ...target, name: 'smtp:orl', ...STRANGE, held: 1 },
        ],
      },
      1,
      'PFI WARNING - la boîte orl n’est plus dans la configuration, et 3 envois l’attendent',
    ],
    [
      'the worst comes first',
      { worklist: { deliveries: 1, mails: 0 }, targets: [{ ...target, waiting: 1, oldestSeconds: 4_000 }] },
      2,
      'le plus ancien depuis 67 min ; autres constats : 1',
    ],
  ])('%s', (_, change, level, line) => {
    const verdict = verdictOf(change);
    expect(verdict.level).toBe(level);
    expect(verdict.line).toContain(line);
  });

  it('gives notice of a certificate from sixty days before its end, on a line of its own', () => {
    const { text } = verdictOf({ certificates: [certificate(60)] });
    expect(text.split('\n').slice(1)).toEqual([
      'le certificat dmp.sign expire dans 60 jours, le 19/01/2027 : préparez son renouvellement',
    ]);
    expect(verdictOf({ certificates: [certificate(61)] }).text.split('\n')).toHaveLength(1);
  });

  it('says of an error code what it means and what to do', () => {
    const { text } = verdictOf({ mailboxes: [{ ...mailbox, connected: false, error: 'IMAP-002' }] });
    expect(text).toContain(`\nIMAP-002 : ${CATALOGUE['IMAP-002'].why} ${CATALOGUE['IMAP-002'].todo}`);
    const ended = verdictOf({ certificates: [certificate(-1, ['Il a expiré.'])] });
    expect(ended.text).toContain(`\nDMP-020 : ${CATALOGUE['DMP-020'].why}`);
    const notTaken = { since: '2026-11-20T11:59:00.000Z', code: 'IMAP-009' };
    const left = verdictOf({ mailboxes: [{ ...mailbox, notTaken }] });
    expect(left.text).toContain(`\nIMAP-009 : ${CATALOGUE['IMAP-009'].why}`);
  });
});

/** Monitoring Plugins Development Guidelines, "Performance data": 'label'=value[UOM];[warn];[crit];[min];[max]. */
const PERFDATA = /^'([^'=]+)'=(\d+(?:\.\d+)?)(s|%|B|KB|MB|TB|c)?(?:;[\d.]*){0,4}$/;

describe('what a monitor reads', () => {
  it('is a line under 200 characters, then valid performance data under labels of their own', () => {
    const { line, text } = verdictOf({
      mailboxes: [
        mailbox,
        { ...mailbox, name: 'a.b-c_D' },
        { ...mailbox, name: `silent-${'x'.repeat(300)}`, connected: false, secondsSincePoll: 10_000 },
      ],
      certificates: [certificate(45), certificate(-3, ['Il a expiré.'])].map((each, index) => ({
        ...each,
        name: ['dmp.tls', 'dmp.sign'][index] ?? '',
      })),
      outcomes: [
        { application: 'dpi', way: 'received', outcome: 'accepted', code: '', count: 1_234 },
        { application: 'dpi', way: 'received', outcome: 'refused', code: '902', count: 5 },
        { application: 'ris', way: 'sent', outcome: 'refused', code: "it's=a |bad one", count: 1 },
      ],
    });
    expect(line.length).toBeLessThan(200);
    const [first = ''] = text.split('\n');
    const values = (first.split(' | ')[1] ?? '').split(' ');
    expect(first.match(/\|/g)).toHaveLength(1);
    const labels = values.map(value => PERFDATA.exec(value)?.[1]);
    expect(labels).not.toContain(undefined);
    expect(new Set(labels).size).toBe(labels.length);
    expect(values).toContain("'queue'=0;;;0");
    expect(values).toContain("'oldest'=0s;;1800;0");
    expect(values).toContain("'worklist'=0;;;0");
    expect(values).toContain("'poll_urologie'=10s;;900;0");
    expect(values).toContain("'certificate_days_dmp.tls'=45;;;0");
    expect(values).toContain("'certificate_days_dmp.sign'=0;;;0");
    expect(values).toContain("'dpi_accepted'=1234c");
    expect(values).toContain("'dpi_refused_902'=5c");
  });

  it('has neither bar nor line end in its summary', () => {
    expect(summary(2, 'a | b\nc')).toBe('PFI CRITICAL - a b c');
    expect(summary(3, 'x'.repeat(500))).toHaveLength(199);
  });
});

describe('pfi status, of a gateway that runs', () => {
  let site: Site;
  beforeAll(async () => {
    site = await startSite();
  });
  afterAll(() => site.stop());

  it('tells the way of things, from before its start to after its end', async () => {
    const before = await site.pfi('status');
    expect(before.code).toBe(2);
    expect(before.stdout).toBe(
      `PFI CRITICAL - la passerelle ne répond pas sur http://127.0.0.1:${site.adminPort}\n`,
    );

    const daemon = await site.run();
    await polled();
    const well = await called(['status', '--config', site.config]);
    expect(well.code).toBe(0);
    expect(well.stdout).toMatch(/^PFI OK - 1 boîte relevée, 0 envoi en attente \| 'queue'=0;;;0 /);
    const json = await called(['status', '--json', '--config', site.config]);
    expect(JSON.parse(json.stdout)).toMatchObject({
      level: 'OK',
      reasons: [],
      status: { mailboxes: [{ name: 'urologie' }] },
    });

    const patient = await called(['status', '--silence', '1h', '--age', '2d', '--config', site.config]);
    expect(patient.stdout).toMatch(/'oldest'=\d+s;;172800;0 .*'poll_urologie'=\d+s;;3600;0/);

    daemon.signal('SIGTERM');
    await daemon.ended;
    const after = await called(['status', '--json', '--config', site.config]);
    expect(after.code).toBe(2);
    expect(JSON.parse(after.stdout)).toMatchObject({ level: 'CRITICAL' });
  });

  it('counts documents over restarts, in a valid exposition that names nobody', async () => {
    const { operator, dpi } = site;
    const documents = async (outcome: string, code = ''): Promise<number | undefined> => {
      const { value } = exposition(await (await site.get('/metrics')).text());
      return value('pfi_documents_total', { application: 'dpi', way: 'received', outcome, code });
    };
    const bring = async (mail: Buffer): Promise<void> => {
      const { length } = dpi.received();
      operator.deliver(mail, { from: LABORATORY, to: [BAL] });
      await dpi.until('it came', () => dpi.received().length > length);
    };
    let daemon = await site.run();
    await bring(await newMail());
    await waitFor(async () => (await documents('accepted')) === 1);
    daemon.signal('SIGTERM');
    await daemon.ended;
    daemon = await site.run();
    expect(await documents('accepted')).toBe(1);
    await bring(await newMail());
    await bring(await newMail({ documents: [newDocument({ patient: PATIENTS.diallo })] }));
    await waitFor(async () => (await documents('refused', '902')) === 1);
    expect(await documents('accepted')).toBe(2);
    const shown = await Promise.all(
      ['/metrics', '/status.json'].map(async path => (await site.get(path)).text()),
    );
    const { stdout } = await called(['status', '--config', site.config]);
    for (const text of [...shown, stdout, daemon.stdout()]) {
      expect(text).not.toMatch(/MORVAN|DIALLO|1\.2\.250\.1\.213|DDM/i);
    }
    expect(stdout).toContain("'dpi_accepted'=2c 'dpi_refused_902'=1c");
    daemon.signal('SIGTERM');
    await daemon.ended;
  });

  async function polled(): Promise<void> {
    await waitFor(async () => {
      const { mailboxes } = (await (await site.get('/status.json')).json()) as GatewayStatus;
      return mailboxes[0]?.lastPollAt !== undefined;
    });
  }
});

describe('pfi status, where something else answers', () => {
  let site: Site;
  let server: Server | undefined;
  beforeAll(async () => {
    site = await startSite();
  });
  afterEach(() => server?.close());
  afterAll(() => site.stop());

  it.each([
    ['not in JSON', 200, '<html>'],
    ['in JSON, of another kind', 200, '{"status":"UP"}'],
    ['with half of it', 200, '{"mailboxes":[]}'],
    ['with null', 200, 'null'],
    ['with an error', 500, '{"mailboxes":[]}'],
  ])('%s: critical', async (_, code, body) => {
    const port = await freePort();
    server = createServer((_request, response) => response.writeHead(code).end(body)).listen(
      port,
      '127.0.0.1',
    );
    site.configure({ settings: { admin: { port } } });
    const ended = await called(['status', '--config', site.config]);
    expect(ended.code).toBe(2);
    expect(ended.stdout).toMatch(/^PFI CRITICAL - la passerelle ne répond pas/);
  });
});
