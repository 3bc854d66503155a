import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { patientRecipient, type RequestSample } from '../../samples/kit/request.ts';
import { PATIENTS } from '../../samples/kit/patients.ts';
import { CATALOGUE } from '../../src/errors/catalogue.ts';
import type { ExchangeView } from '../../src/journal/journal.ts';
import { DOCTOR, HOSPITAL, type Laboratory, newRequest, PATIENT, startLaboratory } from '../kit/outgoing.ts';
import { called } from './called.ts';
import { laboratoryFile } from './laboratory-file.ts';
import type { Ended } from './processes.ts';

const [REFUSED, FULL, SILENT] = [
  'refuse@chu-x.mssante.fr',
  'plein@chu-x.mssante.fr',
  'muet@chu-x.mssante.fr',
];
/** Whatever the commands print of requests, none of it may be there: the patient’s address is the INS. */
const PATIENT_DATA = new RegExp(`${PATIENT.split('@', 1)[0]}|MORVAN|CLAIRE|19850614|DDM`, 'i');

let laboratory: Laboratory;
let file: string;
beforeAll(async () => {
  laboratory = await startLaboratory({
    reports: {
      refused: [REFUSED],
      failing: [{ address: FULL, status: '5.2.2', diagnostic: 'smtp; 552 5.2.2 mailbox full' }],
      silent: [SILENT],
    },
    settings: { outgoing: { report: '2s' } },
  });
  file = laboratoryFile(laboratory);
});
afterAll(() => laboratory.stop());

function exchanges(...words: string[]): Promise<Ended> {
  return called(['exchanges', ...words, '--config', file]);
}

/** A request that is over as far as reports are concerned, and its page. */
async function sent(overrides: Partial<RequestSample>): Promise<{ view: ExchangeView; page: string }> {
  const { message, controlId } = newRequest(overrides);
  expect(await laboratory.ask(message)).toBe('AA');
  const view = await laboratory.reported(controlId);
  await laboratory.until('its ZAM were taken', async () => {
    const { deliveries = [] } = (await laboratory.view(controlId)) ?? {};
    return deliveries.every(({ state }) => state === 'done' || state === 'held');
  });
  return { view, page: await pageOf(view) };
}

async function pageOf({ exchange }: ExchangeView): Promise<string> {
  const { code, stdout, stderr } = await exchanges('show', exchange.id);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).not.toMatch(/undefined|\b(held|outcome|accepted|refused|aspect|reading)\b|\w+-\w+ \w+=/);
  expect(stdout).not.toMatch(PATIENT_DATA);
  const json = await exchanges('show', exchange.id, '--json');
  expect(JSON.parse(json.stdout)).toMatchObject({ exchange: { id: exchange.id }, requested: {} });
  expect(json.stdout).not.toMatch(PATIENT_DATA);
  return stdout;
}

/** The row of a request in the list, in columns. */
async function rowOf({ exchange }: ExchangeView): Promise<string[]> {
  const { stdout } = await exchanges('list');
  expect(stdout).not.toMatch(PATIENT_DATA);
  const row = stdout.split('\n').find(line => line.startsWith(exchange.id)) ?? '';
  return row.split(/ {2,}/).slice(2);
}

const EVERYBODY = [DOCTOR, REFUSED, FULL, SILENT].map(address => ({ address }));
const TOLD_TO_ALL = {
  recipients: [...EVERYBODY, patientRecipient(PATIENTS.morvan)],
  wishes: { DESTMSSANTEPS: 'Y', DESTMSSANTEPAT: 'Y' },
} as const;

