import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Fault } from '../../src/errors/gateway-error.ts';
import { actionOf } from '../../src/formats/xdm/action.ts';
import { looksLikeXdm } from '../../src/formats/xdm/archive.ts';
import { readXdm } from '../../src/formats/xdm/read-xdm.ts';
import type { ArchiveLimits } from '../../src/formats/xdm/types.ts';

const corpus = join(
  process.env['PFI_SHARED'] ?? resolve(import.meta.dirname, '../../../shared'),
  'corpus/xdm',
);
const present = existsSync(corpus);

const MB = 1024 * 1024;
const LIMITS: ArchiveLimits = { entries: 500, memberBytes: 100 * MB, totalBytes: 200 * MB, ratio: 200 };

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
        entryUuid: expect.stringMatching(/^urn:uuid:[0-9a-f-]{36}$/i),
        uniqueId: expect.stringMatching(/^[0-9A-F]/i),
        mimeType: 'text/xml',
        uri: 'DOC0001.XML',
        hash: expect.stringMatching(/^[0-9a-f]{40}$/),
        patientId: expect.stringMatching(/^\d{15}\^\^\^&1\.2\.250\.1\.213\.1\.4\.(8|10)&ISO\^NH$/),
        sourcePatientId: expect.stringMatching(/&ISO\^(PI|NH)$/),
        typeCode: { code: expect.any(String), system: expect.any(String), display: expect.any(String) },
        classCode: { code: expect.any(String) },
        formatCode: { code: expect.stringMatching(/^urn:/) },
        confidentialityCodes: [{ code: 'N' }],
        title: expect.any(String),
      });
      expect(entry.authors.length).toBeGreaterThan(0);
      expect(submission).toMatchObject({
        uniqueId: expect.any(String),
        sourceId: expect.stringMatching(/^1\.2\.250\.1\.71\.4\.2\.2\./),
        patientId: entry.patientId,
        submissionTime: expect.stringMatching(/^\d{14}$/),
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
