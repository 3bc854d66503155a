import { readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { filesOf } from './files.ts';

const SOURCE_LINES = 300;
const sources = filesOf('src/**/*.ts');
const tests = filesOf('test/**/*.ts');
const TEXTS =
  /\.(ts|js|json|md|ya?ml|service|css|html|svg)$|(^|\/)(Dockerfile|\.dockerignore|\.gitignore|run)$/;
const texts = filesOf('*', '.ci/*', '{bench,bin,config,deploy,docs,samples,src,test}/**').filter(
  file => TEXTS.test(file) && statSync(file).isFile(),
);

/** `file:line: text` of every line that matches. */
function findings(files: readonly string[], pattern: RegExp): string[] {
  return files.flatMap(file =>
    readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
  );
}

/** What neither the compiler (erasableSyntaxOnly) nor oxlint (any, default exports, `!`) refuses already. */
describe('the house style', () => {
  it(`keeps source files within ${SOURCE_LINES} lines`, () => {
    const long = sources.filter(file => readFileSync(file, 'utf8').split('\n').length > SOURCE_LINES + 1);
    expect(long).toEqual([]);
  });

  it('switches no test off and narrows no run', () => {
    expect(findings(tests, /\b(it|test|describe)\.(only|skip|todo)\b/)).toEqual([]);
  });

  it('leaves nothing unfinished in the source', () => {
    const pattern = /\b(TODO|FIXME|XXX|HACK)\b|\b([Ff]or now|[Nn]ot implemented|[Pp]laceholder)\b/;
    expect(findings(sources, pattern)).toEqual([]);
  });

  it('silences neither the compiler nor the linter without a reason', () => {
    expect(findings(sources, /@ts-(ignore|expect-error|nocheck)/)).toEqual([]);
    expect(findings(sources, /(oxlint|eslint)-disable(?!.* -- )/)).toEqual([]);
  });

  it('names no path of one machine', () => {
    const pattern = new RegExp(`(^|[^a-z])/(${['work', 'farm', 'root', 'home/[a-z]+', 'Users'].join('|')})/`);
    expect(findings(texts, pattern)).toEqual([]);
  });

  it('ties the lock file to no registry', () => {
    expect(findings(['package-lock.json'], /"resolved": *"https?:/)).toEqual([]);
  });
});
