import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RequestSample } from '../../samples/kit/request.ts';
import { CATALOGUE } from '../../src/errors/catalogue.ts';
import { DMP_ALONE, type DmpSite, newDmpDocument, nextVersion, startDmpSite } from '../kit/dmp.ts';
import { DOCTOR, type Laboratory, newRequest, startLaboratory } from '../kit/outgoing.ts';
import { called } from './called.ts';
import { laboratoryFile } from './laboratory-file.ts';
import type { Ended } from './processes.ts';

/** What the commands print of the DMP part of requests: nothing of the patient, nor what the DMP says of one. */
const PATIENT_DATA = /MORVAN|CLAIRE|285062901904262|19850614|DDM/i;

let site: DmpSite;
let laboratory: Laboratory;
let file: string;
beforeAll(async () => {
  site = await startDmpSite();
  laboratory = await startLaboratory({ settings: { dmp: site.settings } });
  file = laboratoryFile(laboratory);
});
afterAll(async () => {
  await laboratory.stop();
  await site.stop();
});
beforeEach(() => site.dmp.behave('answer'));

function exchanges(...words: string[]): Promise<Ended> {
  return called(['exchanges', ...words, '--config', file]);
}

async function accepted(overrides: Partial<RequestSample>): Promise<string> {
  const { message, controlId } = newRequest({ ...DMP_ALONE, ...overrides });
  expect(await laboratory.ask(message)).toBe('AA');
  return controlId;
}

/** A request of which nothing is left to do by itself, by its MSH-10. */
async function settled(overrides: Partial<RequestSample>): Promise<string> {
  const controlId = await accepted(overrides);
  await laboratory.settled(controlId);
  return controlId;
}

async function idOf(controlId: string): Promise<string> {
  return (await laboratory.view(controlId))?.exchange.id ?? '';
}

async function pageOf(controlId: string): Promise<string> {
  const id = await idOf(controlId);
  const { code, stdout, stderr } = await exchanges('show', id);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).not.toMatch(/undefined|\b(held|outcome|accepted|refused|waiting)\b|\w+-\w+ \w+=/);
  expect(stdout).not.toMatch(PATIENT_DATA);
  expect((await exchanges('show', id, '--json')).stdout).not.toMatch(PATIENT_DATA);
  return stdout;
}

/** The row of a request in the list, in columns. */
async function rowOf(controlId: string): Promise<string[]> {
  const id = await idOf(controlId);
  const { stdout } = await exchanges('list');
  expect(stdout).not.toMatch(PATIENT_DATA);
  const row = stdout.split('\n').find(line => line.startsWith(id)) ?? '';
  return row.split(/ {2,}/).slice(2);
}

const told = (answer: 'Y' | 'N'): string =>
  `\n    accusé du DMP (ZAM^Z01 ${answer}) à l’application sgl : rendu\n`;

