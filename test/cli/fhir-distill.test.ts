import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DMI_RULES } from '../../src/formats/fhir/rules/data/dmi-rules.ts';
import { SAS_RULES } from '../../src/formats/fhir/rules/data/sas-rules.ts';
import { readRules } from '../../src/formats/fhir/rules/read-rules.ts';
import { FLOW_PROFILES } from '../../src/formats/fhir/rules/rules-for.ts';
import type { RuleSet } from '../../src/formats/fhir/rules/types.ts';
import { validate } from '../../src/formats/fhir/validation/validate.ts';
import { hasShared, SHARED } from '../kit/shared.ts';
import { called } from './called.ts';

const PACKAGES = join(SHARED, 'corpus', 'fhir', 'packages');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pfi-distill-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A tar archive, packed, of JSON by name. */
function packed(files: Readonly<Record<string, unknown>>): Buffer {
  const blocks = Object.entries(files).flatMap(([name, content]) => {
    const body = Buffer.from(JSON.stringify(content));
    const head = Buffer.alloc(512);
    head.write(`package/${name}`, 0);
    head.write(body.length.toString(8).padStart(11, '0'), 124);
    return [head, body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

/** A package of one profile, that of what the registry is sent: a newer guide wants a text, in words of its own guide. */
function packageFile(name: string, url: string = FLOW_PROFILES.renacot): string {
  const path = join(folder, `${name}.tgz`);
  const element = (id: string, min: number, max: string, more: object = {}): object => ({
    id,
    path: id,
    min,
    max,
    base: { path: id, min: 0, max },
    ...more,
  });
  writeFileSync(
    path,
    packed({
      'package.json': { name, version: '9.1.0' },
      'StructureDefinition-x.json': {
        resourceType: 'StructureDefinition',
        id: 'x',
        url,
        kind: 'resource',
        type: 'Parameters',
        derivation: 'constraint',
        snapshot: {
          element: [
            element('Parameters', 0, '*', {
              constraint: [
                {
                  key: 'x-1',
                  severity: 'error',
                  human: 'un texte',
                  expression: "parameter.name contains 'texte'",
                  source: url,
                },
              ],
            }),
            element('Parameters.parameter', 1, '*'),
            element('Parameters.parameter.resource', 0, '1', {
              type: [{ code: 'Resource', profile: ['https://guide.example/StructureDefinition/voisin'] }],
            }),
          ],
        },
      },
    }),
  );
  return path;
}

const distill = (...words: string[]) => called(['fhir', 'distill', ...words]);

describe('`pfi fhir distill`', () => {
  it('writes rules that the gateway takes, and says what is in them', async () => {
    const out = join(folder, 'renacot-9.1.0.json');
    const { code, stdout, stderr } = await distill(packageFile('guide'), '--flow', 'renacot', '--out', out);
    expect(code).toBe(0);
    expect(stdout).toBe(
      `Règles de guide 9.1.0 écrites dans ${out} : 1 profil.\nDans la configuration : fhir.renacot.rules: ${out}\n`,
    );
    expect(stderr).toBe(
      'Non vérifiés, parce qu’ils sont cités et absents de ces paquets :\n  https://guide.example/StructureDefinition/voisin\n',
    );
    expect(readdirSync(folder).filter(name => name.includes('.tmp'))).toEqual([]);
    const rules = readRules(readFileSync(out), 'renacot');
    const errorsOf = (name: string): string[] =>
      validate(
        { resourceType: 'Parameters', parameter: [{ name, valueString: 'x' }] },
        rules,
        FLOW_PROFILES.renacot,
      ).map(({ path }) => path);
    expect([errorsOf('texte'), errorsOf('autre')]).toEqual([[], ['Parameters']]);
    expect(validate({ resourceType: 'Parameters' }, rules, FLOW_PROFILES.renacot)).toContainEqual(
      expect.objectContaining({ code: 'required', path: 'Parameters.parameter' }),
    );
  });

  it('gives them on the standard output, or facts for a program', async () => {
    const file = packageFile('guide');
    const { stdout } = await distill(file, '--flow', 'renacot');
    expect(JSON.parse(stdout)).toMatchObject({ name: 'guide', version: '9.1.0' });
    const out = join(folder, 'facts.json');
    const facts = await distill(file, '--flow', 'renacot', '--out', out, '--json');
    expect(JSON.parse(facts.stdout)).toMatchObject({ flow: 'renacot', out, profiles: 1, valueSets: 0 });
    expect(readFileSync(out, 'utf8')).toBe(stdout);
  });

  it.each<[string, () => string[], string]>([
    [
      'a package of another flow',
      () => [packageFile('autre', 'https://x.example/y'), '--flow', 'dmi'],
      'ne contient le profil du flux dmi',
    ],
    ['no package', () => ['package.json', '--flow', 'dmi'], 'n’est pas un paquet FHIR (.tgz)'],
    ['a file that is not there', () => ['nulle-part.tgz', '--flow', 'dmi'], 'il n’existe pas'],
    [
      'nowhere to write',
      () => [packageFile('guide'), '--flow', 'renacot', '--out', join(folder, 'non', 'x')],
      'ne peut pas être écrit',
    ],
    ['an unknown flow', () => [packageFile('guide'), '--flow', 'dmp'], 'Valeurs admises : dmi, dui'],
    ['no flow', () => [packageFile('guide')], 'Il manque l’option --flow'],
  ])('says what is wrong: %s', async (_, words, said) => {
    const { code, stdout, stderr } = await distill(...words());
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(said);
  });
});

describe.skipIf(!hasShared('corpus/fhir/packages'))('the official packages', () => {
  const at = (name: string): string => join(PACKAGES, `ans.fhir.fr.${name}.tgz`);

  it.each<['dmi' | 'sas', string[], RuleSet]>([
    ['dmi', [at('tdmi-3.0.0'), at('tde-2.0.0')], DMI_RULES],
    ['dmi', [at('tde-2.0.0'), at('tdmi-3.0.0')], DMI_RULES],
    ['sas', [at('sas-1.2.0')], SAS_RULES],
  ])('of %s are distilled to the rules that the gateway comes with', async (flow, packages, builtIn) => {
    const { code, stdout } = await distill(...packages, '--flow', flow);
    expect(code).toBe(0);
    const { types, ...rules } = JSON.parse(stdout) as RuleSet;
    expect(rules).toEqual(builtIn);
    expect(Object.keys(types ?? {})).not.toEqual([]);
    expect(readRules(Buffer.from(stdout), flow).profiles).toEqual(builtIn.profiles);
  });
});
