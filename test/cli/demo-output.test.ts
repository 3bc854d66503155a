import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareOutput } from '../../src/cli/demo-output.ts';
import { pfi } from './processes.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pfi-demo-output-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the folder of the demonstration', () => {
  it.each([
    ['a file of somebody', (path: string) => writeFileSync(join(path, 'these.docx'), 'x')],
    ['a folder', (path: string) => mkdirSync(join(path, 'journal.db'))],
    ['a message of somebody', (path: string) => writeFileSync(join(path, 'message.hl7'), 'x')],
    ['a key of somebody', (path: string) => writeFileSync(join(path, 'dmp.key'), 'x')],
    ['a resource of somebody', (path: string) => writeFileSync(join(path, '31-z.demande.json'), '{}')],
    ['a certificate of somebody', (path: string) => writeFileSync(join(path, 'fhir-chu.pem'), 'x')],
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
      '31-z.1.demande.json',
      '31-z.2.transmis.json',
      '31-z.3.reponse.json',
      'fhir-passerelle.pem',
      'fhir-passerelle.key',
      'fhir-client.pem',
      'fhir-client.key',
      'fhir-bloc.pem',
      'fhir-bloc.key',
      'fhir-hopital-ca.pem',
      'fhir-pairs-ca.pem',
      'fhir-sas-ca.pem',
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
