import { describe, expect, it } from 'vitest';
import { readAssociation, registryId } from '../../../../src/formats/fhir/renacot/association.ts';

const YES = { resourceType: 'OperationOutcome', issue: [{ severity: 'information', code: 'informational' }] };
const ZERO = { resourceType: 'OperationOutcome', issue: [{ code: '0', diagnostics: 'OK' }] };
const NO = { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'processing' }] };
const ID = { system: 'https://registres.renacot.org/procedure', value: 'RENACOT-2026-1' };

function parameters(...parameter: object[]) {
  return { resourceType: 'Parameters', parameter };
}

describe('readAssociation', () => {
  it.each<[string, unknown, verdict: string, id: string | undefined]>([
    [
      'result and idRegistre',
      parameters({ name: 'result', resource: YES }, { name: 'idRegistre', valueIdentifier: ID }),
      'accepted',
      ID.value,
    ],
    [
      'operationOutcome and referenceRegistre',
      parameters(
        { name: 'operationOutcome', resource: ZERO },
        { name: 'referenceRegistre', valueIdentifier: ID },
      ),
      'accepted',
      ID.value,
    ],
    [
      'an id of another system',
      parameters({ name: 'result', resource: YES }, { name: 'idRegistre', valueIdentifier: { value: '7' } }),
      'accepted',
      '7',
    ],
    ['an id as a text', parameters({ name: 'idregistre', valueString: '7' }), 'accepted', '7'],
    [
      'procedureReference of the registry',
      parameters({ name: 'result', resource: YES }, { name: 'procedureReference', valueIdentifier: ID }),
      'accepted',
      ID.value,
    ],
    [
      'a part',
      parameters({
        name: 'return',
        part: [
          { name: 'result', resource: YES },
          { name: 'idRegistre', valueIdentifier: ID },
        ],
      }),
      'accepted',
      ID.value,
    ],
    ['an OperationOutcome alone', YES, 'accepted', undefined],
    ['code 0 alone', ZERO, 'accepted', undefined],
    [
      'an error beside an id',
      parameters({ name: 'result', resource: NO }, { name: 'idRegistre', valueIdentifier: ID }),
      'pairing',
      ID.value,
    ],
    ['nothing', undefined, 'unreadable', undefined],
  ])('reads %s', (_, body, verdict, id) => {
    const association = readAssociation(200, body);
    expect(association.verdict).toBe(verdict);
    expect(registryId(association)?.value).toBe(id);
  });

  it('gives every identifier back, and knows which is no registry’s', () => {
    const nir = { system: 'http://france.fr/nir', value: '2550814168025' };
    const { identifiers } = readAssociation(
      200,
      parameters(
        { name: 'operationOutcome', resource: YES },
        { name: 'procedureReference', valueIdentifier: nir },
        { name: 'referenceRegistre', valueIdentifier: ID },
      ),
    );
    expect(identifiers).toEqual([
      { name: 'procedureReference', ...nir, isRegistry: false },
      { name: 'referenceRegistre', ...ID, isRegistry: true },
    ]);
  });
});
