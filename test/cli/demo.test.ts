import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCENARIOS } from '../../samples/scenarios.ts';
import { prepareOutput } from '../../src/cli/demo-output.ts';
import { parseMessage } from '../../src/formats/hl7/message.ts';
import { readMailAt } from '../kit/gateway.ts';
import { pfi, startPfi } from './processes.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pfi-demo-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('pfi demo', () => {
  it('tells what each mail became, leaves the messages, exit 0, nothing on the error output', async () => {
    const cwd = join(folder, 'anywhere');
    mkdirSync(cwd);
    const { code, stdout, stderr } = await pfi(['demo'], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.split('\n');
    expect(lines.filter(line => /^[✓✗] /.test(line))).toEqual(SCENARIOS.map(({ name }) => `✓ ${name}`));
    for (const { description } of SCENARIOS) expect(lines).toContain(`    ${description}`);
    expect(stdout).toMatch(/^Passerelle : http:\/\/127\.0\.0\.1:\d+\/status\.json et \/metrics$/m);
    expect(stdout).toContain(
      '    → DPI : MDM^T02 accepté, MDM^T10 refusé (900) · MDN négatif (900) à resultats@embruns.mssante.fr · dossier Erreurs',
    );
    expect(stdout).toContain('    → à traiter par une personne · dossier Erreurs');
    expect(stdout).toContain('\n20 courriels sur 20 sont devenus ce qui était attendu.\n');

    const output = join(cwd, 'demo-output');
    expect(stdout).toContain(`sont dans ${output}\n`);
    const left = readdirSync(output);
    const messages = left.filter(name => name.endsWith('.hl7'));
    expect(messages).toHaveLength(SCENARIOS.flatMap(({ expected }) => expected.messages).length);
    for (const name of messages) {
      const message = parseMessage(readFileSync(join(output, name)));
      expect(message.header.component(9, 2)).toBe(/MDM-(T\d\d)\.hl7$/.exec(name)?.[1]);
    }
    const mails = left.filter(name => name.endsWith('.eml'));
    expect(mails).toHaveLength(SCENARIOS.filter(({ expected }) => expected.notification).length);
    for (const name of mails)
      expect((await readMailAt(readFileSync(join(output, name)))).subject).toMatch(/DDM/);
    // A second run takes up the folder of the first.
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

describe('the folder of the demonstration', () => {
  it.each([
    ['a file of somebody', (path: string) => writeFileSync(join(path, 'these.docx'), 'x')],
    ['a folder', (path: string) => mkdirSync(join(path, 'journal.db'))],
    ['a message of somebody', (path: string) => writeFileSync(join(path, 'message.hl7'), 'x')],
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
