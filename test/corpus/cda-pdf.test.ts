import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import AdmZip from 'adm-zip';
import { describe, expect, it } from 'vitest';
import { embeddedPdf } from '../../src/formats/cda/embedded-pdf.ts';
import { readNarrative } from '../../src/formats/cda/narrative.ts';
import type { Block, Inline, Section } from '../../src/formats/cda/narrative-types.ts';
import { readCdaHeader } from '../../src/formats/cda/read-header.ts';
import { documentPdf } from '../../src/formats/pdf/document-pdf.ts';
import { pdfNames } from '../../src/formats/pdf/pdf-name.ts';
import { FONTS } from '../formats/pdf/fonts.ts';
import { bodyText, squeezed } from '../kit/pdf-text.ts';
import { pdfaFaults } from '../kit/pdfa-faults.ts';
import { readPdf } from '../kit/read-pdf.ts';
import { hasShared, SHARED } from '../kit/shared.ts';

interface Sample {
  readonly name: string;
  readonly bytes: Buffer;
}

function samples(): Sample[] {
  const archived = globSync('corpus/xdm/*.zip', { cwd: SHARED }).flatMap(path =>
    new AdmZip(join(SHARED, path))
      .getEntries()
      .filter(({ entryName }) => /^IHE_XDM\/.*\/DOC\d+\.XML$/i.test(entryName))
      .map(entry => ({ name: basename(path), bytes: entry.getData() })),
  );
  const loose = globSync('corpus/hl7/**/*.{xml,XML}', { cwd: SHARED });
  return [...archived, ...loose.map(path => ({ name: path, bytes: readFileSync(join(SHARED, path)) }))];
}

/** Every piece of text of a section, in order. */
function textsOf({ title, blocks, notes, sections }: Section): string[] {
  const noted = notes.flatMap(note => note.blocks.flatMap(textsOfBlock));
  return [title ?? '', ...blocks.flatMap(textsOfBlock), ...noted, ...sections.flatMap(textsOf)];
}

function textsOfBlock(block: Block): string[] {
  switch (block.kind) {
    case 'paragraph':
      return block.inlines.map(textOfInline);
    case 'lines':
      return block.text.split('\n');
    case 'list':
      return [...block.caption.map(textOfInline), ...block.items.flat().flatMap(textsOfBlock)];
    case 'table': {
      const cells = [...block.head, ...block.body, ...block.foot].flat();
      return [
        ...block.caption.map(textOfInline),
        ...cells.flatMap(({ blocks }) => blocks.flatMap(textsOfBlock)),
      ];
    }
    case 'picture':
      return block.caption.map(textOfInline);
  }
}

function textOfInline(inline: Inline): string {
  return inline.kind === 'text' ? inline.text : '';
}

/** Whether a text has the words of another in their order: what stands beside a cell parts it where a page ends. */
function holds(shown: string, text: string): boolean {
  if (shown.includes(squeezed(text))) return true;
  let at = 0;
  return text.split(/\s+/).every(word => {
    at = shown.indexOf(squeezed(word), at);
    return at >= 0;
  });
}

describe.skipIf(!hasShared('corpus/xdm'))('the official CDA documents as PDFs', () => {
  const all = hasShared('corpus/xdm') ? samples() : [];
  const carried = all.filter(({ bytes }) => embeddedPdf(bytes) !== undefined);
  const others = all.filter(sample => !carried.includes(sample));

  it('carry their printed form in 28 cases: level 1, and copies in a section of that kind', () => {
    expect(all).toHaveLength(81);
    expect(carried).toHaveLength(28);
    const levelOne = carried.filter(({ bytes }) => bytes.includes('nonXMLBody'));
    const copies = carried.filter(({ bytes }) => bytes.includes('1.2.250.1.213.1.1.2.243'));
    expect([levelOne.length, copies.length]).toEqual([8, 20]);
  });

  it('give that form as it is', async () => {
    for (const { name, bytes } of carried) {
      const text = bytes.toString('latin1').replaceAll(/\s/g, '');
      const pdf = Buffer.from(await documentPdf({ bytes, header: readCdaHeader(bytes) }, FONTS));
      expect(text.includes(pdf.toString('base64').replace(/=+$/, '')), name).toBe(true);
    }
  });

  it('are otherwise PDF/A-1b with every word of their narrative', async () => {
    for (const { name, bytes } of others) {
      const pdf = await documentPdf({ bytes, header: readCdaHeader(bytes) }, FONTS);
      expect(pdfaFaults(pdf), name).toEqual([]);
      const shown = bodyText(readPdf(pdf));
      const narrative = readNarrative(bytes);
      expect(narrative.truncated, name).toBe(false);
      const missing = narrative.sections.flatMap(textsOf).filter(text => !holds(shown, text));
      expect({ name, missing }).toEqual({ name, missing: [] });
    }
  });

  it('have names by the rule', () => {
    const names = all.flatMap(({ bytes }) => pdfNames([readCdaHeader(bytes)]));
    expect(names.filter(name => !/^\d{8}_[^_]{1,40}_[A-Z' -]+_[A-Z' -]+\.pdf$/i.test(name))).toEqual([]);
  });
});
