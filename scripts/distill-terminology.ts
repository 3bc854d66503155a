import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeXml } from '../src/formats/xml/decode.ts';
import { at, attribute, childrenOf, parseXml } from '../src/formats/xml/element.ts';
import { CLASSES, SPECIALITIES, systemOf } from './code-systems.ts';

/**
 * Writes src/formats/terminology/data/*.ts from the published value sets and correspondences (SVS files and
 * tab-separated tables): `node scripts/distill-terminology.ts FOLDER`, then `npm run format`.
 */
const ROOT = join(import.meta.dirname, '..');
const folder = process.argv[2] ?? join(ROOT, '..', 'shared', 'terminology');

/** What a table is made from, and what its header comment names: name, OID, edition. */
interface Source {
  readonly name: string;
  readonly oid: string;
  readonly edition: string;
}

/** The correspondences' files do not name themselves. */
const ASS_X04: Source = {
  name: 'ASS_X04_CorrespondanceType_Classe_CISIS',
  oid: '1.2.250.1.213.1.1.4.249',
  edition: '20240927',
};
const ASS_A11: Source = {
  name: 'ASS_A11_CorresModeleCDA_XdsFormatCode_CISIS',
  oid: '1.2.250.1.213.1.1.4.331',
  edition: '20240726',
};
/** JDV_J06 is JDV_J57 and one class more, that of technical documents; it is not published with the others. */
const JDV_J06: Source = {
  name: 'JDV_J06_XdsClassCode_CISIS',
  oid: '1.2.250.1.213.1.1.5.462',
  edition: '20230922',
};
const TECHNICAL = ['99', 'Document technique'] as const;

const VALUE_SET = 'Readonly<Record<string, Readonly<Record<string, string>>>>';

/** What PV1-2 is mapped to (ANS, Transmission de documents CDA v2.1, “Mapping XDS”). */
const ACTIVITIES = { system: 'TRE_R209-TypeActivite', codes: ['03', '07', '19', '97'] };
/** The template of every CDA whose body is no XML: the type of the body decides, not the template. */
const UNSTRUCTURED = '1.3.6.1.4.1.19376.1.2.20';

writeValueSet('type-codes', 'TYPE_CODES', 'Document types', 'JDV_J07_XdsTypeCode_CISIS.xml');
writeValueSet(
  'confidentiality-codes',
  'CONFIDENTIALITY_CODES',
  'Confidentiality',
  'JDV_J08_XdsConfidentialityCode_CISIS.xml',
);
writeValueSet(
  'facility-types',
  'FACILITY_TYPES',
  'Sectors of activity',
  'JDV_J02_XdsHealthcareFacilityTypeCode_CISIS.xml',
);
writeValueSet(
  'practice-settings',
  'PRACTICE_SETTINGS',
  'Practice settings',
  'JDV_J04_XdsPracticeSettingCode_CISIS.xml',
);
writeClassCodes();
writeFormatCodes();
writeContentTypes();
writeDmpValueSet('dmp-class-codes', 'DMP_CLASS_CODES', 'Classes of documents in the DMP', 'jdv_j57.tsv');
writeDmpValueSet(
  'dmp-confidentiality-codes',
  'DMP_CONFIDENTIALITY_CODES',
  'Confidentiality in the DMP',
  'jdv_j58.tsv',
);
writeDmpValueSet(
  'dmp-content-types',
  'DMP_CONTENT_TYPES',
  'Activities behind a submission to the DMP',
  'jdv_j59.tsv',
);
writeDmpValueSet('dmp-format-codes', 'DMP_FORMAT_CODES', 'Formats of documents in the DMP', 'jdv_j60.tsv');
writeDmpValueSet('dmp-facility-types', 'DMP_FACILITY_TYPES', 'Sectors of activity in the DMP', 'jdv_j61.tsv');
writeDmpValueSet(
  'dmp-practice-settings',
  'DMP_PRACTICE_SETTINGS',
  'Practice settings in the DMP',
  'jdv_j62.tsv',
);
writeDmpValueSet('dmp-type-codes', 'DMP_TYPE_CODES', 'Types of documents in the DMP', 'jdv_j66.tsv');
writeSubjectRoles();
writeDmpClasses();

