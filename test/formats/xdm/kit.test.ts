import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { archiveMembers, rawZip, xdmArchive } from '../../../samples/kit/archive.ts';
import { cdaDocument, cdaSample, PATIENTS } from '../../../samples/kit/cda.ts';
import { hasShared, SHARED } from '../../kit/shared.ts';

const checker = join(SHARED, 'tools/check_xdm.py');
const schema = join(SHARED, 'xsd/cda/cda/CDA_extended.xsd');
const canCheck =
  hasShared('tools/check_xdm.py') && runs('python3', '--version') && runs('xmllint', '--version');

function runs(...[command = '', ...args]: readonly string[]): boolean {
  return spawnSync(command, args).status === 0;
}

const FIRST = cdaSample();
const PDF = cdaSample({
  level: 1,
  id: { root: '1.2.250.1.999.1.1', extension: 'é-2' },
  patient: PATIENTS.dartagnan,
});
const REPLACEMENT = cdaSample({
  id: { root: '1.2.250.1.999.1.1.2026.1.2' },
  version: 2,
  replaces: FIRST.id,
  patient: PATIENTS.oeuvrard,
});

describe('the sample kit', () => {
  it('always writes the same bytes', async () => {
    const [one, other] = [0, 1].map(() => xdmArchive({ documents: [{ sample: FIRST }, { sample: PDF }] }));
    expect(await one).toEqual(await other);
  });
});

describe.skipIf(!canCheck)('the sample kit, to independent readers', () => {
  const directory = mkdtempSync(join(tmpdir(), 'pfi-kit-'));
  afterAll(() => rmSync(directory, { recursive: true }));

  it('writes archives that check_xdm.py finds no fault in', async () => {
    const archives = {
      one: await xdmArchive({ documents: [{ sample: FIRST }] }),
      several: await xdmArchive({
        documents: [{ sample: FIRST }, { sample: PDF, masks: ['MASQUE_PS', 'INVISIBLE_PATIENT'] }],
      }),
      subsets: await xdmArchive({
        subsets: [
          { documents: [{ sample: REPLACEMENT, action: 'C' }] },
          {
            documents: [
              { sample: cdaSample({ prefix: 'h', bom: true, id: { root: '1.2.3' } }), action: 'D' },
            ],
          },
        ],
      }),
      noIns: await xdmArchive({ documents: [{ sample: cdaSample({ patient: PATIENTS.lenoir }) }] }),
      selfPresenting: await xdmArchive({ documents: [{ sample: cdaSample({ selfPresenting: true }) }] }),
      raw: rawZip(
        archiveMembers({ documents: [{ sample: FIRST }] }).map(m => ({ ...m, dataDescriptor: true })),
      ),
    };
    const files = Object.entries(archives).map(([name, bytes]) => write(`${name}.zip`, bytes));
    const { stdout, stderr } = spawnSync('python3', [checker, ...files], { encoding: 'utf8' });
    expect(stdout + stderr).toBe(`${files.length} archives, 0 faults\n`);
  });

  it.each([
    ['structured', FIRST],
    ['a PDF', PDF],
    ['a replacement', REPLACEMENT],
    ['prefixed and marked', cdaSample({ prefix: 'h', bom: true })],
    ['in ISO 8859-1', cdaSample({ encoding: 'iso-8859-1', patient: PATIENTS.oeuvrard })],
    ['in UTF-16', cdaSample({ encoding: 'utf-16le', bom: true })],
    [
      'by a device, without setId',
      cdaSample({ setId: undefined, version: undefined, author: { ...FIRST.author, device: 'Automate' } }),
    ],
    ['about somebody without INS', cdaSample({ patient: PATIENTS.lenoir, encounterId: undefined })],
  ])('writes documents that the French CDA schema accepts: %s', (_, sample) => {
    const file = write('document.xml', cdaDocument(sample));
    const { status, stderr } = spawnSync('xmllint', ['--noout', '--nonet', '--schema', schema, file], {
      encoding: 'utf8',
    });
    expect({ status, errors: stderr.split('\n').filter(line => line.includes('error')) }).toEqual({
      status: 0,
      errors: [],
    });
  });

  function write(name: string, bytes: Uint8Array): string {
    const file = join(directory, name);
    writeFileSync(file, bytes);
    return file;
  }
});
