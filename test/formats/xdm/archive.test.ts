import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { archiveMembers, bomb, type RawEntry, rawZip, xdmArchive } from '../../../samples/kit/archive.ts';
import { cdaSample } from '../../../samples/kit/cda.ts';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import { looksLikeXdm, openArchive } from '../../../src/formats/xdm/archive.ts';
import { LIMITS } from '../../kit/archive-limits.ts';

const MB = 1024 * 1024;
const MEMBERS = archiveMembers({ documents: [{ sample: cdaSample() }] });
const DOCUMENT = 'IHE_XDM/SUBSET01/DOC0001.XML';
const TEXT = Buffer.from('Un document.\n'.repeat(50));

/** The good archive's members, one of them changed. */
function changed(name: string, change: Partial<RawEntry>): RawEntry[] {
  return MEMBERS.map(member => (member.name === name ? { ...member, ...change } : member));
}

async function zip64(): Promise<Buffer> {
  const zip = new ZipFile();
  for (const { name, bytes } of MEMBERS.filter(member => !member.name.endsWith('/')))
    zip.addBuffer(bytes, name, { forceZip64Format: true });
  zip.end({ forceZip64Format: true, comment: '' });
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** Opens an archive and reads every member: the code that stops it, or `undefined`. */
function codeOf(zip: Uint8Array, limits = LIMITS): string | undefined {
  try {
    const archive = openArchive(zip, limits);
    for (const path of archive.paths) archive.read(path);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof GatewayError) return thrown.code;
    throw thrown;
  }
}

describe('a good archive', () => {
  const expected = new Map(
    MEMBERS.filter(({ name }) => !name.endsWith('/')).map(({ name, bytes }) => [name, bytes]),
  );

  const forms: readonly (readonly [string, () => Buffer | Promise<Buffer>])[] = [
    ['written by yazl', () => xdmArchive({ documents: [{ sample: cdaSample() }] })],
    ['with data descriptors', () => rawZip(MEMBERS.map(member => ({ ...member, dataDescriptor: true })))],
    ['without directory entries', () => rawZip(MEMBERS.filter(({ name }) => !name.endsWith('/')))],
    [
      'with backslashes',
      () => rawZip(MEMBERS.map(({ name, bytes }) => ({ name: name.replaceAll('/', '\\'), bytes }))),
    ],
    ['stored', () => rawZip(MEMBERS.map(member => ({ ...member, method: 0 })))],
    [
      'with ./ before its names',
      () => rawZip(MEMBERS.map(({ name, bytes }) => ({ name: `./${name}`, bytes }))),
    ],
    ['with an entry for the root itself', () => rawZip([{ name: './' }, ...MEMBERS])],
    ['with a comment', () => rawZip(MEMBERS, { comment: 'PK, archive d’essai' })],
    ['in Zip64', zip64],
    ['with Unix modes', () => rawZip(MEMBERS.map(member => ({ ...member, mode: 0o100644 })))],
  ];
  it.each(forms)('is read %s', async (_, build) => {
    const zip = await build();
    const archive = openArchive(zip, LIMITS);
    expect(new Map(archive.paths.map(path => [path, archive.read(path)]))).toEqual(expected);
    expect(looksLikeXdm(zip)).toBe(true);
  });

  it('is read from any view of memory', () => {
    const zip = rawZip(MEMBERS);
    const view = new Uint8Array(zip.length + 10).subarray(5, 5 + zip.length);
    view.set(zip);
    expect(openArchive(view, LIMITS).read(DOCUMENT)).toEqual(expected.get(DOCUMENT));
    expect(looksLikeXdm(view)).toBe(true);
  });

  it('finds members exactly, then in any case and composition', () => {
    const archive = openArchive(rawZip([{ name: 'IHE_XDM/S/Élan.xml', bytes: TEXT }]), LIMITS);
    expect(archive.find('IHE_XDM/S/Élan.xml')).toBe('IHE_XDM/S/Élan.xml');
    expect(archive.find('ihe_xdm/s/E\u0301LAN.XML')).toBe('IHE_XDM/S/Élan.xml');
    expect(archive.find('IHE_XDM/S/ELAN.XML')).toBeUndefined();
  });

  it('inflates a member once', () => {
    const archive = openArchive(rawZip(MEMBERS), LIMITS);
    expect(archive.read(DOCUMENT)).toBe(archive.read(DOCUMENT));
  });

  it('inflates nothing that is not asked for', () => {
    const archive = openArchive(rawZip([...MEMBERS, { name: 'PDF/A.PDF', bytes: TEXT, crc: 1 }]), LIMITS);
    expect(archive.read(DOCUMENT)).toEqual(expected.get(DOCUMENT));
    expect(() => archive.read('PDF/A.PDF')).toThrow('XDM-007');
  });
});

