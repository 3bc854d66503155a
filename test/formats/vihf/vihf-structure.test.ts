import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import type { RequestSender } from '../../../src/formats/hl7/request-types.ts';
import { secretConnectionOf } from '../../../src/formats/vihf/secret-connection.ts';
import { activitySector, structureOf } from '../../../src/formats/vihf/vihf-structure.ts';

const ST = 'ASIP-SANTE-ST&1.2.250.1.71.4.2.2&ISO';
const STRUCTURES = [
  { id: '1120456789', name: 'CHU X', sector: 'SA01' },
  { id: '12A0000014', name: 'Laboratoire des Embruns', sector: 'SA25' },
  { id: '355210055400013', name: 'Cabinet', sector: 'SA07' },
];
const sender = (
  id: string | undefined,
  type: string | undefined,
  authority: string | undefined = ST,
): RequestSender => ({
  person: ['810009990017', 'KERVELLA', 'Yann'],
  organization: { name: 'l^a&bo', id, type, authority },
  device: undefined,
});

function code(run: () => unknown): string {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof GatewayError) return thrown.code;
    throw thrown;
  }
  return 'taken';
}

describe('structureOf', () => {
  it.each<[string, RequestSender, string, string]>([
    ['Struct_IdNat', sender('1120456789', 'IDNST'), '1120456789', 'SA01'],
    ['a FINESS of a place', sender('120456789', 'FINEG'), '1120456789', 'SA01'],
    ['a FINESS of a legal entity', sender('120456789', 'FINEJ'), '1120456789', 'SA01'],
    ['a FINESS with its digit', sender('1120456789', 'FINEG'), '1120456789', 'SA01'],
    ['a FINESS of Corsica', sender('2A0000014', 'FINEG'), '12A0000014', 'SA25'],
    ['a SIRET', sender('55210055400013', 'SIRET'), '355210055400013', 'SA07'],
    ['a number without authority', sender('120456789', 'FINEG', ''), '1120456789', 'SA01'],
  ])('finds %s', (_, given, id, sector) => {
    expect(structureOf(given, STRUCTURES)).toMatchObject({
      id,
      sector: { code: sector, system: '1.2.250.1.71.4.2.4' },
    });
  });

  it.each<[string, RequestSender | undefined]>([
    ['no PRT', undefined],
    ['no PRT-8', { ...sender('1', 'FINEG'), organization: undefined }],
    ['a name alone', sender(undefined, undefined)],
    ['nine digits of no type', sender('120456789', undefined)],
    ['nine digits of another type', sender('120456789', 'SIREN')],
    ['another structure', sender('120456780', 'FINEG')],
    ['the start of one', sender('112045678', 'IDNST')],
    ['a pattern', sender('.*', 'IDNST')],
    ['what is not configured twice over', sender('11120456789', 'FINEG')],
  ])('refuses %s', (_, given) => {
    expect(code(() => structureOf(given, STRUCTURES))).toBe('DMP-015');
  });

  it('refuses everything where nothing is configured, and a sector that is none', () => {
    expect(code(() => structureOf(sender('120456789', 'FINEG'), []))).toBe('DMP-015');
    const wrong = [{ id: '1120456789', sector: 'SA99' }];
    expect(code(() => structureOf(sender('120456789', 'FINEG'), wrong))).toBe('DMP-017');
  });
});

describe('activitySector', () => {
  it.each<[string, string | undefined]>([
    ['SA01', 'Etablissement public de santé'],
    ['SA99', undefined],
    ['', undefined],
    ['constructor', undefined],
  ])('%s', (sector, display) => {
    expect(activitySector(sector)?.display).toBe(display);
  });
});

describe('secretConnectionOf', () => {
  it.each<[boolean, string | undefined, string | undefined]>([
    [false, undefined, undefined],
    [false, 'SECRET', undefined],
    [true, 'SECRET', 'SECRET'],
  ])('asked %s, configured %s', (asked, configured, expected) => {
    expect(secretConnectionOf(asked, configured)).toBe(expected);
  });

  it.each([undefined, '', ' '])(
    'never goes openly where it is asked for and %j is configured',
    configured => {
      expect(code(() => secretConnectionOf(true, configured))).toBe('DMP-016');
    },
  );
});
