import { describe, expect, it } from 'vitest';
import type { FhirResource, Finding } from '../../../../src/formats/fhir/resource.ts';
import { FLOW_PROFILES, rulesFor } from '../../../../src/formats/fhir/rules/rules-for.ts';
import { capabilityStatement } from '../../../../src/formats/fhir/sas/capability-statement.ts';
import { checkPractitioner } from '../../../../src/formats/fhir/sas/check-practitioner.ts';
import { judgeHookAnswer, refusalOutcome } from '../../../../src/formats/fhir/sas/hook-answer.ts';
import { identifiersOf, isActive, withId } from '../../../../src/formats/fhir/sas/practitioner.ts';
import { validate } from '../../../../src/formats/fhir/validation/validate.ts';
import { national, regulator, technical } from '../../../kit/fhir-sas.ts';

const UUID = 'b6e39355-8a41-4c5e-9d0a-2f1f0c6b7a10';
const findingsOf = (resource: FhirResource): Finding[] =>
  validate(resource, rulesFor('sas'), FLOW_PROFILES.sas);

describe('an account', () => {
  it.each<[string, FhirResource, 400 | 422 | undefined]>([
    ['the guide’s', regulator([national('3456780581/11242343')]), undefined],
    ['with both identifiers', regulator([national('810002673899'), technical(UUID)]), undefined],
    ['without a name', regulator([national('8')], { name: undefined }), 422],
    [
      'with a telephone number alone',
      regulator([national('8')], { telecom: [{ system: 'phone', value: '1' }] }),
      422,
    ],
    ['with an empty list of names', regulator([national('8')], { name: [] }), 400],
    ['with an unknown gender', regulator([national('8')], { gender: 'x' }), 400],
    ['of somebody else’s kind', { resourceType: 'Patient' }, 400],
  ])('%s', (_, resource, refusal) => {
    const read = JSON.parse(JSON.stringify(resource)) as FhirResource;
    const checked = checkPractitioner(read, findingsOf(read), 'refuse');
    expect(checked.refusal).toBe(refusal);
    expect(checked.findings.some(({ severity }) => severity === 'error')).toBe(refusal !== undefined);
  });

  it.each<[string, FhirResource, 400 | 422 | undefined]>([
    ['without a name', regulator([national('8')], { name: undefined }), undefined],
    ['that nobody could find again', regulator([{ value: '8' }]), 422],
    ['of somebody else’s kind', { resourceType: 'Patient' }, 400],
  ])('%s, where findings are warnings', (_, resource, refusal) => {
    const { findings, ...checked } = checkPractitioner(resource, findingsOf(resource), 'warn');
    expect(checked.refusal).toBe(refusal);
    expect(findings.some(({ severity }) => severity === 'error')).toBe(true);
  });

  it('is found by each of its identifiers once', () => {
    const resource = regulator([national('8'), { value: 'x' }, 'x', national('8'), technical(UUID)]);
    expect(identifiersOf(resource).map(({ value, path }) => [value, path])).toEqual([
      ['8', 'Practitioner.identifier[0]'],
      [UUID, 'Practitioner.identifier[4]'],
    ]);
  });

  it.each([
    [UUID.toUpperCase(), UUID],
    [`URN:UUID:${UUID.toUpperCase()}`, `urn:uuid:${UUID}`],
    ['ABC-1', 'ABC-1'],
  ])('is known by %s as %s', (value, compared) => {
    expect(identifiersOf(regulator([technical(value)])).map(each => each.value)).toEqual([compared]);
  });

  it('is active unless it says otherwise, and has our id', () => {
    expect([{}, { active: true }, { active: false }].map(each => isActive(regulator([], each)))).toEqual([
      true,
      true,
      false,
    ]);
    expect(withId(regulator([], { id: 'theirs' }), 'ours')['id']).toBe('ours');
  });
});

describe('what the hook answers', () => {
  it.each([
    [200, 'taken'],
    [201, 'taken'],
    [204, 'taken'],
    [302, 'later'],
    [400, 'refused'],
    [401, 'later'],
    [403, 'refused'],
    [404, 'refused'],
    [408, 'later'],
    [409, 'refused'],
    [422, 'refused'],
    [429, 'later'],
    [500, 'later'],
    [503, 'later'],
  ])('%i: %s', (status, verdict) => {
    expect(judgeHookAnswer(status, Buffer.from(''))).toBe(verdict);
  });

  it.each([
    ['error', 'business-rule', 'refused'],
    ['fatal', 'structure', 'refused'],
    ['error', 'lock-error', 'later'],
    ['error', 'transient', 'later'],
    ['error', 'expired', 'later'],
    ['warning', 'business-rule', 'taken'],
    ['information', 'informational', 'taken'],
  ])('a 200 whose issue is %s %s: %s', (severity, code, verdict) => {
    const outcome = { resourceType: 'OperationOutcome', issue: [{ severity, code }] };
    expect(judgeHookAnswer(200, Buffer.from(JSON.stringify(outcome)))).toBe(verdict);
  });

  it('is passed on where it says why', () => {
    const outcome = { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'conflict' }] };
    expect(refusalOutcome(Buffer.from(JSON.stringify(outcome)))).toEqual(outcome);
    for (const text of [
      '',
      'non',
      '{"resourceType":"Practitioner"}',
      '{"resourceType":"OperationOutcome"}',
    ]) {
      expect(refusalOutcome(Buffer.from(text))).toMatchObject({ issue: [{ code: 'processing' }] });
    }
  });
});

it('the CapabilityStatement has what R4 requires of one of an instance', () => {
  const statement = capabilityStatement({
    url: 'https://sas.example/fhir/sas',
    software: { name: 'pfi-gateway', version: '1' },
    date: new Date('2026-11-20T08:00:00Z'),
  });
  expect(statement).toMatchObject({
    status: 'active',
    date: '2026-11-20T08:00:00.000Z',
    kind: 'instance',
    fhirVersion: '4.0.1',
    implementation: { url: 'https://sas.example/fhir/sas' },
  });
});