describe('a request of which nobody asked to hear', () => {
  let view: ExchangeView;
  let page: string;
  beforeAll(async () => {
    ({ view, page } = await sent({ ...TOLD_TO_ALL, wishes: { ...TOLD_TO_ALL.wishes, DESTDMP: 'Y' } }));
  });

  it('is shown with its document, its mails, and what became of each recipient', () => {
    expect(page).toMatch(/^Échange \S{36} : À TRAITER\n {2}demande de l’application sgl, reçue le /);
    expect(page).toMatch(/\n {2}identifiant du message \(MSH-10\) REQ-\d+\n/);
    expect(page).toMatch(/\n {2}Document 1 : .+ \(11502-2\), ajout\n {4}identifiant .+, version 1\n/);
    expect(page).toContain('\n  préparation des courriels (archive, PDF) : faite\n');
    expect(page).toContain(`\n  DMP (dépôt) : À TRAITER\n    OUT-001 : ${CATALOGUE['OUT-001'].why}\n`);
    expect(page).toContain('\n  courriel aux professionnels : remis à l’opérateur\n');
    expect(page).toContain(`\n    ${DOCTOR} : remis\n`);
    expect(page).toContain(
      '\n  courriel au patient : remis à l’opérateur\n    identifiant du courriel (Message-ID) <',
    );
    expect(page).toContain('\n    messagerie du patient : remis\n');
  });

  it.each([
    [REFUSED, 'OUT-002', '550 : Action non effectuée'],
    [FULL, 'OUT-002', '552 : Action abandonnée'],
    [SILENT, 'OUT-003', ''],
  ] as const)('says of %s why (%s) and what to do', async (address, code, detail) => {
    const { why, did, todo } = CATALOGUE[code];
    const lines = page.split('\n');
    const begin = lines.indexOf(`    ${address} : À TRAITER`);
    expect(lines[begin + 1]).toContain(`      ${code} : ${why}`);
    expect(lines[begin + 1]).toContain(detail);
    expect(lines.slice(begin + 2, begin + 4)).toEqual([`      ${did}`, `      À faire : ${todo}`]);
    const { stdout } = await exchanges('list', '--held');
    expect(stdout).toContain(`\n    ${address} : ${code} : ${why}`);
    expect(stdout).toContain(`\n    À faire : ${todo}\n`);
    expect(stdout).not.toMatch(PATIENT_DATA);
  });

  it('has a history in which each line says whom it is about', () => {
    const history = page.slice(page.indexOf('  Historique'));
    expect(history).toContain(`  ${REFUSED} : attend une personne (OUT-002)`);
    expect(history).toContain(`  ${FULL} : nouvelle reçue : non remis (552)`);
    expect(history).toContain(`  ${SILENT} : aucun avis de remise dans le délai (OUT-003)`);
    expect(history).toContain('  messagerie du patient : nouvelle reçue : remis');
    expect(history).toContain(
      '  courriel aux professionnels : réponse de l’opérateur : destinataires acceptés 3, refusés 1',
    );
  });

  it('stands in the list under the application that asked', async () => {
    expect(await rowOf(view)).toEqual(['embruns', 'demande', 'À TRAITER', 'OUT-001', 'sgl']);
  });

  it('is over once a person has given it up, with a reason', async () => {
    const { code, stdout } = await exchanges('abandon', view.exchange.id, '--reason', 'Adresses revues');
    expect(code).toBe(0);
    expect(stdout).toContain('4 envois écartés');
    const after = await pageOf(view);
    expect(after).toMatch(/^Échange \S{36} : en partie remis\n/);
    expect(after).toContain(`    ${FULL} : écarté, motif : Adresses revues\n`);
    expect(after).toContain('  DMP (dépôt) : écarté\n    motif : Adresses revues\n');
  });

  it('whose mail has left cannot be sent again, and the command says why', async () => {
    const { view: other } = await sent({ recipients: [{ address: FULL }] });
    const { code, stdout, stderr } = await exchanges('retry', other.exchange.id);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Un courriel déjà parti ne peut pas être relancé');
  });
});

