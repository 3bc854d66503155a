import { describe, expect, it } from 'vitest';
import { sourceIdOf, uuidOid } from '../../../src/formats/xdm/oid.ts';

const OID = /^[0-2](?:\.(?:0|[1-9]\d*))+$/;

describe('uuidOid', () => {
  it.each([
    ['f81d4fae-7dec-11d0-a765-00a0c91e6bf6', '2.25.329800735698586629295641978511506172918'],
    ['00000000-0000-0000-0000-000000000000', '2.25.0'],
    ['FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF', '2.25.340282366920938463463374607431768211455'],
  ])('%s', (uuid, oid) => {
    expect(uuidOid(uuid)).toBe(oid);
  });
});

describe('sourceIdOf', () => {
  it('is the national identifier below its arc', () => {
    expect(sourceIdOf('1120456789')).toBe('1.2.250.1.71.4.2.2.1120456789');
    expect(sourceIdOf('318003502400041')).toBe('1.2.250.1.71.4.2.2.318003502400041');
  });

  it.each(['12A0000014', '0123456789', '', '1.2', 'CHU X', '9'.repeat(50), '1120456789\n'])(
    'is an OID made of anything else: %j',
    structureId => {
      const oid = sourceIdOf(structureId);
      expect(oid).toMatch(OID);
      expect(oid.length).toBeLessThanOrEqual(64);
      expect(oid.startsWith('2.25.')).toBe(true);
      expect(sourceIdOf(structureId)).toBe(oid);
      expect(sourceIdOf(`${structureId}1`)).not.toBe(oid);
    },
  );

  it('is a version 5 UUID in the name space of OIDs', () => {
    // python3: uuid.uuid5(uuid.NAMESPACE_OID, '1.2.250.1.71.4.2.2.12A0000014').int
    expect(sourceIdOf('12A0000014')).toBe('2.25.83371044709680453509035831406030262186');
  });
});
