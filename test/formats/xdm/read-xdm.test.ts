import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ArchiveDocument,
  type ArchiveMember,
  type ArchiveSubset,
  archiveMembers,
  rawZip,
  xdmArchive,
} from '../../../samples/kit/archive.ts';
import { cdaDocument, cdaSample, PATIENTS } from '../../../samples/kit/cda.ts';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import { readXdm } from '../../../src/formats/xdm/read-xdm.ts';
import type { XdmDocument } from '../../../src/formats/xdm/types.ts';
import { LIMITS } from '../../kit/archive-limits.ts';

const MB = 1024 * 1024;
const FIRST = cdaSample();
const SECOND = cdaSample({ id: { root: '1.2.250.1.999.1.1.2026.2.1' }, title: 'Ordonnance', level: 1 });
const FIRST_BYTES = cdaDocument(FIRST);
const SECOND_BYTES = cdaDocument(SECOND);

function sha1(bytes: Uint8Array): string {
  return createHash('sha1').update(bytes).digest('hex');
}

/** What became of each document: its fault, or whether it was verified. */
function outcomes(zip: Uint8Array): string[] {
  return readXdm(zip, LIMITS).documents.map(({ fault, ...document }) =>
    fault === undefined ? (document as { integrity: string }).integrity : fault.code,
  );
}

function codeOf(zip: Uint8Array): string | undefined {
  try {
    readXdm(zip, LIMITS);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof GatewayError) return thrown.code;
    throw thrown;
  }
}

function bytesOf(document: XdmDocument | undefined): Uint8Array | undefined {
  return document?.bytes;
}

function zipOf(documents: readonly ArchiveDocument[], extra: readonly ArchiveMember[] = []): Buffer {
  return rawZip(archiveMembers({ documents, extra }));
}

/** Milliseconds to read or refuse an archive; anything but a GatewayError is thrown on. */
function timeOf(zip: Uint8Array): number {
  const start = performance.now();
  codeOf(zip);
  return performance.now() - start;
}

describe('an archive of documents', () => {
  const FIRST_ENTRY = expect.objectContaining({ uniqueId: FIRST.id.root, actionSlot: 'C' });
  const SECOND_ENTRY = expect.objectContaining({ uniqueId: SECOND.id.root, actionSlot: undefined });
  it('gives each with its entry, its bytes and their hash', async () => {
    const zip = await xdmArchive({ documents: [{ sample: FIRST, action: 'C' }, { sample: SECOND }] });
    const { documents } = readXdm(zip, LIMITS);
    expect(documents).toEqual([
      {
        subset: 'IHE_XDM/SUBSET01',
        submission: expect.objectContaining({ documents: [FIRST_ENTRY, SECOND_ENTRY] }),
        entry: FIRST_ENTRY,
        bytes: FIRST_BYTES,
        sha1: sha1(FIRST_BYTES),
        integrity: 'verified',
      },
      {
        subset: 'IHE_XDM/SUBSET01',
        submission: expect.objectContaining({ documents: [FIRST_ENTRY, SECOND_ENTRY] }),
        entry: SECOND_ENTRY,
        bytes: SECOND_BYTES,
        sha1: sha1(SECOND_BYTES),
        integrity: 'verified',
      },
    ]);
  });

  it('gives those of every subset, also where they have the same name', async () => {
    const zip = await xdmArchive({
      subsets: [{ documents: [{ sample: FIRST }] }, { directory: 'LUCY_0', documents: [{ sample: SECOND }] }],
    });
    const { documents } = readXdm(zip, LIMITS);
    expect(documents.map(({ subset }) => subset)).toEqual(['IHE_XDM/SUBSET01', 'IHE_XDM/LUCY_0']);
    expect(documents.map(({ submission }) => submission.documents.map(({ uniqueId }) => uniqueId))).toEqual([
      [FIRST.id.root],
      [SECOND.id.root],
    ]);
    expect(documents.map(bytesOf)).toEqual([FIRST_BYTES, SECOND_BYTES]);
  });

  it('never touches the bytes: self-presenting, marked, in any encoding', () => {
    const samples = [
      cdaSample({ selfPresenting: true }),
      cdaSample({ bom: true, id: { root: '1.2.1' } }),
      cdaSample({ encoding: 'iso-8859-15', patient: PATIENTS.oeuvrard, id: { root: '1.2.2' } }),
      cdaSample({ encoding: 'utf-16le', bom: true, id: { root: '1.2.3' } }),
    ];
    const { documents } = readXdm(zipOf(samples.map(sample => ({ sample }))), LIMITS);
    expect(documents.map(bytesOf)).toEqual(samples.map(cdaDocument));
  });
});

