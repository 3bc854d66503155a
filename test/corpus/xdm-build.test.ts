import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCdaHeader } from '../../src/formats/cda/read-header.ts';
import type { CdaHeader } from '../../src/formats/cda/types.ts';
import { actionOf } from '../../src/formats/xdm/action.ts';
import { buildXdm } from '../../src/formats/xdm/build-xdm.ts';
import { documentMetadata } from '../../src/formats/xdm/document-metadata.ts';
import { readXdm } from '../../src/formats/xdm/read-xdm.ts';
import type { DocumentAction, XdmDocument } from '../../src/formats/xdm/types.ts';
import { LIMITS } from '../kit/archive-limits.ts';
import { entryOf } from '../kit/metadata-facts.ts';
import { hasShared, SHARED } from '../kit/shared.ts';

const present = hasShared('corpus/xdm') && hasShared('corpus/hl7/request-v2.1');
const canCheck = present && ['python3', 'xmllint'].every(tool => spawnSync(tool, ['--version']).status === 0);
const corpus = join(SHARED, 'corpus');

interface Sample {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly action: DocumentAction;
  /** The archive that ANS made of the document. */
  readonly official?: Uint8Array;
}

/** A document, and the header to describe it by where that is not its own. */
type Document = Pick<Sample, 'bytes' | 'action'> & { readonly header?: CdaHeader };

/** The documents of the official archives, and those beside the official requests. */
function samples(): Sample[] {
  const archived = readdirSync(join(corpus, 'xdm'))
    .filter(name => name.endsWith('.zip'))
    .map(name => {
      const official = readFileSync(join(corpus, 'xdm', name));
      const { bytes, entry } = only(official);
      const action = actionOf(entry);
      if (bytes === undefined || typeof action !== 'string') throw new Error(`${name} cannot be read`);
      return { name, bytes, action, official };
    });
  const requested = globSync('hl7/request-v2.1/*/*.{xml,XML}', { cwd: corpus }).map(path => ({
    name: basename(path),
    bytes: readFileSync(join(corpus, path)),
    action: 'add' as const,
  }));
  return [...archived, ...requested];
}

function only(archive: Uint8Array): XdmDocument {
  const [document, another] = readXdm(archive, LIMITS).documents;
  if (document === undefined || another !== undefined) throw new Error('not one document');
  return document;
}

/** An archive of documents, its ids made from its name. */
async function built(name: string, documents: readonly Document[]): Promise<Uint8Array> {
  const restrictions = { masquePs: true, invisiblePatient: false, invisibleRepLegaux: true };
  let last = 0;
  return buildXdm({
    documents: documents.map(({ bytes, action, header = readCdaHeader(bytes) }) => ({
      bytes,
      metadata: documentMetadata({ bytes, header }, { action, restrictions }),
    })),
    author: undefined,
    patientClass: 'O',
    time: new Date('2026-11-20T08:30:00Z'),
    newId: () => uuidOf(`${name} ${last++}`),
    source: {
      establishment: {
        name: 'Clinique des Essais & Cie',
        structureId: '1990000001',
        address: undefined,
        phone: undefined,
      },
      product: { name: 'pfi-gateway', version: '0', vendor: undefined },
    },
  });
}