function writeValueSet(file: string, constant: string, what: string, from: string): void {
  const valueSet = at(parseXml(decodeXml(readFileSync(join(folder, from)))), 'ValueSet');
  const list = at(valueSet, 'ConceptList');
  if (list === undefined) throw new Error(`no ConceptList in ${from}`);
  const source: Source = {
    name: given(attribute(valueSet, 'displayName'), from).replace('.tabs', ''),
    oid: given(attribute(valueSet, 'id'), from),
    edition: given(attribute(valueSet, 'dateMaj'), from).slice(0, 8),
  };
  const systems: Record<string, Record<string, string>> = {};
  for (const concept of childrenOf(list, 'Concept')) {
    const system = given(attribute(concept, 'codeSystem'), from);
    (systems[system] ??= {})[given(attribute(concept, 'code'), from)] = given(
      attribute(concept, 'displayName'),
      from,
    );
  }
  write(file, [
    header(`${what}: value set ${told(source)}.`, 'Code system, then code, to display name.'),
    constantOf(constant, VALUE_SET, systems),
  ]);
}

/** Without the class of a submission's signature (ASTM): it is no class of documents. */
function writeClassCodes(): void {
  const { source, rows } = readTable('jdv_j57.tsv');
  const labels = rows
    .filter(([code = '']) => /^\d+$/.test(code))
    .map(([code = '', , label = '']) => [code, label]);
  const classes: Record<string, Record<string, string>> = {};
  for (const [type = '', system = '', , code = '', scheme] of readRows('ass_x04.tsv'))
    if (scheme === CLASSES) (classes[system] ??= {})[type] = code;
  write('class-codes', [
    header(
      `Classes of document types: correspondence ${told(ASS_X04)}.`,
      `Code system of the type, then type, to class of ${CLASSES}.`,
    ),
    constantOf('CLASS_OF_TYPE', VALUE_SET, classes),
    `/** Class to display name: value set ${told(source)}; 99 is of ${told(JDV_J06)}. */`,
    constantOf(
      'CLASS_LABELS',
      'Readonly<Record<string, string>>',
      Object.fromEntries([...labels, TECHNICAL]),
    ),
  ]);
}

function writeFormatCodes(): void {
  const { source, rows } = readTable('jdv_j60.tsv');
  const formats = readRows('ass_a11.tsv')
    .filter(([template]) => template !== UNSTRUCTURED)
    .map(([template = '', , , code = '', scheme = '']) => [template, [code, scheme]]);
  write('format-codes', [
    header(
      `Formats of CDA models: correspondence ${told(ASS_A11)}.`,
      'templateId to format and its scheme; without the model of bodies that are no XML, which has one for each media type.',
    ),
    constantOf(
      'FORMAT_OF_TEMPLATE',
      'Readonly<Record<string, readonly [code: string, scheme: string]>>',
      Object.fromEntries(formats),
    ),
    `/** Format to display name: value set ${told(source)}. */`,
    constantOf(
      'FORMAT_LABELS',
      'Readonly<Record<string, string>>',
      Object.fromEntries(rows.map(([code = '', , label = '']) => [code, label])),
    ),
  ]);
}

/** Only what a patient class is mapped to; the set's code 11 is a code of two systems. */
function writeContentTypes(): void {
  const { source, rows } = readTable('jdv_j59.tsv');
  const labels = rows
    .filter(
      ([code = '', system = '']) => system.includes(ACTIVITIES.system) && ACTIVITIES.codes.includes(code),
    )
    .map(([code = '', , label = '']) => [code, label]);
  write('content-types', [
    header(
      `Types of activity that PV1-2 is mapped to: value set ${told(source)}.`,
      'Code of TRE_R209 (1.2.250.1.213.2.2) to display name.',
    ),
    constantOf('ACTIVITY_LABELS', 'Readonly<Record<string, string>>', Object.fromEntries(labels)),
  ]);
}