describe('where a document is', () => {
  const uris: readonly (readonly [uri: string, file: string])[] = [
    ['DOC0001.XML', 'DOC0001.XML'],
    ['doc0001.xml', 'DOC0001.XML'],
    ['./DOC0001.XML', 'DOC0001.XML'],
    ['DOC1\\DOC1.XML', 'DOC1/DOC1.XML'],
    ['../DOCS/DOC1.XML', '../DOCS/DOC1.XML'],
    ['../../DOC1.XML', '../../DOC1.XML'],
    ['CR%20MORVAN.XML', 'CR MORVAN.XML'],
    ['CR%20MORVAN.XML', 'CR%20MORVAN.XML'],
    ['compte%20rendu%20%C3%A9.xml', 'Compte rendu É.XML'],
  ];
  it.each(uris)('the URI %s names %s', (uri, file) => {
    const members = archiveMembers({ documents: [{ sample: FIRST, uri, file: 'HERE' }] }).map(member =>
      member.name.endsWith('/HERE') ? { ...member, name: posix.join('IHE_XDM/SUBSET01', file) } : member,
    );
    expect(outcomes(rawZip(members))).toEqual(['verified']);
  });

  it.each([
    'MISSING.XML',
    '../../../DOC0001.XML',
    '/IHE_XDM/SUBSET01/DOC0001.XML',
    'file:DOC0001.XML',
    'METADATA.XML',
    '%ZZ',
  ])('the URI %s names nothing', uri => {
    expect(outcomes(zipOf([{ sample: FIRST, uri }, { sample: SECOND }]))).toEqual(['XDM-011', 'verified']);
  });

  it('without URI, its hash tells', () => {
    const zip = zipOf([
      { sample: FIRST, uri: null },
      { sample: SECOND, uri: null },
    ]);
    expect(readXdm(zip, LIMITS).documents.map(bytesOf)).toEqual([FIRST_BYTES, SECOND_BYTES]);
  });

  it('without URI nor hash, the sole file is it', () => {
    const nothing = { sample: FIRST, uri: null, hash: null, size: null };
    const extra = [
      { name: 'IHE_XDM/SUBSET01/CDA.XSL', bytes: Buffer.from('<a/>') },
      { name: 'IHE_XDM/SUBSET01/.DS_Store', bytes: Buffer.from('x') },
      { name: '__MACOSX/IHE_XDM/SUBSET01/._DOC0001.XML', bytes: Buffer.from('x') },
    ];
    const [document] = readXdm(zipOf([nothing], extra), LIMITS).documents;
    expect(document).toMatchObject({ bytes: FIRST_BYTES, integrity: 'not-given' });
    expect(outcomes(zipOf([nothing, { sample: SECOND }], extra))).toEqual(['not-given', 'verified']);
  });

  it('without URI nor hash, two files are one too many', () => {
    const nothing = { sample: FIRST, uri: null, hash: null };
    const extra = [{ name: 'IHE_XDM/SUBSET01/OTHER.XML', bytes: SECOND_BYTES }];
    expect(outcomes(zipOf([nothing], extra))).toEqual(['XDM-011']);
  });

  it('without URI, the sole file with another hash is an altered document', () => {
    expect(outcomes(zipOf([{ sample: FIRST, uri: null, hash: '0'.repeat(40) }]))).toEqual(['XDM-012']);
  });

  it('files that no entry describes are counted', () => {
    const extra = ['OTHER.XML', 'CDA.XSL', '.DS_Store'].map(name => ({
      name: `IHE_XDM/SUBSET01/${name}`,
      bytes: SECOND_BYTES,
    }));
    expect(readXdm(zipOf([{ sample: FIRST }], extra), LIMITS).orphans).toBe(1);
    expect(readXdm(zipOf([{ sample: FIRST }]), LIMITS).orphans).toBe(0);
  });

  it('two entries for one file are both refused', () => {
    const zip = zipOf([{ sample: FIRST }, { sample: SECOND, uri: 'doc0001.xml' }, { sample: SECOND }]);
    expect(outcomes(zip)).toEqual(['XDM-020', 'XDM-020', 'verified']);
    const nothing = { sample: FIRST, uri: null, hash: null, size: null };
    const file = archiveMembers({ documents: [nothing, nothing] }).filter(
      ({ name }) => !name.endsWith('DOC0002.XML'),
    );
    expect(outcomes(rawZip(file))).toEqual(['XDM-020', 'XDM-020']);
  });
});