function uuidOf(seed: string): string {
  const hex = createHash('sha1').update(seed).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

describe.skipIf(!present)('archives built of the official documents', () => {
  const all = present ? samples() : [];
  const archives = new Map<string, Uint8Array>();

  beforeAll(async () => {
    for (const sample of all) archives.set(sample.name, await built(sample.name, [sample]));
  });

  it('are all of them: 73 from archives, 6 from beside requests', () => {
    expect(all).toHaveLength(79);
    expect(archives.size).toBe(79);
  });

  it('hold the documents, untouched, with their actions', () => {
    for (const { name, bytes, action } of all) {
      const document = only(archives.get(name) ?? Buffer.of());
      expect(Buffer.from(document.bytes ?? []).equals(bytes), name).toBe(true);
      expect([name, actionOf(document.entry)]).toEqual([name, action]);
    }
  });

  describe.skipIf(!canCheck)('to an independent checker', () => {
    const directory = mkdtempSync(join(tmpdir(), 'pfi-xdm-'));
    afterAll(() => rmSync(directory, { recursive: true }));

    it('have no fault', async () => {
      const [first] = all;
      if (first === undefined) throw new Error('no sample');
      const pair = all.filter(({ name }) => /^CR_Bio_CDA_Niv[13]_v1\.XML$/.test(name));
      expect(pair).toHaveLength(2);
      const twoForms = ['n1-n3.zip', await built('n1-n3.zip', pair)] as const;
      const files = [...archives, twoForms, ...(await hostile(first))].map(([name, bytes], place) => {
        const file = join(directory, `${place}-${name}`);
        writeFileSync(file, bytes);
        return file;
      });
      const { stdout, stderr } = spawnSync('python3', [join(SHARED, 'tools/check_xdm.py'), ...files], {
        encoding: 'utf8',
      });
      expect(stdout + stderr).toBe(`${80 + HOSTILE.length} archives, 0 faults\n`);
    });
  });

  it('say of each document what the official archive says, but for known differences', () => {
    const unexplained: string[] = [];
    const used = new Set<Difference>();
    for (const { name, official } of all) {
      if (official === undefined) continue;
      const [theirs, ours] = [entryOf(official), entryOf(archives.get(name) ?? Buffer.of())];
      for (const attribute of new Set([...Object.keys(theirs), ...Object.keys(ours)])) {
        const [their, our] = [theirs[attribute] ?? [], ours[attribute] ?? []];
        if (JSON.stringify(their) === JSON.stringify(our)) continue;
        const known = KNOWN.filter(
          difference =>
            difference.attribute === attribute &&
            (difference.only?.test(name) ?? true) &&
            difference.explains(their, our),
        );
        for (const difference of known) used.add(difference);
        if (known.length === 0)
          unexplained.push(`${name}: ${attribute}: ${their.join(' / ')} → ${our.join(' / ')}`);
      }
    }
    expect(unexplained).toEqual([]);
    expect(KNOWN.filter(difference => !used.has(difference)).map(({ why }) => why)).toEqual([]);
  });
});

const NASTY = `N'"<&>^~|\\ \0\x1b\x85\uFFFE😀\uD800`;
const HOSTILE: readonly (readonly [string, string])[] = [
  ['characters.zip', NASTY],
  ['long.zip', 'É'.repeat(5_000)],
  ['both.zip', NASTY.repeat(500)],
];

/** Archives of one document whose header has a hostile text wherever there is a name or label. */
async function hostile(sample: Sample): Promise<[string, Uint8Array][]> {
  const header = readCdaHeader(sample.bytes);
  return Promise.all(
    HOSTILE.map(async ([name, text]): Promise<[string, Uint8Array]> => {
      const { authors, services, encounter, patient } = header;
      const person = { family: text, given: text };
      const label = { display: text };
      const changed: CdaHeader = {
        ...header,
        title: text,
        patient: {
          ...patient,
          families: [
            { value: text, qualifier: 'BR' },
            { value: text, qualifier: 'CL' },
          ],
          givens: [{ value: text, qualifier: 'BR' }],
        },
        authors: authors.map(author => ({
          ...author,
          ...person,
          role: text,
          code: { code: 'A', system: '1.2', ...label },
          organization: { ...author.organization, identifier: author.organization?.identifier, name: text },
        })),
        authenticator: { identifier: header.authenticator?.identifier, ...person },
        services: services.map(service => ({ ...service, code: { code: 'S', system: '1.2', ...label } })),
        encounter: encounter && { ...encounter, facility: { code: 'F', system: '1.2', ...label } },
      };
      return [name, await built(name, [{ ...sample, header: changed }])];
    }),
  );
}

/** A difference between an official METADATA.XML and ours, and why ours is right. */
interface Difference {
  readonly attribute: string;
  /** The archives that have it; all of them where it is absent. */
  readonly only?: RegExp;
  readonly why: string;
  readonly explains: (theirs: readonly string[], ours: readonly string[]) => boolean;
}

const SCHEMES = /^1\.2\.250\.1\.213\.1\.1\.4\.(12|328|2\.282)$/;
const OBP = /^OBP-(SAP|SCM|SNE|SNM)_/;
const folded = (values: readonly string[]) => values.map(value => value.replaceAll(/ +(?=\^|$)/g, ''));
const without = (values: readonly string[], type: string) =>
  folded(values).map(value => value.replace(new RegExp(`\\^${type}$`), ''));
const same = (one: readonly string[], other: readonly string[]) =>
  JSON.stringify(one) === JSON.stringify(other);

const KNOWN: readonly Difference[] = [
  {
    attribute: 'confidentialityCode',
    why: 'the request hides the document; the official archives hide none',
    explains: (theirs, ours) =>
      same(ours, [
        ...theirs,
        'MASQUE_PS|1.2.250.1.213.1.1.4.13|Masqué aux professionnels de santé',
        'INVISIBLE_REPRESENTANTS_LEGAUX|1.2.250.1.213.1.1.4.13|Non visible par les représentants légaux du patient',
      ]),
  },
  {
    attribute: 'mimeType',
    only: /Auto-Presentable/,
    why: 'the request volume asks for another type where the document stands in its style sheet',
    explains: (_, ours) => same(ours, ['application/xslt+xml']),
  },
  ...(['title', 'legalAuthenticator', 'authorPerson'] as const).map(attribute => ({
    attribute,
    why: `${attribute}: blanks at the end of a name or title in the document say nothing`,
    explains: (theirs: readonly string[], ours: readonly string[]) => same(folded(theirs), ours),
  })),
  {
    attribute: 'legalAuthenticator',
    only: /^CNAM-HR/,
    why: 'the official tool writes IDNPS for everybody; an identifier inside a structure (with a /) is EI',
    explains: (theirs, ours) => same(without(theirs, 'IDNPS'), without(ours, 'EI')),
  },
  {
    attribute: 'legalAuthenticator',
    only: /^VAC_/,
    why: 'the official tool writes IDNPS for everybody; a patient’s INS is NH',
    explains: (theirs, ours) => same(without(theirs, 'IDNPS'), without(ours, 'NH')),
  },
  {
    attribute: 'sourcePatientInfo',
    only: /nouveau-ne/,
    why: 'the used name has no given name: the list of birth given names does not stand for it (quirk C1)',
    explains: (theirs, ours) =>
      same(
        theirs.map(line => line.replace('DECOURCY^Léa Marie^^^^^D', 'DECOURCY^^^^^^D')).toSorted(),
        ours.toSorted(),
      ),
  },
  {
    attribute: 'classCode',
    only: /^OBP-(SCM|SNE|SNM)_|^IMG_CR_IMG_2024.01_CDA-R2/,
    why: 'classes that are not those of ASS_X04',
    explains: (theirs, ours) =>
      same(theirs, ['10|1.2.250.1.213.1.1.4.1|Compte rendu']) && !same(theirs, ours),
  },
  {
    attribute: 'formatCode',
    why: 'schemes and labels that are not those of ASS_A11 and JDV_J60, for the same format',
    explains: ([their = ''], [our = '']) => {
      const [code, scheme = ''] = their.split('|');
      return our.startsWith(`${code}|`) && (SCHEMES.test(scheme) || our.split('|')[1] === scheme);
    },
  },
  {
    attribute: 'formatCode',
    only: OBP,
    why: 'formats of 2012 for models that ASS_A11 gives formats of 2023',
    explains: ([their = ''], [our = '']) => /:s\w\w:2012\|/.test(their) && /:obp-s\w\w:2023\|/.test(our),
  },
  {
    attribute: 'practiceSettingCode',
    why: 'JDV_J04 writes Etablissement without accent',
    explains: (theirs, ours) =>
      same(
        theirs.map(text => text.replace('É', 'E')),
        ours,
      ),
  },
];
