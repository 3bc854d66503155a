import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readAssociation, registryId } from '../../src/formats/fhir/renacot/association.ts';
import { checkParameters } from '../../src/formats/fhir/renacot/check-intervention.ts';
import { IMPLANTS, JOINTS } from '../../src/formats/fhir/renacot/codes.ts';
import { convertParameters } from '../../src/formats/fhir/renacot/convert.ts';
import { readParameters } from '../../src/formats/fhir/renacot/read-parameters.ts';
import { writeParameters } from '../../src/formats/fhir/renacot/write-parameters.ts';
import { type FhirResource, parseResource } from '../../src/formats/fhir/resource.ts';
import { hasShared, SHARED } from '../kit/shared.ts';

const FOLDER = 'corpus/fhir/renacot-json';
const FIRST = 'corpus/fhir/renacot-seed-time/associer-implant-procedure-example.fsh';

function read(name: string): FhirResource {
  return parseResource(readFileSync(join(SHARED, FOLDER, name)));
}

describe.skipIf(!hasShared(FOLDER))('RENACOT’s examples', () => {
  const inputs = hasShared(FOLDER)
    ? readdirSync(join(SHARED, FOLDER)).filter(name =>
        /^Parameters-.*Procedure(?:PG|PH|PE)Example/.test(name),
      )
    : [];

  it('are all there', () => {
    expect(inputs).toHaveLength(4);
  });

  it.each(inputs)('%s is read whole, and written as it was', name => {
    const resource = read(name);
    const { contract, intervention, where, findings } = readParameters(resource);
    if (intervention === undefined) throw new Error('not read');
    expect({ contract, findings }).toEqual({ contract: 'registre', findings: [] });
    const written = writeParameters(intervention, 'registre', where).parameters;
    expect(written?.['parameter']).toEqual(resource['parameter']);
    expect(written?.['meta']).toEqual(resource['meta']);
  });

  it.each(inputs)('%s breaks the rules it is known to break', name => {
    const errors = checkParameters(read(name)).filter(({ severity }) => severity === 'error');
    const expected = name.includes('Erreur') ? ['pe-requires-implants-count'] : [];
    expect(errors.map(({ rule }) => rule)).toEqual(expected);
  });

  it.each(inputs.filter(name => !name.includes('PE')))('%s goes into the first contract and back', name => {
    const resource = read(name);
    const { parameters } = convertParameters(resource, 'procedure');
    if (parameters === undefined) throw new Error('lost');
    expect(convertParameters(parameters, 'registre').parameters?.['parameter']).toEqual(
      resource['parameter'],
    );
  });

  it.each(inputs.filter(name => name.includes('PE')))('%s cannot be said in the first contract', name => {
    const { parameters, findings } = convertParameters(read(name), 'procedure');
    expect(parameters).toBeUndefined();
    const errors = findings.filter(({ severity }) => severity === 'error').map(({ path }) => path);
    expect(errors).toEqual(['Parameters.parameter[6].value', 'Parameters.parameter[4].value']);
  });

  it.each([
    ['AssocierImplantsProcedureResponseExample', 200, 'accepted', '12345'],
    ['AssocierImplantsRegistreResponse200Example', 200, 'accepted', 'RENACOT-2025-12345'],
    ['AssocierImplantsRegistreResponse400Example', 400, 'refused', undefined],
    ['AssocierImplantsRegistreResponse422Example', 422, 'pairing', undefined],
    ['AssocierImplantsRegistreResponse429Example', 429, 'later', undefined],
    ['AssocierImplantsRegistreResponse500Example', 500, 'later', undefined],
  ])('%s is %i: %s', (name, status, verdict, id) => {
    const association = readAssociation(status, read(`Parameters-${name}.json`));
    expect(association.verdict).toBe(verdict);
    expect(registryId(association)?.value).toBe(id);
  });

  it('has the codes that we have', () => {
    const concepts = (name: string) =>
      (read(name)['concept'] as { code: string; display: string }[]).map(({ code, display }) => [
        code,
        display,
      ]);
    expect([...IMPLANTS]).toEqual(concepts('CodeSystem-implant-types.json'));
    const procedures = JSON.stringify(read('ValueSet-ProcedureVS.json'));
    for (const { code, display } of JOINTS) expect(procedures).toContain(JSON.stringify({ code, display }));
  });
});

/** FSH `* path = value` as JSON, for the one shape that the example has. */
function parametersInFsh(fsh: string): FhirResource {
  const root: Record<string, unknown> = {};
  for (const line of fsh.split(/\r?\n/)) {
    const [, path, said] = /^\* (parameter\[\S+) = (.+?)\s*$/.exec(line) ?? [];
    if (path === undefined || said === undefined) continue;
    const [, system, code] = /^(\$sct)?#(\S+)/.exec(said) ?? [];
    if (path.endsWith('valueCodeableConcept')) {
      const coding = { system: system === undefined ? undefined : 'http://snomed.info/sct', code };
      put(root, `${path}.coding[0]`, coding);
    } else {
      put(root, path.replace(/\.coding\./, '.coding[0].'), code ?? (JSON.parse(said) as unknown));
    }
  }
  return { resourceType: 'Parameters', ...root };
}

function put(root: Record<string, unknown>, path: string, value: unknown): void {
  const steps = path.split(/[.[\]]+/).filter(step => step !== '');
  let at: Record<string, unknown> = root;
  for (const [index, step] of steps.entries()) {
    const next = steps[index + 1];
    if (next === undefined) at[step] = value;
    else at = (at[step] ??= /^\d+$/.test(next) ? [] : {}) as Record<string, unknown>;
  }
}

describe.skipIf(!hasShared(FIRST))('the example of the first contract', () => {
  const [input = '', output = ''] = hasShared(FIRST)
    ? readFileSync(join(SHARED, FIRST), 'utf8').split(/^\/\/ Sample response.*$/m)
    : [];

  it('is read whole, and written as it was but for the type of the date', () => {
    const resource = parametersInFsh(input);
    const { contract, intervention, where, findings } = readParameters(resource);
    if (intervention === undefined) throw new Error('not read');
    expect({ contract, findings }).toEqual({ contract: 'procedure', findings: [] });
    expect(intervention.implants).toHaveLength(3);
    const written = writeParameters(intervention, 'procedure', where).parameters;
    const expected = JSON.stringify(resource).replace('valueDateTime', 'valueDate');
    expect(written).toEqual(JSON.parse(expected));
  });

  it('cannot be said in today’s contract: its codes, and an implant without UDI', () => {
    const { parameters, findings } = convertParameters(parametersInFsh(input), 'registre');
    expect(parameters).toBeUndefined();
    expect(findings.map(({ path, code }) => [path, code])).toEqual([
      ['Parameters.parameter[1].part[1].value', 'code-invalid'],
      ['Parameters.parameter[2].part[5].value', 'code-invalid'],
      ['Parameters.parameter[3].part[5].value', 'code-invalid'],
      ['Parameters.parameter[4].part', 'required'],
      ['Parameters.parameter[4].part[4].value', 'code-invalid'],
    ]);
  });

  it('has an answer whose only identifier is a NIR', () => {
    const association = readAssociation(200, parametersInFsh(output));
    expect(association.verdict).toBe('accepted');
    expect(association.identifiers).toMatchObject([{ name: 'procedureReference', isRegistry: false }]);
    expect(registryId(association)).toBeUndefined();
  });
});
