import { X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PATIENT_MAILBOX } from '../../samples/actors.ts';
import { CALLS } from '../../samples/fhir/calls.ts';
import { REQUESTS } from '../../samples/requests.ts';
import { SCENARIOS } from '../../samples/scenarios.ts';
import { callDifferences } from '../../src/cli/demo-fhir.ts';
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

  /** What follows a scenario's name in the names of its files, in their order. */
  const filesOf = (name: string): string[] =>
    readdirSync(output).flatMap(each => (each.startsWith(`${name}.`) ? [each.slice(name.length + 1)] : []));

  it('tells what each mail, request and call became: exit 0, nothing on the error output', () => {
    const { code, stdout, stderr } = ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.split('\n');
    expect(lines.filter(line => /^[✓✗] /.test(line))).toEqual(
      [...scenarios, ...CALLS].map(({ name }) => `✓ ${name}`),
    );
    for (const { description } of [...scenarios, ...CALLS]) expect(lines).toContain(`    ${description}`);
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
    expect(lines.slice(-2)).toEqual([
      'Bilan : 20 courriels sur 20, 10 demandes sur 10, 10 appels FHIR sur 10.',
      '',
    ]);
  });

  it('tells of each FHIR call who answered what, whom the gateway asked because of it, and what lies there', () => {
    const { stdout } = ended;
    expect(stdout).toContain('\n10 appels FHIR sur 10 sont devenus ce qui était attendu.\n');
    for (const told of [
      '    → logiciel du bloc : POST /dmi/traces · 200 · identifiants de 10 ressources rendus\n    → plateforme DMI : POST /fhir/Bundle accepté · créés : 4 Organization, ',
      '422 · required, en Bundle.entry[9].resource.agent[0].who : « who » est obligatoire.\n    → rien n’est envoyé\n',
      '    → logiciel de la pharmacie : GET /fhir/dmi/AuditEvent?… · 200 · 1 trace\n',
      '    → application de l’établissement : POST /fhir accepté · remis : Patient, Organization, Encounter\n',
      '200 · numéro au registre : RENACOT-2026-10000\n',
      '    → registre RENACOT : POST /fhir/$associer-implants-registre refusé\n    → la passerelle réessaiera dans 24 h, puis chaque jour\n',
    ]) {
      expect(stdout).toContain(told);
    }
    const accounts = [...stdout.matchAll(/logiciel d’agenda : PUT \/Practitioner\/(\S+) accepté · (.*)/g)];
    expect(accounts.map(([, , state]) => state)).toEqual(['compte actif', 'compte actif', 'compte inactif']);
    expect(new Set(accounts.map(([, id]) => id)).size).toBe(1);
    const log = readFileSync(join(output, 'passerelle.log'), 'utf8');
    for (const text of [stdout, log]) expect(text).not.toMatch(/\b[12]\d{12}(\d\d)?\b/);
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
    expect(filesOf('23-envoi-patient-inconnu')).toEqual([
      '1.demande.hl7',
      '2.ACK.hl7',
      '3.courriel.eml',
      '4.MDM-T02.hl7',
      '5.ZAM-Z02.hl7',
      '6.ZAM-Z03.hl7',
    ]);
    expect(filesOf('26-envoi-autre-patient')).toEqual(['1.demande.hl7', '2.ACK.hl7']);
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
    expect(filesOf('28-dmp-remplacement')).toEqual([
      '1.demande.hl7',
      '2.ACK.hl7',
      '3.ITI-18.xml',
      '4.ITI-41.xml',
      '5.XAdES.xml',
      '6.ZAM-Z01.hl7',
    ]);
    expect(filesOf('29-dmp-suppression')).toContain('4.ITI-57.xml');
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

  it('leaves of a FHIR call what was asked, passed on and answered, and the certificates of this time alone', () => {
    const shapes = {
      '31-dmi-pose': ['1.demande.json', '2.transmis.json', '3.reponse.json'],
      '32-dmi-refus': ['1.demande.json', '2.reponse.json'],
      '33-dmi-recherche': ['1.reponse.json'],
      '35-dui-reception': ['1.demande.json', '2.transmis.json', '3.reponse.json'],
      '40-sas-desactivation': ['1.demande.json', '2.transmis.json'],
    };
    for (const [name, files] of Object.entries(shapes)) expect(filesOf(name)).toEqual(files);
    const read = (name: string): Record<string, unknown> =>
      JSON.parse(readFileSync(join(output, `${name}.json`), 'utf8')) as Record<string, unknown>;
    const asked = CALLS.filter(({ body }) => body !== undefined);
    expect(asked.map(({ name }) => read(`${name}.1.demande`))).toEqual(
      asked.map(({ body }) => JSON.parse(JSON.stringify(body)) as unknown),
    );
    expect(read('31-dmi-pose.2.transmis')).toMatchObject({ resourceType: 'Bundle', type: 'transaction' });
    expect(read('31-dmi-pose.3.reponse')).toMatchObject({ type: 'transaction-response' });
    expect(read('37-renacot-attente.3.reponse')).toMatchObject({
      parameter: [{ name: 'result', resource: { resourceType: 'OperationOutcome' } }],
    });
    expect(read('40-sas-desactivation.2.transmis')).toMatchObject({ active: false });
    for (const name of ['fhir-passerelle', 'fhir-client', 'fhir-bloc']) {
      const { issuer } = new X509Certificate(readFileSync(join(output, `${name}.pem`)));
      expect(issuer).toBe('CN=Autorité du CHU X de démonstration');
      expect(statSync(join(output, `${name}.key`)).mode & 0o777).toBe(0o600);
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

describe('what differs from what a call should become', () => {
  const [first] = CALLS;
  if (first === undefined) throw new Error('there is a call');
  const { expected } = first;

  it.each([
    ['nothing', expected, 0],
    ['the status', { ...expected, status: 500 }, 1],
    ['a refusal', { ...expected, status: 422, issue: { code: 'required', path: 'Bundle.type' } }, 2],
    ['an answer that says less', { ...expected, told: expected.told.slice(1) }, 1],
    ['a platform that was not asked', { ...expected, passedOn: [] }, 1],
    [
      'a platform that was asked twice',
      { ...expected, passedOn: [...expected.passedOn, ...expected.passedOn] },
      1,
    ],
    ['something that is still to be tried', { ...expected, againInHours: 1 }, 1],
  ])('%s', (_, became, count) => {
    expect(callDifferences(expected, became)).toHaveLength(count);
  });
});
