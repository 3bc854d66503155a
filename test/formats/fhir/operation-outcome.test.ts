import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import { isError, outcomeOf, readOutcome } from '../../../src/formats/fhir/operation-outcome.ts';
import { classify, mayBeDone, statusOf } from '../../../src/formats/fhir/operation-outcome-class.ts';
import type { Finding } from '../../../src/formats/fhir/resource.ts';

const FINDING: Finding = {
  severity: 'error',
  code: 'required',
  path: 'Bundle.entry[0].resource.name',
  message: 'Cet élément manque.',
  rule: 'tddui-patient',
};

function outcome(...issues: (string | object)[]) {
  return {
    resourceType: 'OperationOutcome',
    issue: issues.map(issue => (typeof issue === 'string' ? { severity: 'error', code: issue } : issue)),
  };
}

function inParameters(name: string, ...issues: (string | object)[]) {
  return { resourceType: 'Parameters', parameter: [{ name, resource: outcome(...issues) }] };
}

describe('outcomeOf', () => {
  it('says findings, which are read back', () => {
    expect(readOutcome(outcomeOf([FINDING]))).toEqual([
      {
        severity: 'error',
        code: 'required',
        diagnostics: 'Cet élément manque.',
        details: ['tddui-patient'],
        expression: ['Bundle.entry[0].resource.name'],
      },
    ]);
  });

  it('has an issue even where nothing is wrong', () => {
    const issues = readOutcome(outcomeOf([]));
    expect(issues).toHaveLength(1);
    expect(issues.some(isError)).toBe(false);
  });

  it.each([
    ['FHIR-001', 'structure'],
    ['FHIR-002', 'too-long'],
    ['FHIR-004', 'transient'],
    ['FHIR-007', 'timeout'],
    ['FHIR-009', 'processing'],
    ['GEN-001', 'exception'],
  ] as const)('says %s as %s, in French', (fault, code) => {
    const [issue] = readOutcome(outcomeOf(new GatewayError(fault, { detail: 'Détail.' })));
    expect(issue).toMatchObject({ severity: 'error', code, details: [fault] });
    expect(issue?.diagnostics).toMatch(/Détail\.$/);
  });
});

describe('readOutcome', () => {
  it.each([
    ['code 0 without severity', { code: '0' }, 'information'],
    ['code 0 as a number', { code: 0 }, 'information'],
    ['code 0 in details', { details: { coding: [{ code: '0' }] } }, 'information'],
    ['a success of R5', { severity: 'success', code: 'success' }, 'information'],
    ['informational without severity', { code: 'informational' }, 'information'],
    ['capitals', { severity: 'Warning', code: 'VALUE' }, 'warning'],
    ['an error with code 0', { severity: 'error', code: '0' }, 'error'],
    ['a code without severity', { code: 'required' }, 'error'],
    ['an unknown severity', { severity: 'grave', code: '0' }, 'error'],
    ['nothing', {}, 'error'],
    ['no object', 'KO', 'error'],
  ])('%s', (_, issue, severity) => {
    expect(readOutcome({ resourceType: 'OperationOutcome', issue: [issue] })[0]?.severity).toBe(severity);
  });

  it.each([
    ['in Parameters', inParameters('result', 'value')],
    ['as a part', { resourceType: 'Parameters', parameter: [{ part: [{ resource: outcome('value') }] }] }],
    ['as an entry', { resourceType: 'Bundle', entry: [{ resource: outcome('value') }] }],
    ['of an entry', { resourceType: 'Bundle', entry: [{ response: { outcome: outcome('value') } }] }],
    ['in a list', [outcome('value')]],
    ['without its list', { resourceType: 'OperationOutcome', issue: { severity: 'error', code: 'value' } }],
  ])('finds one %s', (_, body) => {
    expect(readOutcome(body).map(({ code }) => code)).toEqual(['value']);
  });

  it.each([
    undefined,
    null,
    'KO',
    1,
    {},
    { resourceType: 'Patient' },
    { resourceType: 'Bundle', entry: [null] },
  ])('finds none in %j', body => {
    expect(readOutcome(body)).toEqual([]);
  });

  it('takes location where expression is missing', () => {
    const [issue] = readOutcome(outcome({ severity: 'error', code: 'value', location: ['Bundle.type'] }));
    expect(issue?.expression).toEqual(['Bundle.type']);
  });
});