describe('a hostile archive', () => {
  const good = rawZip(MEMBERS);
  const cases: readonly (readonly [what: string, code: string, zip: () => Buffer])[] = [
    ['nothing at all', 'XDM-001', () => Buffer.alloc(0)],
    ['no ZIP', 'XDM-001', () => Buffer.from('%PDF-1.4 is no archive')],
    ['the first half', 'XDM-001', () => rawZip(MEMBERS, { truncateTo: good.length >> 1 })],
    ['all but the last byte', 'XDM-001', () => rawZip(MEMBERS, { truncateTo: good.length - 1 })],
    ['bytes before the first member', 'XDM-001', () => rawZip(MEMBERS, { junkBefore: Buffer.alloc(9, 'x') })],
    ['a directory offset beyond the end', 'XDM-001', () => rawZip(MEMBERS, { directoryOffset: 0xffffff })],
    ['a member offset beyond the end', 'XDM-001', () => rawZip(changed(DOCUMENT, { offset: 0xffffff }))],
    [
      'deflated data that is none',
      'XDM-001',
      () => rawZip(changed(DOCUMENT, { deflated: Buffer.alloc(99, 7) })),
    ],
    [
      'data that ends too soon',
      'XDM-001',
      () => rawZip(changed(DOCUMENT, { compressedSize: 40, local: {} })),
    ],
    ['an unknown method', 'XDM-001', () => rawZip(changed(DOCUMENT, { method: 14 }))],
    ['an encrypted member', 'XDM-002', () => rawZip(changed(DOCUMENT, { flags: 0x0801 }))],
    ['a parent directory', 'XDM-004', () => rawZip([...MEMBERS, { name: '../../etc/evil', bytes: TEXT }])],
    ['a parent directory within', 'XDM-004', () => rawZip([...MEMBERS, { name: 'A/../../B', bytes: TEXT }])],
    ['a backslash parent', 'XDM-004', () => rawZip([...MEMBERS, { name: '..\\evil', bytes: TEXT }])],
    ['an absolute name', 'XDM-004', () => rawZip([...MEMBERS, { name: '/etc/evil', bytes: TEXT }])],
    ['a share', 'XDM-004', () => rawZip([...MEMBERS, { name: '\\\\host\\evil', bytes: TEXT }])],
    ['a drive', 'XDM-004', () => rawZip([...MEMBERS, { name: 'c:evil', bytes: TEXT }])],
    ['NUL in a name', 'XDM-004', () => rawZip([...MEMBERS, { name: 'A\0.XML', bytes: TEXT }])],
    ['a symbolic link', 'XDM-004', () => rawZip([...MEMBERS, { name: 'LINK', bytes: TEXT, mode: 0o120777 }])],
    ['a device', 'XDM-004', () => rawZip([...MEMBERS, { name: 'NULL', mode: 0o020666 }])],
    ['a name twice', 'XDM-005', () => rawZip([...MEMBERS, { name: DOCUMENT, bytes: TEXT }])],
    [
      'a name twice but for its case',
      'XDM-005',
      () => rawZip([...MEMBERS, { name: DOCUMENT.toLowerCase(), bytes: TEXT }]),
    ],
    [
      'a name twice but for its slashes',
      'XDM-005',
      () => rawZip([...MEMBERS, { name: DOCUMENT.replaceAll('/', '\\'), bytes: TEXT }]),
    ],
    ['an honest bomb', 'XDM-006', () => rawZip([...MEMBERS, bomb('BOMB', 20 * MB)])],
    [
      'a member over its limit',
      'XDM-006',
      () => rawZip([...MEMBERS, { name: 'BIG', bytes: TEXT, size: 101 * MB }]),
    ],
    [
      'members over the total',
      'XDM-006',
      () =>
        rawZip(
          [1, 2, 3].map(n => ({ name: `BIG${n}`, bytes: TEXT, size: 90 * MB, compressedSize: 50 * MB })),
        ),
    ],
    [
      '10 000 members',
      'XDM-006',
      () => rawZip(Array.from({ length: 10_000 }, (_, index) => ({ name: `F${index}`, method: 0 }))),
    ],
    ['names of 500 folders', 'XDM-006', () => rawZip([1, 2].map(n => ({ name: `${n}/`.repeat(500) })))],
    ['a name of 30 000 folders', 'XDM-006', () => rawZip([...MEMBERS, { name: 'a/'.repeat(30_000) }])],
    ['a lying bomb', 'XDM-007', () => rawZip([...MEMBERS, bomb('BOMB', 20 * MB, { size: 10 })])],
    ['a bomb that claims nothing', 'XDM-007', () => rawZip([...MEMBERS, bomb('BOMB', 20 * MB, { size: 0 })])],
    ['a size too small', 'XDM-007', () => rawZip(changed(DOCUMENT, { size: 100 }))],
    ['a size too large', 'XDM-007', () => rawZip(changed(DOCUMENT, { size: 900_000 }))],
    ['a stored size that differs', 'XDM-007', () => rawZip(changed(DOCUMENT, { method: 0, size: 100 }))],
    ['no data for a size', 'XDM-007', () => rawZip(changed(DOCUMENT, { deflated: Buffer.alloc(0) }))],
    ['a wrong checksum', 'XDM-007', () => rawZip(changed(DOCUMENT, { crc: 0x12345678 }))],
    [
      'another local name',
      'XDM-007',
      () => rawZip(changed(DOCUMENT, { local: { name: 'IHE_XDM/OTHER.XML' } })),
    ],
    ['another local size', 'XDM-007', () => rawZip(changed(DOCUMENT, { local: { size: 9 } }))],
    ['another local method', 'XDM-007', () => rawZip(changed(DOCUMENT, { local: { method: 0 } }))],
  ];

  it.each(cases)('with %s is %s', (_, code, build) => {
    const zip = build();
    const start = performance.now();
    expect(codeOf(zip)).toBe(code);
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it('names no member in what people or logs read', () => {
    const name = 'COMPTE_RENDU_MORVAN_CLAIRE.XML';
    for (const entries of [
      [
        { name, bytes: TEXT },
        { name, bytes: TEXT },
      ],
      [{ name, bytes: TEXT, crc: 1 }],
      [{ name: `../${name}`, bytes: TEXT }],
    ]) {
      let thrown: unknown;
      try {
        openArchive(rawZip(entries), LIMITS).read(name);
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toBeInstanceOf(GatewayError);
      const error = thrown as GatewayError;
      expect(`${error.stack} ${String(error.cause)} ${JSON.stringify(error.fault)}`).not.toContain('MORVAN');
    }
  });

  it('may be large in names alone without costing more than a look', () => {
    const names = Array.from({ length: 50_000 }, (_, index) => ({ name: `X/${index}`, method: 0 }));
    const zip = rawZip([...names, ...MEMBERS]);
    const start = performance.now();
    expect(looksLikeXdm(zip)).toBe(true);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

describe('a ZIP that looks like XDM', () => {
  const looks: readonly (readonly [string, boolean, Buffer])[] = [
    ['in lower case', true, rawZip([{ name: 'ihe_xdm/lucy_0/Metadata.xml', bytes: TEXT }])],
    ['in a wrapper folder', true, rawZip([{ name: 'Dossier/IHE_XDM/S/METADATA.XML', bytes: TEXT }])],
    ['behind junk', true, rawZip(MEMBERS, { junkBefore: Buffer.from('junk') })],
    ['although a name is there twice', true, rawZip([...MEMBERS, ...MEMBERS])],
    ['not: photographs', false, rawZip([{ name: 'PHOTOS/METADATA.XML', bytes: TEXT }])],
    ['not: junk of macOS', false, rawZip([{ name: '__MACOSX/IHE_XDM/S/METADATA.XML', bytes: TEXT }])],
    ['not: a file without its directory', false, rawZip([{ name: 'IHE_XDM/METADATA.XML', bytes: TEXT }])],
    ['not: nothing', false, Buffer.alloc(0)],
    ['not: an end record alone', false, rawZip([])],
    ['not: half an end record', false, Buffer.from('PK\u0005\u0006')],
  ];
  it.each(looks)('%s: %s', (_, expected, zip) => {
    expect(looksLikeXdm(zip)).toBe(expected);
  });
});
