import { X509Certificate } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PATIENT_MAILBOX } from '../../samples/actors.ts';
import { REQUESTS } from '../../samples/requests.ts';
import { SCENARIOS } from '../../samples/scenarios.ts';
import { prepareOutput } from '../../src/cli/demo-output.ts';
import { requestDifferences } from '../../src/cli/demo-request.ts';
import { renderTold } from '../../src/cli/demo-verdict.ts';
import { readAck } from '../../src/formats/hl7/ack.ts';
import { parseMessage } from '../../src/formats/hl7/message.ts';
import { readMailAt } from '../kit/gateway.ts';
import { type Ended, pfi, startPfi } from './processes.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pfi-demo-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('pfi demo', () => {
  const scenarios = [...SCENARIOS, ...REQUESTS];
  let output: string;
  let ended: Ended;
  beforeAll(async () => {
    const cwd = join(folder, 'anywhere');
    mkdirSync(cwd);
    output = join(cwd, 'demo-output');
    ended = await pfi(['demo'], { cwd });
  });

  it('tells what each mail and request became: exit 0, nothing on the error output', () => {
    const { code, stdout, stderr } = ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.split('\n');
    expect(lines.filter(line => /^[✓✗] /.test(line))).toEqual(scenarios.map(({ name }) => `✓ ${name}`));
    for (const { description } of scenarios) expect(lines).toContain(`    ${description}`);
    expect(stdout.match(/passerelle : .*http:\/\/127\.0\.0\.1:\d+\/status\.json/g)).toHaveLength(2);
    expect(stdout).toContain(
      '    → DPI : MDM^T02 accepté, MDM^T10 refusé (900) · MDN négatif (900) à resultats@embruns.mssante.fr · dossier Erreurs',
    );
    expect(stdout).toContain('    → à traiter par une personne · dossier Erreurs');
    expect(stdout).toContain('\n20 courriels sur 20 sont devenus ce qui était attendu.\n');
    expect(stdout).toContain(
      '    → demande acceptée (AA) · courriel à dpi.urologie@chu-x.mssante.fr\n    → DPI du CHU X : MDM^T10 accepté\n',
    );
    expect(stdout).toContain(
      'remis au destinataire (Z02) · document non intégré (Z03), 902 : Identifiant patient inconnu\n',
    );
    expect(stdout).toContain('courriel à la messagerie du patient, qui ne peut pas y répondre\n');
    expect(stdout).toContain('    → REQ-016, en PID^1^3 : ');
    expect(stdout).toContain(
      '    → DMP : recherche du document (TD3.1b), dépôt (TD2.1) · au dossier : document 1 remplacé, document 2 en vigueur\n',
    );
    expect(stdout).toContain(
      'accepté par le DMP (Z01) · remis au destinataire (Z02) · document intégré (Z03)\n',
    );
    expect(stdout).toContain(
      'refusé, rien n’y est déposé · à traiter par une personne (DMP-006)\n    → accusés rendus au logiciel : refusé par le DMP (Z01), DMPClosed : Le DMP du patient est fermé\n',
    );
    expect(stdout).toContain('\n10 demandes sur 10 sont devenues ce qui était attendu.\n');
    // The patient's address is the INS.
    expect(stdout).not.toContain(PATIENT_MAILBOX);
    expect(stdout).toContain(`sont dans ${output}\n`);
  });

  it('leaves every message and mail', async () => {
    const left = readdirSync(output);
    const events = left.flatMap(name => /\.(?:MDM|ZAM)-([TZ]\d\d)\.hl7$/.exec(name)?.slice(0, 2) ?? []);
    expect(events.filter(event => /^[TZ]\d\d$/.test(event)).toSorted()).toEqual(
      [
        ...scenarios.flatMap(({ expected }) => expected.messages),
        ...REQUESTS.flatMap(({ expected }) => expected.receipts),
      ]
        .map(({ event }) => event)
        .toSorted(),
    );
    for (const name of left.filter(each => each.endsWith('.hl7'))) {
      const message = parseMessage(readFileSync(join(output, name)));
      const [, type, event] = /\.(?:(ACK|MDM|ZAM)(?:-([TZ]\d\d))?|demande)\.hl7$/.exec(name) ?? [];
      expect(message.header.component(9, 1)).toMatch(type ?? /^(ORU|MDM)$/);
      expect(message.header.component(9, 2)).toMatch(event ?? /^(R01|T10)$/);
    }
    const mails = left.filter(name => name.endsWith('.eml'));
    expect(mails).toHaveLength(
      SCENARIOS.filter(({ expected }) => expected.notification).length +
        REQUESTS.flatMap(({ expected }) => expected.mails).length,
    );
    for (const name of mails)
      expect((await readMailAt(readFileSync(join(output, name)))).subject).toMatch(/DDM/);
  });

  it('leaves of a request all that was said because of it, in its order', async () => {
    const of = (name: string): string[] =>
      readdirSync(output).flatMap(each => (each.startsWith(name) ? [each.slice(name.length + 1)] : []));
    expect(of('23-envoi-patient-inconnu')).toEqual([
      '1.demande.hl7',
      '2.ACK.hl7',
      '3.courriel.eml',
      '4.MDM-T02.hl7',
      '5.ZAM-Z02.hl7',
      '6.ZAM-Z03.hl7',
    ]);
    expect(of('26-envoi-autre-patient')).toEqual(['1.demande.hl7', '2.ACK.hl7']);
    const read = (name: string): Buffer => readFileSync(join(output, name));
    const refused = REQUESTS.find(({ expected }) => expected.refusal !== undefined);
    expect(read('26-envoi-autre-patient.1.demande.hl7').equals(refused?.build() ?? Buffer.alloc(0))).toBe(
      true,
    );
    const ack = readAck(read('26-envoi-autre-patient.2.ACK.hl7'));
    expect([ack.code, ack.controlId, ack.errors[0]?.application?.code]).toEqual([
      'AE',
      'EMB-2026-0026',
      'REQ-016',
    ]);
    const mail = await readMailAt(read('25-envoi-au-patient.3.courriel.eml'));
    expect(mail.headers.get('x-mss-mes')).toBe('FIN');
    expect(mail.attachments.map(({ contentType }) => contentType)).toEqual([
      'application/zip',
      'application/pdf',
    ]);
  });

  it('leaves what the DMP was told, signed, and the certificates of this time alone', () => {
    const of = (name: string): string[] =>
      readdirSync(output).flatMap(each => (each.startsWith(name) ? [each.slice(name.length + 1)] : []));
    expect(of('28-dmp-remplacement')).toEqual([
      '1.demande.hl7',
      '2.ACK.hl7',
      '3.ITI-18.xml',
      '4.ITI-41.xml',
      '5.XAdES.xml',
      '6.ZAM-Z01.hl7',
    ]);
    expect(of('29-dmp-suppression')).toContain('4.ITI-57.xml');
    const envelope = readFileSync(join(output, '27-dmp-depot.5.ITI-41.xml'), 'utf8');
    expect(envelope).toContain('ProvideAndRegisterDocumentSetRequest');
    expect(envelope).toContain('1.2.250.1.999.1.1.2026.27.1');
    expect(readFileSync(join(output, '27-dmp-depot.6.XAdES.xml'), 'utf8')).toContain('SignatureValue');
    const { subject, issuer } = new X509Certificate(readFileSync(join(output, 'dmp-sign.pem')));
    expect(subject).toContain('OU=1290000999');
    expect(issuer).toBe('CN=IGC-Santé de démonstration');
    for (const key of ['dmp-auth.key', 'dmp-sign.key']) {
      expect(statSync(join(output, key)).mode & 0o777).toBe(0o600);
    }
  });

  it('takes up the folder of a former one', () => {
    expect(prepareOutput(output)).toBe(output);
    expect(readdirSync(output)).toEqual([]);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('stays with --keep, until %s', async signal => {
    const demo = startPfi(['demo', '--keep', '--output', join(folder, signal)]);
    await demo.until('it stays', () => demo.stdout().includes('En marche jusqu’à Ctrl-C.'));
    const [, address = ''] = /(http:\S+)\/status\.json/.exec(demo.stdout()) ?? [];
    expect((await fetch(`${address}/readyz`)).status).toBe(200);
    demo.signal(signal);
    demo.signal(signal);
    const { code, stderr } = await demo.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});

describe('what differs from the expectation', () => {
  const [scenario] = REQUESTS;
  if (scenario === undefined) throw new Error('there is a request');
  const { expected } = scenario;
  const became = { ...expected, story: ['demande acceptée'], sent: [], received: [], zams: [] };

  it.each([
    ['nothing', became, 0],
    ['a refusal', { ...became, refusal: { code: 'REQ-007', location: 'OBX^1' } as const }, 1],
    ['a mail that did not leave', { ...became, mails: [] }, 1],
    ['a document that was refused', { ...became, messages: [{ event: 'T02', answer: '902' } as const] }, 1],
    ['a receipt that is missing', { ...became, receipts: expected.receipts.slice(1) }, 1],
    ['all of it', { ...became, mails: [], messages: [], receipts: [] }, 3],
  ])('%s', (_, seen, count) => {
    const wrong = requestDifferences(expected, seen);
    expect(wrong).toHaveLength(count);
    const lines = renderTold({ ...scenario, story: seen.story, wrong }).split('\n');
    expect(lines[0]).toBe(`${count === 0 ? '✓' : '✗'} ${scenario.name}`);
    expect(lines.filter(line => line.startsWith('    ✗ '))).toHaveLength(count);
  });
});

describe('the folder of the demonstration', () => {
  it.each([
    ['a file of somebody', (path: string) => writeFileSync(join(path, 'these.docx'), 'x')],
    ['a folder', (path: string) => mkdirSync(join(path, 'journal.db'))],
    ['a message of somebody', (path: string) => writeFileSync(join(path, 'message.hl7'), 'x')],
    ['a key of somebody', (path: string) => writeFileSync(join(path, 'dmp.key'), 'x')],
    ['a mail of somebody', (path: string) => writeFileSync(join(path, '21-z.courriel.eml'), 'x')],
  ])('is refused, whole, where it holds %s', async (name, put) => {
    const output = join(folder, name);
    mkdirSync(output);
    writeFileSync(join(output, 'passerelle.log'), 'kept');
    put(output);
    const before = readdirSync(output);
    const { code, stdout, stderr } = await pfi(['demo', '--output', output]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`Le dossier ${output} contient autre chose qu’une démonstration précédente`);
    expect(readdirSync(output)).toEqual(before);
  });

  it('is emptied of what a former demonstration left, and of nothing else', () => {
    const output = join(folder, 'former');
    mkdirSync(output);
    const files = ['journal.db', 'journal.db-wal', 'journal.db-shm', 'journal.db.lock', 'operateur-ca.pem'];
    const received = [
      'passerelle.log',
      '04-remplacement.1.MDM-T10.hl7',
      '07-x.error-mail.eml',
      '01-y.mdn.eml',
      'journal-labo.db',
      'journal-labo.db.lock',
      'passerelle-labo.log',
      '21-z.1.demande.hl7',
      '21-z.2.ACK.hl7',
      '21-z.3.courriel.eml',
      '21-z.5.ZAM-Z02.hl7',
      '27-z.3.ITI-41.xml',
      '27-z.4.XAdES.xml',
      'dmp-ca.pem',
      'dmp-auth.pem',
      'dmp-auth.key',
      'dmp-sign.pem',
      'dmp-sign.key',
    ];
    for (const name of [...files, ...received]) writeFileSync(join(output, name), 'x');
    expect(prepareOutput(output)).toBe(output);
    expect(readdirSync(output)).toEqual([]);
  });

  it('is made where it is missing, with those above', () => {
    const output = join(folder, 'a/b/c');
    expect(prepareOutput(output)).toBe(output);
    expect(existsSync(output)).toBe(true);
  });

  it('cannot lie below a file: exit 2', async () => {
    const path = join(folder, 'file');
    writeFileSync(path, '');
    const { code, stderr } = await pfi(['demo', '--output', join(path, 'below')]);
    expect(code).toBe(2);
    expect(stderr).toContain('ne peut pas être créé');
  });

  it('is a new one of the system’s where the current folder takes none', async () => {
    const cwd = join(folder, 'taken');
    mkdirSync(cwd);
    // As little to be made into a folder as one of a read-only checkout, for root too.
    writeFileSync(join(cwd, 'demo-output'), '');
    const { code, stdout } = await pfi(['demo'], { cwd, env: { TMPDIR: folder } });
    expect(code).toBe(0);
    expect(stdout).toContain(`sont dans ${join(folder, 'pfi-demo-')}`);
  });
});