describe('the DMP part of a request', () => {
  it('that was done is shown with what was asked, and what the application heard', async () => {
    const first = newDmpDocument();
    const second = nextVersion(first);
    const deposited = await pageOf(await settled({ documents: [first] }));
    expect(deposited).toMatch(
      /^Échange \S{36} : terminé\n {2}demande de l’application sgl, reçue le [\d/]+ [\d:]+\n/,
    );
    expect(deposited).toContain(`\n  DMP (dépôt) : fait${told('Y')}`);
    const replaced = await pageOf(await settled({ documents: [second], action: 'replace' }));
    expect(replaced).toContain(`\n  DMP (remplacement) : fait${told('Y')}`);
    const deleted = await pageOf(await settled({ documents: [second], action: 'delete' }));
    expect(deleted).toContain(`\n  DMP (suppression) : fait${told('Y')}`);
    const history = deleted.slice(deleted.indexOf('  Historique'));
    expect(history.match(/(?<=\d {2})\D.*/g)).toEqual([
      'demande acceptée (R01) : documents 1, destinataires 0',
      'DMP : fait',
      'DMP : accusé (ZAM) : rendu',
    ]);
  });

  it('stands beside the mails', async () => {
    const controlId = await settled({
      documents: [newDmpDocument()],
      recipients: [{ address: DOCTOR }],
      wishes: { DESTDMP: 'Y', DESTMSSANTEPS: 'Y' },
    });
    await laboratory.reported(controlId);
    const page = await pageOf(controlId);
    expect(page).toContain(' ; part de la boîte embruns\n');
    expect(page).toContain('\n  DMP (dépôt) : fait\n\n  courriel aux professionnels : remis à l’opérateur\n');
    expect(page).toContain(`\n    ${DOCTOR} : remis\n`);
  });

  it('whose original the DMP does not know goes there as a new document, when a person says so', async () => {
    const controlId = await settled({ documents: [nextVersion(newDmpDocument())], action: 'replace' });
    const { why, did, todo } = CATALOGUE['DMP-008'];
    const reason = [`DMP-008 : ${why}`, did, `À faire : ${todo}`].map(line => `\n    ${line}`).join('');
    expect(await rowOf(controlId)).toEqual(['embruns', 'demande', 'À TRAITER', 'DMP-008', 'sgl']);
    expect(await pageOf(controlId)).toContain(`\n  DMP (remplacement) : À TRAITER${reason}${told('N')}`);
    const id = await idOf(controlId);
    expect((await exchanges('list', '--held')).stdout).toContain(`${reason}\n`);
    expect(todo).toContain('`pfi exchanges retry ID --as-new`');
    const { code, stdout } = await exchanges('retry', id, '--as-new');
    expect(code).toBe(0);
    expect(stdout).toContain('1 envoi relancé');
    await laboratory.until('the DMP has it', () => laboratory.told(controlId).includes('Z01 Y'));
    await laboratory.settled(controlId);
    const page = await pageOf(controlId);
    expect(page).toContain('\n  DMP (dépôt comme nouveau document) : fait\n');
    expect(page).toContain(told('N'));
    expect(page).toContain(told('Y'));
    expect(page).toContain('  DMP : attend une personne (DMP-008)\n');
    expect(page).toMatch(/ {2}DMP : relancé par \S+\n/);
    expect((await exchanges('retry', id, '--as-new')).code).not.toBe(0);
  });

  it('that is given up makes the request given up, or a part of it', async () => {
    site.dmp.behave({ failure: 'DMPClosed', context: 'Le DMP de MORVAN CLAIRE est fermé' });
    const documents = [newDmpDocument()];
    const both = { ...DMP_ALONE.wishes, DESTMSSANTEPS: 'Y' } as const;
    const alone = await settled({ documents });
    const withMail = await settled({ documents, wishes: both, recipients: [{ address: DOCTOR }] });
    await laboratory.reported(withMail);
    for (const [controlId, state] of [
      [alone, 'écarté'],
      [withMail, 'en partie écarté'],
    ] as const) {
      expect((await rowOf(controlId)).slice(2, 4)).toEqual(['À TRAITER', 'DMP-006']);
      await exchanges('abandon', await idOf(controlId), '--reason', 'Vu avec le service');
      const page = await pageOf(controlId);
      expect(page).toContain('\n  DMP (dépôt) : écarté\n    motif : Vu avec le service\n');
      await laboratory.until(`it is ${state}`, async () => (await rowOf(controlId))[2] === state);
    }
  });

  it('that the DMP has left without an answer says so, and when it is tried again', async () => {
    site.dmp.behave('silent-before', 1);
    const controlId = await accepted({ documents: [newDmpDocument()] });
    await laboratory.until('it is on its way', async () => {
      const { deliveries = [] } = (await laboratory.view(controlId)) ?? {};
      return deliveries[0]?.state === 'sending';
    });
    const behind = await accepted({ documents: [newDmpDocument()] });
    expect(await pageOf(controlId)).toContain('\n  DMP (dépôt) : en cours d’envoi\n');
    expect(await pageOf(behind)).toContain(
      '\n  DMP (dépôt) : en attente\n    part à son tour : une demande à la fois pour un patient',
    );
    await laboratory.until('the attempt has failed', async () => {
      const { deliveries = [] } = (await laboratory.view(controlId)) ?? {};
      return deliveries[0]?.lastError !== undefined;
    });
    const { why } = CATALOGUE['DMP-003'];
    const page = await pageOf(controlId);
    expect(page).toContain('\n    essais : 1, dont sans réponse connue : 1\n');
    expect(page).toContain(`\n    DMP-003 : ${why}`);
    expect(page).toContain('\n    prochain essai : ');
    expect(page).toContain(`  DMP : essai sans succès (DMP-003) : ${why}\n`);
    await laboratory.settled(controlId);
    await laboratory.settled(behind);
    expect(await rowOf(controlId)).toEqual(['embruns', 'demande', 'terminé', 'sgl']);
  });

  it('is followed by `pfi send` to its end', async () => {
    const { message, controlId } = newRequest({ ...DMP_ALONE, documents: [newDmpDocument()] });
    const path = join(laboratory.folder, 'demande.hl7');
    writeFileSync(path, message);
    const { code, stdout } = await called(['send', path, '--config', file]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/\n {2}[\d/]+ [\d:]+ {2}DMP : fait\n/);
    expect(stdout).toContain(`\n  DMP (dépôt) : fait${told('Y')}`);
    expect(stdout).not.toMatch(PATIENT_DATA);
    expect(laboratory.told(controlId)).toEqual(['Z01 Y']);
  });
});
