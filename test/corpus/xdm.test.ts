import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Fault } from '../../src/errors/gateway-error.ts';
import { actionOf } from '../../src/formats/xdm/action.ts';
import { looksLikeXdm } from '../../src/formats/xdm/archive.ts';
import { readXdm } from '../../src/formats/xdm/read-xdm.ts';
import { hasShared, SHARED } from '../kit/shared.ts';
import { LIMITS } from '../kit/archive-limits.ts';

const corpus = join(SHARED, 'corpus/xdm');
const present = hasShared('corpus/xdm');

/** The official archives (ansforge/interop-exemples-xdm), at the default limits. */
describe.skipIf(!present)('the 73 official archives', () => {
  const files = present ? readdirSync(corpus).filter(name => name.endsWith('.zip')) : [];
  const archives = files.map(name => readFileSync(join(corpus, name)));
  const documents = archives.flatMap(zip => readXdm(zip, LIMITS).documents);

  it('hold one document each, verified by hash and size, and nothing else', () => {
    expect(files).toHaveLength(73);
    expect(archives.map(zip => readXdm(zip, LIMITS).documents.length)).toEqual(files.map(() => 1));
    expect(archives.filter(zip => readXdm(zip, LIMITS).orphans > 0)).toEqual([]);
    expect(
      documents.filter(document => document.fault === undefined && document.integrity === 'verified'),
    ).toHaveLength(73);
    expect(documents.filter(({ bytes, entry }) => bytes?.length === entry.size)).toHaveLength(73);
    expect(archives.every(looksLikeXdm)).toBe(true);
  });

  it('describe their documents and submissions whole', () => {
    for (const { entry, submission } of documents) {
      expect(entry).toMatchObject({
        uniqueId: expect.stringMatching(/^[0-9A-F]/i),
        uri: 'DOC0001.XML',
        hash: expect.stringMatching(/^[0-9a-f]{40}$/),
        patientId: expect.stringMatching(/^\d{15}\^\^\^&1\.2\.250\.1\.213\.1\.4\.(8|10)&ISO\^NH$/),
        sourcePatientId: expect.stringMatching(/&ISO\^(PI|NH)$/),
        typeCode: { code: expect.any(String), system: expect.any(String), display: expect.any(String) },
        confidentialityCodes: [{ code: 'N' }],
      });
      expect(submission.authors.length).toBeGreaterThan(0);
      expect(submission).toMatchObject({
        patientId: entry.patientId,
      });
    }
  });

  it('ask for 57 additions, 15 replacements and one deletion', () => {
    const actions: Record<string, number> = {};
    for (const { entry } of documents) {
      const action: string | Fault = actionOf(entry);
      const name = typeof action === 'string' ? action : action.code;
      actions[name] = (actions[name] ?? 0) + 1;
    }
    expect(actions).toEqual({ add: 57, replace: 15, delete: 1 });
  });
});
