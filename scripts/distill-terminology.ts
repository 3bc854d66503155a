import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeXml } from '../src/formats/xml/decode.ts';
import { at, attribute, childrenOf, parseXml } from '../src/formats/xml/element.ts';

/**
 * Writes src/formats/terminology/data/type-codes.ts from the published value set JDV_J07 (SVS form):
 * `node scripts/distill-terminology.ts FOLDER`, then `npm run format`. FOLDER holds JDV_J07_XdsTypeCode_CISIS.xml.
 */
const ROOT = join(import.meta.dirname, '..');
const folder = process.argv[2] ?? join(ROOT, '..', 'shared', 'terminology');
const target = join(ROOT, 'src', 'formats', 'terminology', 'data', 'type-codes.ts');

const valueSet = at(
  parseXml(decodeXml(readFileSync(join(folder, 'JDV_J07_XdsTypeCode_CISIS.xml')))),
  'ValueSet',
);
const list = at(valueSet, 'ConceptList');
if (list === undefined) throw new Error('no ConceptList in JDV_J07');

const systems: Record<string, Record<string, string>> = {};
for (const concept of childrenOf(list, 'Concept')) {
  const code = attribute(concept, 'code');
  const system = attribute(concept, 'codeSystem');
  const display = attribute(concept, 'displayName');
  if (code === undefined || system === undefined || display === undefined)
    throw new Error('incomplete Concept');
  (systems[system] ??= {})[code] = display;
}

writeFileSync(
  target,
  `/**
 * Document types: value set ${attribute(valueSet, 'displayName')?.replace('.tabs', '')} (${attribute(valueSet, 'id')}), edition ${attribute(valueSet, 'dateMaj')?.slice(0, 8)}.
 * Code system, then code, to display name. Written by scripts/distill-terminology.ts: do not edit.
 */
export const TYPE_CODES: Readonly<Record<string, Readonly<Record<string, string>>>> = ${JSON.stringify(systems, undefined, 2)};
`,
);
