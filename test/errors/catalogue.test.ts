import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { GROUPS, renderErrors } from '../../docs/render-errors.ts';
import { CATALOGUE, type CatalogueEntry, isErrorCode } from '../../src/errors/catalogue.ts';

const entries = Object.entries<CatalogueEntry>(CATALOGUE);

describe('docs/errors.md', () => {
  it('is what the catalogue renders to: run `npm run docs:errors`', () => {
    expect(readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')).toBe(renderErrors());
  });

  it('shows every code once, in a group that has a title', () => {
    const shown = [...renderErrors().matchAll(/^### (.*)$/gm)].map(([, code = '']) => code);
    expect(shown.toSorted()).toEqual(Object.keys(CATALOGUE).toSorted());
  });

  it('has no group without a code', () => {
    const used = new Set(entries.map(([code]) => code.split('-', 1)[0]));
    expect(Object.keys(GROUPS).filter(group => !used.has(group))).toEqual([]);
  });
});

describe('the catalogue', () => {
  it('numbers each group from 001 without a hole', () => {
    for (const group of Object.keys(GROUPS)) {
      const numbers = entries
        .map(([code]) => code)
        .filter(code => code.startsWith(`${group}-`))
        .map(code => Number(code.slice(group.length + 1)));
      expect(numbers, group).toEqual(numbers.map((_, index) => index + 1));
    }
  });

  it.each(entries)(
    '%s speaks in French sentences with typographic apostrophes',
    (code, { why, did, todo }) => {
      expect(isErrorCode(code)).toBe(true);
      for (const text of [why, did, todo]) {
        expect(text).toMatch(/^[A-ZÀÂÉÊÎÔ«].*[.»)]$/s);
        expect(text).not.toMatch(/['"]| {2}/);
      }
    },
  );

  it('knows no other code', () => {
    for (const text of ['', 'XDM-999', 'toString', '__proto__']) expect(isErrorCode(text)).toBe(false);
  });
});
