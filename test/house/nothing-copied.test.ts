import { createHash } from 'node:crypto';
import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasShared, SHARED } from '../kit/shared.ts';
import { filesOf } from './files.ts';

/** The reference documents and official samples are not ours to publish. */
describe.skipIf(!hasShared('corpus'))('the reference material', () => {
  it('has no copy in the project', () => {
    const theirs = globSync('{corpus,reference,terminology,xsd}/**', { cwd: SHARED })
      .map(path => join(SHARED, path))
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
