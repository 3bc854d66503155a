import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProfileRules, RuleSet, TypeFacts } from '../src/formats/fhir/rules/types.ts';
import { distill } from '../src/formats/fhir/validation/distill.ts';
import { mergeFacts } from '../src/formats/fhir/validation/distill-facts.ts';
import { type FhirPackage, readPackage } from '../src/formats/fhir/validation/package.ts';

/**
 * Writes src/formats/fhir/rules/data/*.ts from the official packages of profiles:
 * `node scripts/distill-fhir.ts TDMI.tgz TDE.tgz SAS.tgz`, then `npm run format`.
 */
const ROOT = join(import.meta.dirname, '..');
const DATA = join(ROOT, 'src', 'formats', 'fhir', 'rules', 'data');
const SHARED = join(ROOT, '..', 'shared', 'corpus', 'fhir', 'packages');

/** What the SAS platform sends; the guide's other profiles are those of another flow (search of slots). */
const SAS_ROOTS = ['FrPractitionerRegul'];

/** Of the types that only the guide's other profiles are of, those that resources of the flows may refer to. */
const REFERRED_TO = ['Location', 'PractitionerRole'];

const paths = process.argv.slice(2);
const [tdmi, tde, sas] = (
  paths.length > 0
    ? paths
    : ['ans.fhir.fr.tdmi-3.0.0', 'ans.fhir.fr.tde-2.0.0', 'ans.fhir.fr.sas-1.2.0'].map(name =>
        join(SHARED, `${name}.tgz`),
      )
).map(path => readPackage(readFileSync(path)));
if (tdmi === undefined || tde === undefined || sas === undefined)
  throw new Error('three packages are needed');

const dmi = distill([...tdmi.definitions, ...tde.definitions], tdmi);
writeRules('dmi', dmi, [tdmi, tde]);
const regulators = distill(sas.definitions, { name: sas.name, version: sas.version, roots: SAS_ROOTS });
writeRules('sas', regulators, [sas]);
writeFacts([dmi, withTypes(distill(sas.definitions, sas), REFERRED_TO)]);

/** A file for each profile of a resource, one for extensions, one that puts them together. */
function writeRules(flow: string, rules: RuleSet, packages: readonly FhirPackage[]): void {
  const from = packages.map(({ name, version }) => `${name} ${version}`).join(', ');
  const all = Object.entries(rules.profiles);
  const files = all
    .filter(([, { type }]) => type !== 'Extension')
    .map(([url, profile]) => {
      const file = fileOf(flow, profile);
      write(file, [
        "import type { ProfileRules } from '../types.ts';",
        header(`Profile ${profile.id} (${from}).`),
        `export const ${constantOf(file)}: ProfileRules = ${profileText(profile)};`,
      ]);
      return { url, file };
    });
  const extensions = all.filter(([, { type }]) => type === 'Extension');
  if (extensions.length > 0)
    write(`${flow}-extensions`, [
      "import type { ProfileRules } from '../types.ts';",
      header(`Extensions (${from}), by canonical URL.`),
      `export const ${constantOf(`${flow}-extensions`)}: Readonly<Record<string, ProfileRules>> = {\n${extensions
        .map(([url, profile]) => `  '${url}': ${profileText(profile)},`)
        .join('\n')}\n};`,
    ]);
  writeWhole(flow, rules, files, extensions.length > 0, from);
}

function writeWhole(
  flow: string,
  { name, version, valueSets }: RuleSet,
  files: readonly { readonly url: string; readonly file: string }[],
  hasExtensions: boolean,
  from: string,
): void {
  const imported = [
    ...files.map(({ file }) => file),
    ...(hasExtensions ? [`${flow}-extensions`] : []),
  ].toSorted();
  write(`${flow}-rules`, [
    [
      "import type { RuleSet } from '../types.ts';",
      ...imported.map(file => `import { ${constantOf(file)} } from './${file}.ts';`),
    ].join('\n'),
    header(`Everything distilled from ${from}.`),
    `export const ${constantOf(`${flow}-rules`)}: RuleSet = {
  name: '${name}',
  version: '${version}',
  profiles: {
${files.map(({ url, file }) => `    '${url}': ${constantOf(file)},`).join('\n')}
${hasExtensions ? `    ...${constantOf(`${flow}-extensions`)},` : ''}
  },
  valueSets: ${JSON.stringify(valueSets)},
};`,
  ]);
}

function withTypes(rules: RuleSet, names: readonly string[]): RuleSet {
  const types = Object.entries(rules.types ?? {}).filter(([name]) => names.includes(name));
  return { ...rules, types: Object.fromEntries(types) };
}

/** A file for each type, one that puts them together. */
function writeFacts(sets: readonly RuleSet[]): void {
  const types: Record<string, TypeFacts> = {};
  for (const set of sets)
    for (const [type, facts] of Object.entries(set.types ?? {})) types[type] = mergeFacts(types[type], facts);
  const names = Object.keys(types).toSorted();
  for (const name of names)
    write(`r4-${name.toLowerCase()}`, [
      "import type { TypeFacts } from '../types.ts';",
      header(`What FHIR R4 (4.0.1) says of ${name}.`),
      `export const R4_${name.toUpperCase()}: TypeFacts = ${JSON.stringify(types[name])};`,
    ]);
  write('r4-resources', [
    [
      "import type { TypeFacts } from '../types.ts';",
      ...names.map(name => `import { R4_${name.toUpperCase()} } from './r4-${name.toLowerCase()}.ts';`),
    ].join('\n'),
    header('What FHIR R4 (4.0.1) says of the resource types that the packages have profiles of.'),
    `export const DISTILLED_R4_RESOURCES: Readonly<Record<string, TypeFacts>> = {\n${names
      .map(name => `  ${name}: R4_${name.toUpperCase()},`)
      .join('\n')}\n};`,
  ]);
}

/** An element a line. */
function profileText({ id, type, elements }: ProfileRules): string {
  const lines = Object.entries(elements).map(([path, rule]) => `    '${path}': ${JSON.stringify(rule)},`);
  return `{ id: '${id}', type: '${type}', elements: {\n${lines.join('\n')}\n  } }`;
}

/** `dmi-bundledelivery`, `dmi-tde-auditevent`. */
function fileOf(flow: string, { id }: ProfileRules): string {
  const name = id.replaceAll(/([a-z])([A-Z])/g, '$1-$2').toLowerCase();
  return name.startsWith(`${flow}-`) ? name : `${flow}-${name}`;
}

function constantOf(file: string): string {
  return file.toUpperCase().replaceAll('-', '_');
}

function header(text: string): string {
  return `/**\n * ${text}\n * Written by scripts/distill-fhir.ts: do not edit.\n */`;
}

function write(file: string, [imports = '', comment = '', text = '']: readonly string[]): void {
  writeFileSync(join(DATA, `${file}.ts`), `${imports}\n\n${comment}\n${text}\n`);
}
