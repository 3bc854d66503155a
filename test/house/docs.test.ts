import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../src/errors/catalogue.ts';
import { filesOf } from './files.ts';

const pages = filesOf('*.md', 'docs/**/*.md');

/** GitHub's anchor of a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\- ]/gu, '')
    .replaceAll(' ', '-');
}

function anchorsOf(page: string): string[] {
  return [...readFileSync(page, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading));
}

describe.each(pages)('%s', page => {
  const text = readFileSync(page, 'utf8');

  it('has no link that leads nowhere', () => {
    const links = [...text.matchAll(/\]\((?!https?:|mailto:)([^)#]*)(?:#([^)]*))?\)/g)];
    const dead = links.filter(([, path = '', anchor]) => {
      const target = path === '' ? page : posix.join(posix.dirname(page), path);
      return !existsSync(target) || (anchor !== undefined && !anchorsOf(target).includes(anchor));
    });
    expect(dead.map(([link]) => link)).toEqual([]);
  });

  it('names no error code that the catalogue does not have', () => {
    const groups = [...new Set(Object.keys(CATALOGUE).map(code => code.split('-', 1)[0]))].join('|');
    const named = [...text.matchAll(new RegExp(`\\b(?:${groups})-\\d{3}\\b`, 'g'))].map(([code]) => code);
    expect(named.filter(code => !Object.hasOwn(CATALOGUE, code))).toEqual([]);
  });
});