describe('a request of which its application hears', () => {
  const ASKED = { DESTMSSANTEPS: 'Y', ACK_RECEPTION: 'Y', ACK_LECTURE_MSS: 'Y' } as const;

  it('is shown with what each recipient’s receipt told it', async () => {
    const { view, page } = await sent({
      recipients: [{ address: DOCTOR }, { address: FULL }],
      wishes: ASKED,
    });
    expect(page).toMatch(/^Échange \S{36} : en partie remis\n/);
    expect(page).toMatch(
      new RegExp(
        `\\n {4}${DOCTOR} : remis\\n {6}accusé de réception \\(ZAM\\^Z02\\) à l’application sgl : rendu\\n {8}identifiant du message \\(MSH-10\\) \\S{20}\\n`,
      ),
    );
    expect(page).toMatch(
      new RegExp(
        `\\n {4}${FULL} : non remis, 552 \\(Action abandonnée .*\\)\\n {6}accusé de réception .* : rendu\\n`,
      ),
    );
    expect(await rowOf(view)).toEqual(['embruns', 'demande', 'en partie remis', '552', 'sgl']);
    expect(await rowOf((await sent({ recipients: [{ address: FULL }], wishes: ASKED })).view)).toEqual([
      'embruns',
      'demande',
      'non remis',
      '552',
      'sgl',
    ]);
  });

  it('tells which recipient’s system did not take the document, and its code', async () => {
    const { view } = await sent({ recipients: [{ address: DOCTOR }, { address: HOSPITAL }], wishes: ASKED });
    expect(await rowOf(view)).toEqual(['embruns', 'demande', 'terminé', 'sgl']);
    await laboratory.hear(mdn(view, HOSPITAL, 'processed/Error: 902^Madame Morvan est inconnue'), HOSPITAL);
    await laboratory.until(
      'its Z03 was taken',
      () => laboratory.told(view.exchange.messageId ?? '').length === 3,
    );
    const page = await pageOf(view);
    expect(page).toMatch(/^Échange \S{36} : (en cours|non intégré)\n/);
    expect(page).toContain(`\n    ${DOCTOR} : remis\n`);
    expect(page).toContain(`\n    ${HOSPITAL} : remis ; non intégré, 902 (Identifiant patient inconnu)\n`);
    expect(page).toContain('      accusé de lecture (ZAM^Z03) à l’application sgl : ');
    expect(page).toContain(`  ${HOSPITAL} : nouvelle reçue : non intégré (902)\n`);
    await laboratory.until('it has ended', async () => (await rowOf(view)).includes('non intégré'));
    expect(await rowOf(view)).toEqual(['embruns', 'demande', 'non intégré', '902', 'sgl']);
  });

  it('whose patient writes a receipt does not show who the patient is', async () => {
    const { view } = await sent({
      recipients: [patientRecipient(PATIENTS.morvan)],
      wishes: { DESTMSSANTEPAT: 'Y', ACK_LECTURE_MSS: 'Y' },
    });
    const receipt = await laboratory.hear(mdn(view, PATIENT, 'displayed'), PATIENT);
    const { stdout } = await exchanges('show', receipt.exchange.id);
    expect(stdout).toContain('\n  expéditeur la messagerie d’un patient\n');
    const json = await exchanges('show', receipt.exchange.id, '--json');
    const list = await exchanges('list');
    for (const text of [stdout, json.stdout, list.stdout, (await exchanges('list', '--json')).stdout]) {
      expect(text).not.toMatch(PATIENT_DATA);
    }
    expect(await pageOf(view)).toContain('\n    messagerie du patient : remis ; lu ou intégré\n');
  });
});

it('a request to an operator that reports on nothing is over once it has left, and says so', async () => {
  const other = await startLaboratory({ dsn: false });
  const { message, controlId } = newRequest();
  await other.ask(message);
  const { exchange } = await other.reported(controlId);
  const words = ['exchanges', 'show', exchange.id, '--config', laboratoryFile(other)];
  const { stdout } = await called(words);
  await other.stop();
  expect(stdout).toContain(`\n    ${DOCTOR} : parti, sans avis de remise : l’opérateur n’en offre pas\n`);
  expect(stdout).toContain(`  ${DOCTOR} : l’opérateur n’offre pas d’avis de remise\n`);
});

function mdn({ deliveries }: ExchangeView, from: string, disposition: string): Buffer {
  const about = deliveries.find(({ kind }) => kind === 'mail')?.identifiers['messageId'];
  return Buffer.from(
    [
      `From: <${from}>`,
      'To: pfi@embruns.mssante.fr',
      'Subject: accuse',
      `Message-ID: <${disposition.length}.${from.length}@x.mssante.fr>`,
      'Auto-Submitted: auto-replied',
      'MIME-Version: 1.0',
      'Content-Type: multipart/report; report-type=disposition-notification; boundary=b',
      '',
      '--b',
      'Content-Type: text/plain',
      '',
      'Bonjour',
      '--b',
      'Content-Type: message/disposition-notification',
      '',
      `Final-Recipient: rfc822; ${from}`,
      `Original-Message-ID: ${about}`,
      `Disposition: automatic-action/MDN-sent-automatically; ${disposition}`,
      '',
      '--b--',
      '',
    ].join('\r\n'),
  );
}