describe('hash and size', () => {
  const right = sha1(FIRST_BYTES);
  const cases: readonly (readonly [string, Partial<ArchiveDocument>, string])[] = [
    ['right', {}, 'verified'],
    ['right in lower case', { hash: right }, 'verified'],
    ['right in mixed case', { hash: right.replace('a', 'A') }, 'verified'],
    ['hash alone', { size: null }, 'verified'],
    ['size alone', { hash: null }, 'not-given'],
    ['neither', { hash: null, size: null }, 'not-given'],
    ['another hash', { hash: sha1(SECOND_BYTES) }, 'XDM-012'],
    ['a SHA-256', { hash: createHash('sha256').update(FIRST_BYTES).digest('hex') }, 'XDM-012'],
    ['another size', { size: 1 }, 'XDM-013'],
    ['another size alone', { size: FIRST_BYTES.length + 1, hash: null }, 'XDM-013'],
    [
      'changed bytes',
      { hash: right, size: FIRST_BYTES.length, bytes: Buffer.from(FIRST_BYTES).fill(0x20, 900, 901) },
      'XDM-012',
    ],
  ];
  it.each(cases)('%s', (_, change, outcome) => {
    const zip = zipOf([{ sample: FIRST, ...change }, { sample: SECOND }]);
    expect(outcomes(zip)).toEqual([outcome, 'verified']);
  });
});

describe('where METADATA.XML is', () => {
  const good = archiveMembers({ documents: [{ sample: FIRST }] });
  const wrapped = (folder: string) => good.map(member => ({ ...member, name: folder + member.name }));

  it.each([
    ['in lower case', good.map(member => ({ ...member, name: member.name.toLowerCase() }))],
    ['in a wrapper folder', wrapped('samplexdm/')],
    ['at the root and in a copy', [...wrapped('Ccda/'), ...good]],
    ['in two copies, none at the root', [...wrapped('A/'), ...wrapped('B/')]],
    ['beside junk', [...good, ...wrapped('__MACOSX/'), { name: 'IHE_XDM/SUBSET01/.METADATA.XML.swp' }]],
    [
      'beside a PDF folder and a nested ZIP',
      [...good, { name: 'PDF/A.PDF' }, { name: 'OLD.ZIP', bytes: rawZip(good) }],
    ],
    ['without INDEX.HTM and README.TXT', good.slice(2)],
  ])('%s', (_, members) => {
    const { documents } = readXdm(rawZip(members), LIMITS);
    expect(documents.map(bytesOf)).toEqual([FIRST_BYTES]);
  });

  it('in two wrapper folders that differ: both', () => {
    const other = archiveMembers({ documents: [{ sample: SECOND }] });
    const zip = rawZip([...wrapped('A/'), ...other.map(member => ({ ...member, name: `B/${member.name}` }))]);
    expect(readXdm(zip, LIMITS).documents.map(bytesOf)).toEqual([FIRST_BYTES, SECOND_BYTES]);
  });
});