describe('classify', () => {
  const AGAIN = ['transient', 'timeout', 'throttled', 'lock-error', 'no-store', 'exception', 'incomplete'];
  const PERSON = ['structure', 'required', 'value', 'invariant', 'invalid', 'code-invalid', 'business-rule'];

  it.each(AGAIN)('500 with %s: again', code => {
    for (const flow of ['dmi', 'dui', 'renacot'] as const)
      expect(classify(flow, 500, outcome(code))).toBe('later');
  });

  it.each([...PERSON, 'duplicate', 'processing', 'not-supported', 'forbidden', 'conflict'])(
    '500 with %s: a person',
    code => {
      for (const flow of ['dmi', 'dui', 'renacot'] as const)
        expect(classify(flow, 500, outcome(code))).toBe('refused');
    },
  );

  it.each([
    ['dmi', 500, undefined, 'later'],
    ['dmi', 500, '<html>', 'later'],
    ['dmi', 500, outcome('exception', 'required'), 'refused'],
    ['dmi', 500, outcome({ severity: 'warning', code: 'value' }, 'timeout'), 'later'],
    ['dmi', 500, outcome('a code of their own'), 'later'],
    ['dmi', 400, outcome('a code of their own'), 'refused'],
    ['dmi', 500, outcome('login'), 'later'],
    ['dmi', 500, outcome('expired'), 'later'],
    ['dmi', 401, outcome('expired'), 'unauthorised'],
    ['dmi', 401, outcome('required'), 'unauthorised'],
    ['dmi', 403, undefined, 'refused'],
    ['dmi', 409, outcome('lock-error'), 'later'],
    ['dmi', 409, undefined, 'refused'],
    ['dmi', 408, undefined, 'later'],
    ['dmi', 429, outcome('required'), 'later'],
    ['dmi', 503, undefined, 'later'],
    ['dmi', 502, undefined, 'unreadable'],
    ['dmi', 504, undefined, 'unreadable'],
    ['dmi', 504, outcome('timeout'), 'later'],
    ['dmi', 501, undefined, 'refused'],
    ['dmi', 301, undefined, 'unreadable'],
    ['dui', 303, undefined, 'unreadable'],
    ['dmi', 307, outcome('structure'), 'refused'],
    ['dmi', 422, outcome('processing'), 'refused'],
    ['dui', 422, undefined, 'refused'],
    ['renacot', 422, inParameters('result', 'processing'), 'pairing'],
    ['renacot', 422, undefined, 'pairing'],
    ['renacot', 422, outcome('required'), 'pairing'],
    ['renacot', 422, outcome('throttled'), 'later'],
    ['renacot', 400, inParameters('result', 'required', 'required'), 'refused'],
    ['renacot', 429, inParameters('result', 'throttled'), 'later'],
    ['renacot', 500, inParameters('result', 'exception'), 'later'],
    ['renacot', 200, inParameters('operationOutcome', { code: '0' }), 'accepted'],
    ['renacot', 200, outcome({ severity: 'information', code: 'informational' }), 'accepted'],
    ['renacot', 200, inParameters('result', 'processing'), 'pairing'],
    ['renacot', 200, inParameters('result', 'required'), 'refused'],
    ['renacot', 200, inParameters('result', 'exception'), 'later'],
    ['renacot', 200, { resourceType: 'Parameters' }, 'unreadable'],
    ['renacot', 200, { resourceType: 'Bundle', entry: [] }, 'unreadable'],
    ['renacot', 200, undefined, 'unreadable'],
    ['renacot', 200, outcome({ severity: 'information', code: '0' }), 'accepted'],
    ['renacot', 200, outcome({ severity: 'information', code: '12' }), 'unreadable'],
    ['renacot', 200, outcome({ severity: 'warning', code: -1 }), 'unreadable'],
    ['renacot', 200, outcome(), 'unreadable'],
    ['dmi', 200, outcome(), 'unreadable'],
    ['dmi', 200, undefined, 'unreadable'],
    ['dmi', 200, '<html>', 'unreadable'],
    ['dmi', 202, outcome({ severity: 'information', code: 'informational' }), 'unreadable'],
    ['dmi', 200, outcome('value'), 'refused'],
    ['dmi', 200, outcome({ severity: 'warning', code: 'value' }), 'accepted'],
    ['dui', 201, { resourceType: 'Bundle', entry: [] }, 'accepted'],
    ['dui', 201, [{ resourceType: 'Patient' }], 'accepted'],
    ['dui', 201, [{}], 'unreadable'],
    ['dui', 201, { resourceType: 'Patient' }, 'unreadable'],
  ] as const)('%s %i %j: %s', (flow, status, body, verdict) => {
    expect(classify(flow, status, body)).toBe(verdict);
  });

  it.each([
    [500, outcome('timeout'), true],
    [502, outcome('transient'), true],
    [504, undefined, true],
    [
      200,
      { resourceType: 'Bundle', entry: [{ response: { status: '201' } }, { response: { status: '500' } }] },
      true,
    ],
    [200, { resourceType: 'Bundle', entry: [{ response: { status: '500' } }] }, false],
    [500, outcome({ severity: 'warning', code: 'timeout' }, 'transient'), false],
    [503, undefined, false],
  ])('%i %j may be done: %j', (status, body, expected) => {
    expect(mayBeDone(status, body)).toBe(expected);
  });

  it('reads every entry of a 200', () => {
    const entries = (...responses: object[]) => ({
      resourceType: 'Bundle',
      type: 'transaction-response',
      entry: responses.map(response => ({ response })),
    });
    const yes = { status: '201 Created' };
    expect(classify('dmi', 200, entries(yes, yes))).toBe('accepted');
    expect(classify('dmi', 200, entries(yes, { status: '400' }))).toBe('refused');
    expect(classify('dmi', 200, entries(yes, { status: '500', outcome: outcome('timeout') }))).toBe('later');
    expect(classify('dmi', 200, entries({ status: '429' }, { status: '400' }))).toBe('refused');
    expect(classify('dmi', 200, entries({ ...yes, outcome: outcome('value') }))).toBe('refused');
  });

  it.each([
    ['201 Created', 201],
    ['201', 201],
    [201, 201],
    ['2010', undefined],
    ['Created', undefined],
    [undefined, undefined],
  ])('status %j is %j', (said, status) => {
    expect(statusOf(said)).toBe(status);
  });
});