/** A value set of the DMP, whole: what a submission's signature is described with is in it, too. */
function writeDmpValueSet(file: string, constant: string, what: string, from: string): void {
  const { source, rows } = readTable(from);
  write(file, [
    header(`${what}: value set ${told(source)}.`, 'Code system, then code, to display name.'),
    constantOf(constant, VALUE_SET, bySystem(rows)),
  ]);
}

/** In two files, for it is long: the specialities of doctors, and everything else. */
function writeSubjectRoles(): void {
  const { source, rows } = readTable('jdv_j65.tsv');
  const { [SPECIALITIES]: specialities = {}, ...others } = bySystem(rows);
  write('subject-roles', [
    header(
      `Who may speak to the DMP, but for the specialities of doctors: value set ${told(source)}.`,
      'Code system, then code, to display name.',
    ),
    constantOf('SUBJECT_ROLES', VALUE_SET, others),
  ]);
  write('subject-specialities', [
    header(
      `The specialities of doctors who may speak to the DMP: value set ${told(source)}.`,
      'Code system, then code, to display name.',
    ),
    constantOf('SUBJECT_SPECIALITIES', VALUE_SET, { [SPECIALITIES]: specialities }),
  ]);
}

/** Without the class of a submission's signature, as in the table of ASS_X04. */
function writeDmpClasses(): void {
  const { source, rows } = readTable('ass_x16.tsv');
  const classes = rows.filter(([, , , scheme = '']) => systemOf(scheme) === CLASSES);
  write('dmp-classes-of-types', [
    header(
      `Classes of document types in the DMP: correspondence ${told(source)}.`,
      `Code system of the type, then type, to class of ${CLASSES}.`,
    ),
    constantOf(
      'DMP_CLASS_OF_TYPE',
      VALUE_SET,
      bySystem(classes.map(([type = '', system = '', code = '']) => [type, system, code])),
    ),
  ]);
}

/** Rows of code, system and value by system. */
function bySystem(rows: readonly (readonly string[])[]): Record<string, Record<string, string>> {
  const systems: Record<string, Record<string, string>> = {};
  for (const [code = '', system = '', value = ''] of rows) (systems[systemOf(system)] ??= {})[code] = value;
  return systems;
}

/** A table whose first line, a comment, names the value set: `# NAME, EDITION, OID`. */
function readTable(file: string): { readonly source: Source; readonly rows: string[][] } {
  const [first = ''] = readFileSync(join(folder, file), 'utf8').split('\n', 1);
  const [, name = '', edition = '', oid = ''] = /^# (\w+), (\d{8})\d*, ([\d.]+)$/.exec(first) ?? [];
  if (name === '') throw new Error(`${file} does not say what it is`);
  return { source: { name, oid, edition }, rows: readRows(file) };
}

function readRows(file: string): string[][] {
  return readFileSync(join(folder, file), 'utf8')
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('#'))
    .map(line => line.split('\t'));
}

function given(value: string | undefined, from: string): string {
  if (value === undefined) throw new Error(`${from} is incomplete`);
  return value;
}

function told({ name, oid, edition }: Source): string {
  return `${name} (${oid}), edition ${edition}`;
}

function header(...lines: readonly string[]): string {
  return `/**\n * ${lines.join('\n * ')}\n * Written by scripts/distill-terminology.ts: do not edit.\n */`;
}

function constantOf(name: string, type: string, value: object): string {
  return `export const ${name}: ${type} = ${JSON.stringify(value, undefined, 2)};`;
}

function write(file: string, parts: readonly string[]): void {
  const text = parts.map(part => (part.endsWith('*/') ? `${part}\n` : `${part}\n\n`)).join('');
  writeFileSync(join(ROOT, 'src', 'formats', 'terminology', 'data', `${file}.ts`), `${text.trimEnd()}\n`);
}
