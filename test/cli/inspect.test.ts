import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { laboratoryMail } from '../../samples/actors.ts';
import { BAD_ARCHIVES, BAD_MAILS } from '../../samples/bad-input.ts';
import { SCENARIOS } from '../../samples/scenarios.ts';
import { look } from '../../src/cli/inspect.ts';
import { type Finding, renderFinding } from '../../src/cli/inspect-finding.ts';
import { usualReader } from '../../src/cli/inspect-mail.ts';
import { CATALOGUE } from '../../src/errors/catalogue.ts';
import type { Reader } from '../../src/flows/reading/reader.ts';
import { newMail } from '../kit/gateway.ts';
import { called } from './called.ts';
import { pfi, REPOSITORY } from './processes.ts';

const DATA = join(REPOSITORY, 'samples/data');
let folder: string;
let reader: Reader;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pfi-inspect-'));
  reader = usualReader();
});
afterAll(async () => {
  await reader.stop();
  rmSync(folder, { recursive: true, force: true });
});

function file(name: string, bytes: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** The fault of the whole, else of its documents. */
function codesOf({ fault, documents }: Finding): string[] {
  const codes = [...(fault === undefined ? [] : [fault]), ...documents.flatMap(each => each.fault ?? [])];
  return [...new Set(codes.map(({ code }) => code))];
}

/** What the demonstration and the gateway's own tests expect of the same mails. */
describe('inspect says of every sample mail what the gateway does', () => {
  const FATES = { integrated: 'deliver', refused: 'refuse', worklist: 'hold', other: 'file' } as const;

  it.each(SCENARIOS)('$name', async ({ name, expected }) => {
    const finding = await look(join(DATA, `mails/${name}.eml`), reader);
    const { outcome, code, messages } = expected;
    // A refusal of the application's own is not to be foreseen.
    expect(finding.decision).toBe(outcome === 'refused' && code === undefined ? 'deliver' : FATES[outcome]);
    expect(codesOf(finding)).toEqual(code === undefined ? [] : [code]);
    const sent = finding.documents.filter(({ decision }) => decision === 'deliver');
    expect(sent.map(({ facts }) => /MDM\^(T\d\d)/.exec(facts['Action'] ?? '')?.[1])).toEqual(
      messages.map(({ event }) => event),
    );
    const promisesMdn = /accusé de lecture \(MDN\) .* à \S+@/.test(finding.verdict.at(-1) ?? '');
    expect(promisesMdn).toBe(expected.notification?.kind === 'mdn');
  });

  it.each([...BAD_ARCHIVES, ...BAD_MAILS])('$name', async ({ name, expected, build }) => {
    const isArchive = BAD_ARCHIVES.some(each => each.name === name);
    const bytes = await build();
    const alone = await look(file(name, bytes), reader);
    const finding = isArchive
      ? await look(
          file('in-a-mail', await laboratoryMail({ number: 1, documents: [], archive: bytes })),
          reader,
        )
      : alone;
    for (const found of [alone, finding]) {
      expect(codesOf(found)).toEqual(expected === 'integrated' ? [] : [expected]);
      expect(found.decision).toMatch(expected === 'integrated' ? /^deliver$/ : /^(refuse|hold)$/);
    }
  });
});

describe('pfi inspect', () => {
  const files = readdirSync(DATA, { recursive: true, encoding: 'utf8' }).filter(name =>
    /\.(eml|zip|xml|hl7)$/.test(name),
  );

  it.each(files)('finds in %s something to say', async name => {
    const finding = await look(join(DATA, name), reader);
    const kinds = { eml: 'mail', zip: 'archive', xml: 'document', hl7: 'hl7' } as const;
    const kind = name.startsWith('requests') ? 'request' : kinds[name.slice(-3) as keyof typeof kinds];
    expect(finding.kind).toBe(kind);
    const text = renderFinding(finding);
    expect(text).toMatch(/^→ \S.*$/m);
    expect(text).not.toMatch(/undefined|\[object/);
  });

  it('is JSON for a program', async () => {
    const { code, stdout, stderr } = await called([
      'inspect',
      '--json',
      join(DATA, 'bad-archives/traversee.zip'),
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'archive',
      decision: 'refuse',
      fault: { code: 'XDM-004' },
    });
  });

  it('shows of a mail the gateway’s view, and what it would do', async () => {
    const { stdout } = await pfi(['inspect', join(DATA, 'mails/13-remplacement-sans-parent.eml')]);
    expect(stdout).toMatch(/^Courriel : <0013\.20261120@embruns\.mssante\.fr>$/m);
    expect(stdout).toMatch(/^ {2}Action : remplacement \(MDM\^T10\)$/m);
    expect(stdout).toMatch(/^ {2}→ À traiter par une personne\.\n {4}XDM-016 : .*\n {4}À faire : /m);
    expect(stdout).toContain('→ Documents transmis à l’application, chacun dans un message MDM : 0 sur 1.');
  });

  it('shows of a document who wrote it, who keeps it, and of what stay it is', async () => {
    const { stdout } = await called(['inspect', join(DATA, 'documents/niveau-3.xml')]);
    expect(stdout).toMatch(/^Auteur : Yann KERVELLA · 810009990017 · .+ · Laboratoire des Embruns$/m);
    expect(stdout).toMatch(/^Organisme conservateur : Laboratoire des Embruns$/m);
    expect(stdout).toMatch(/^Venue : 1\.2\.250\.1\.999\.1\.3\^26004711 · du 20261118093000\+0100$/m);
  });

  it('says that a refusal of which nobody can be told waits for a person', async () => {
    const tronquee = await BAD_ARCHIVES.find(({ name }) => name === 'tronquee')?.build();
    const mail = await laboratoryMail({
      number: 2,
      documents: [],
      ...(tronquee === undefined ? {} : { archive: tronquee }),
      headers: ['Auto-Submitted: auto-generated'],
    });
    const finding = await look(file('automatic.eml', mail), reader);
    expect([finding.decision, finding.fault?.code]).toEqual(['hold', 'DOC-004']);
    expect(finding.verdict.join('\n')).toContain(CATALOGUE['XDM-001'].why);
  });

  it.each([
    ['/nowhere.eml', 'il n’existe pas'],
    ['/etc', 'ce n’est pas un fichier'],
    ['/dev/null', 'ce n’est pas un fichier'],
  ])('%s: exit 2 and why, in French', async (path, why) => {
    const { code, stdout, stderr } = await pfi(['inspect', path]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe(`${path} ne peut pas être lu : ${why}.\n`);
  });

  it.each([
    ['nothing', ''],
    ['binary junk', Buffer.from(Array.from({ length: 4_096 }, (_, at) => (at * 151 + 7) % 256))],
    ['zeros', Buffer.alloc(1_000)],
    ['prose', 'Bonjour, ceci n’est pas un courriel.\n'],
    ['a PDF', '%PDF-1.7\n%âãÏÓ\n'],
  ])('%s is of no use: exit 2', async (name, bytes) => {
    const { code, stdout, stderr } = await called(['inspect', file(name, bytes)]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('n’est ni un courriel, ni une archive, ni un document XML, ni un message HL7');
  });

  it.each<[string, string, string]>([
    ['an archive that is none', 'PK\u0003\u0004junk', 'XDM-001'],
    ['XML that is none', '<ClinicalDocument', 'CDA-001'],
    ['an XML of another kind', '<html/>', 'CDA-002'],
    ['HL7 that is none', 'MSH|^^\\&|', 'illisible'],
    ['an ACK without MSA-2', 'MSH|^~\\&|DPI|CHU|PFI|CHU|20261120||ACK|1|P|2.6\rMSA|AA\r', 'HL7-002'],
  ])('tells of %s what is wrong', async (name, text, told) => {
    const { code, stdout } = await called(['inspect', file(name, Buffer.from(text, 'latin1'))]);
    expect(code).toBe(0);
    expect(stdout).toContain(told);
  });

  it('reads of a mail over the limit its head alone: MAIL-001, as the gateway does', async () => {
    const path = file('huge.eml', await newMail());
    truncateSync(path, 3_000_000_000);
    const { code, stdout } = await pfi(['inspect', path]);
    expect(code).toBe(0);
    expect(stdout).toContain('MAIL-001');
    expect(stdout).toContain('De : resultats@embruns.mssante.fr');
  });

  it('does not read a huge archive', async () => {
    const path = file('huge.zip', 'PK\u0003\u0004');
    truncateSync(path, 3_000_000_000);
    const { code, stderr } = await called(['inspect', path]);
    expect(code).toBe(2);
    expect(stderr).toContain('est trop gros');
  });

  it('lets no mail move the terminal', async () => {
    const hostile =
      'From: a@b.fr\r\nMessage-ID: <1@b>\r\nSubject: =?UTF-8?Q?=1B[2J=1B]0;x=07_gone=E2=80=AE?=\r\n\r\nx';
    const { stdout } = await called(['inspect', file('hostile.eml', hostile)]);
    expect(stdout).not.toMatch(/[\u001b\u0007\u202e]/);
    expect(stdout).toContain('gone');
  });
});
