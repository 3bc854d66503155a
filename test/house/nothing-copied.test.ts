import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesOf, ROOT } from './files.ts';

const shared = process.env['PFI_SHARED'] ?? join(ROOT, '../shared');

/** The reference documents and official samples are not ours to publish. */
describe.skipIf(!existsSync(join(shared, 'corpus')))('the reference material', () => {
  it('has no copy in the project', () => {
    const theirs = globSync('{corpus,reference,terminology,xsd}/**', { cwd: shared })
      .map(path => join(shared, path))
      .filter(path => statSync(path).isFile() && statSync(path).size > 64);
    const known = new Set(theirs.map(digest));
    const ours = filesOf('{config,deploy,docs,samples,src,test,bench}/**').filter(path =>
      statSync(path).isFile(),
    );
    expect(ours.filter(path => known.has(digest(path)))).toEqual([]);
  });
});

function digest(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