describe('an archive that is refused whole', () => {
  const subset = (metadata: ArchiveSubset['metadata']): Buffer =>
    rawZip(
      archiveMembers({
        subsets: [{ documents: [{ sample: FIRST }] }, { documents: [{ sample: SECOND }], metadata }],
      }),
    );
  const good = archiveMembers({ documents: [{ sample: FIRST }] });

  it.each([
    ['no archive', 'XDM-001', Buffer.from('no archive')],
    ['an archive in place of a document', 'XDM-003', zipOf([{ sample: FIRST, bytes: rawZip(good) }])],
    ['an archive in place of everything', 'XDM-003', rawZip([{ name: 'IHE_XDM.ZIP', bytes: rawZip(good) }])],
    ['no METADATA.XML', 'XDM-008', rawZip(good.filter(({ name }) => !name.endsWith('METADATA.XML')))],
    ['no IHE_XDM', 'XDM-008', rawZip([{ name: 'METADATA.XML' }, { name: 'DOC0001.XML' }])],
    ['nothing in it', 'XDM-008', rawZip([])],
    ['a malformed METADATA.XML', 'XDM-009', subset(xml => xml.slice(0, -20))],
    ['a DOCTYPE', 'XDM-010', subset(xml => xml.replace('?>', '?><!DOCTYPE a>'))],
    [
      'a subset without documents',
      'XDM-014',
      subset(xml => xml.replaceAll(/<rim:ExtrinsicObject[\s\S]*<\/rim:ExtrinsicObject>/g, '')),
    ],
  ])('%s is %s', (_, code, zip) => {
    expect(codeOf(zip)).toBe(code);
  });

  it('more documents than members may be', () => {
    const many = subset(xml =>
      xml.replace('<rim:Association', '<rim:ExtrinsicObject/>'.repeat(501) + '<rim:Association'),
    );
    expect(codeOf(many)).toBe('XDM-006');
  });

  it('more METADATA.XML than anybody needs', () => {
    const subsets = [1, 2, 3, 4, 5].map(n => ({
      documents: [{ sample: cdaSample({ id: { root: `1.2.${n}` } }) }],
      metadata: (xml: string) => xml + ' \n'.repeat(MB),
    }));
    const limits = { ...LIMITS, ratio: 10_000 };
    expect(() => readXdm(rawZip(archiveMembers({ subsets })), limits)).toThrow('XDM-006');
  });
});

describe('an archive that is damaged in any way', () => {
  const good = zipOf([{ sample: FIRST }, { sample: SECOND, action: 'C' }]);
  it('is read or refused with a code, in time: flipped bytes', () => {
    const flips = fc.array(fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(flips, changes => {
        const zip = Buffer.from(good);
        for (const [at, mask] of changes) zip[at] = (zip[at] ?? 0) ^ mask;
        expect(timeOf(zip)).toBeLessThan(2000);
      }),
      { numRuns: 1500, seed: 1 },
    );
  });

  it('is read or refused with a code, in time: flipped bytes of the directory', () => {
    const directory = good.indexOf('PK\u0001\u0002');
    for (let at = directory; at < good.length; at++)
      for (const mask of [0x01, 0x80, 0xff]) {
        const zip = Buffer.from(good);
        zip[at] = (zip[at] ?? 0) ^ mask;
        expect(timeOf(zip)).toBeLessThan(2000);
      }
  });

  it('is refused: truncated anywhere', () => {
    fc.assert(
      fc.property(fc.nat(good.length - 1), length => {
        expect(codeOf(good.subarray(0, length))).toMatch(/^XDM-0/);
      }),
      { numRuns: 300, seed: 2 },
    );
  });

  it('is read or refused with a code, in time: random bytes between ZIP signatures', () => {
    const piece = fc.oneof(
      fc
        .constantFrom(
          'PK\u0001\u0002',
          'PK\u0003\u0004',
          'PK\u0005\u0006',
          'PK\u0006\u0006',
          'PK\u0006\u0007',
        )
        .map(text => Buffer.from(text)),
      fc.uint8Array({ maxLength: 60 }).map(bytes => Buffer.from(bytes)),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), pieces => {
        expect(timeOf(Buffer.concat(pieces))).toBeLessThan(2000);
      }),
      { numRuns: 500, seed: 3 },
    );
  });

  it('never gives other bytes than those that the hash names', () => {
    const known = new Set([sha1(FIRST_BYTES), sha1(SECOND_BYTES)]);
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const zip = Buffer.from(good);
        zip[at] = (zip[at] ?? 0) ^ mask;
        const read = codeOf(zip) === undefined ? readXdm(zip, LIMITS).documents : [];
        const given = read.flatMap(({ bytes }) => bytes ?? []);
        expect(given.filter(bytes => !known.has(sha1(bytes)))).toEqual([]);
      }),
      { numRuns: 500, seed: 4 },
    );
  });
});
