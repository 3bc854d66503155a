import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import AdmZip from 'adm-zip';
import { afterAll, expect, it } from 'vitest';
import { canonicalDigest } from '../../src/formats/xmldsig/canonical.ts';
import { has, lintDigest, oracleFiles } from '../formats/xmldsig/oracles.ts';
import { hasShared, SHARED } from '../kit/shared.ts';

const files = oracleFiles();
afterAll(() => files.remove());

/** Every official document, and the metadata that go with it: XML of many hands, style sheets in the prologue included. */
function documents(): (readonly [name: string, bytes: Buffer])[] {
  const archived = globSync('corpus/xdm/*.zip', { cwd: SHARED }).flatMap(path =>
    new AdmZip(join(SHARED, path))
      .getEntries()
      .filter(({ entryName }) => /^IHE_XDM\/.*\.XML$/i.test(entryName))
      .map(entry => [`${basename(path)} ${basename(entry.entryName)}`, entry.getData()] as const),
  );
  const loose = globSync('corpus/hl7/**/*.{xml,XML}', { cwd: SHARED });
  return [...archived, ...loose.map(path => [path, readFileSync(join(SHARED, path))] as const)];
}

const ready = hasShared('corpus/xdm') && has('xmllint') && has('openssl');

it.skipIf(!ready)(
  'the canonical digest of every official document is the one that xmllint and openssl find',
  () => {
    const all = documents();
    expect(all.length).toBeGreaterThan(140);
    const different = all
      .filter(
        ([, bytes]) => canonicalDigest(bytes, 'sha1') !== lintDigest('sha1', files.write('d.xml', bytes)),
      )
      .map(([name]) => name);
    expect(different).toEqual([]);
  },
);
