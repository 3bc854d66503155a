import { array, assert, constantFrom, oneof, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import { readProfessionals } from '../../../src/formats/vihf/professionals.ts';

/** Identifier, then the codes of the roles. */
function read(csv: string): Record<string, string> {
  const entries = [...readProfessionals(csv)].map(([id, roles]) => [
    id,
    roles.map(role => role?.code).join('+'),
  ]);
  return Object.fromEntries(entries);
}

function fault(csv: string): GatewayError {
  try {
    readProfessionals(csv);
  } catch (thrown) {
    if (thrown instanceof GatewayError) return thrown;
    throw thrown;
  }
  throw new Error('the file was read');
}

/** `read`, or the code of the fault. */
function outcome(csv: string): string {
  try {
    readProfessionals(csv);
    return 'read';
  } catch (thrown) {
    return thrown instanceof GatewayError ? thrown.code : String(thrown);
  }
}

const DOCTOR = '810009990017;10;SM03';
const NURSE = '810009990025;60;';
const BOTH = { '810009990017': '10+SM03', '810009990025': '60' };

describe('readProfessionals reads', () => {
  it.each<[string, string, Record<string, string>]>([
    ['LF', `${DOCTOR}\n${NURSE}\n`, BOTH],
    ['CRLF', `${DOCTOR}\r\n${NURSE}\r\n`, BOTH],
    ['CR', `${DOCTOR}\r${NURSE}`, BOTH],
    ['a byte order mark', `\uFEFF${DOCTOR}\n${NURSE}`, BOTH],
    ['a heading', `id;profession;savoir-faire\n${DOCTOR}\n${NURSE}`, BOTH],
    [
      'a byte order mark, a heading, CRLF',
      `\uFEFFIdentifiant;Profession;Savoir-faire\r\n${DOCTOR}\r\n${NURSE}`,
      BOTH,
    ],
    [
      'blank lines, also before the heading',
      `\n;;\nid;profession;savoir-faire\n\n${DOCTOR}\n  \n${NURSE}`,
      BOTH,
    ],
    ['quotes and blanks', `"810009990017" ; "10";" sm03 "\n${NURSE}`, BOTH],
    ['empty columns behind', `${DOCTOR};;\n810009990025;60`, BOTH],
    ['the same line twice', `${DOCTOR}\n${NURSE}\n${DOCTOR}`, BOTH],
    ['an RPPS number without its digit', '10009990017;10;SM03', { '810009990017': '10+SM03' }],
    ['an ADELI number without its digit', '759312345;93', { '0759312345': '93' }],
    ['a number inside a structure, as it is', '3120456789/Ide-7;60', { '3120456789/Ide-7': '60' }],
    ['nothing', '', {}],
    ['a heading alone', 'id;profession;savoir-faire\n', {}],
  ])('%s', (_, csv, expected) => {
    expect(read(csv)).toEqual(expected);
  });
});

describe('readProfessionals refuses, and says which line', () => {
  it.each<[string, string, number, string]>([
    ['no identifier on the first line', ';10;SM03', 1, 'identifiant'],
    ['a word for one on the first line', 'KERVELLA;10;SM03', 1, 'identifiant'],
    ['no identifier', `${DOCTOR}\n;60;`, 2, 'identifiant'],
    ['an identifier of no form', 'id;p;s\n1234;60;', 2, 'identifiant'],
    ['what a spreadsheet made of one', '8,1E+11;60;', 1, 'identifiant'],
    ['an INS', '285062901904262;60;', 1, 'identifiant'],
    ['a second heading', `${DOCTOR}\nid;profession;savoir-faire`, 2, 'identifiant'],
    ['no profession', '810009990025', 1, 'profession'],
    ['a profession that is none', '810009990025;77;', 1, 'profession'],
    ['an automate', '810009990025;AUTOMATE;', 1, 'profession'],
    ['a name of JavaScript', '810009990025;constructor;__proto__', 1, 'profession'],
    ['a doctor without speciality', `\n\r\n${NURSE}\n810009990017;10;`, 4, 'savoir-faire'],
    ['a pharmacist with that of a doctor', '810009990017;21;SM03', 1, 'savoir-faire'],
    ['commas', '810009990017,10,SM03', 1, 'identifiant'],
    ['a fourth column', `${DOCTOR};KERVELLA`, 1, 'colonnes'],
    ['two roles for one person', `${DOCTOR}\n10009990017;10;SM54`, 2, 'déjà'],
  ])('%s', (_, csv, line, why) => {
    const { code, fault: plain } = fault(csv);
    expect(code).toBe('DMP-021');
    expect(plain.fields).toEqual({ line, faults: 1 });
    expect(plain.detail).toMatch(new RegExp(`^Ligne ${line} : .*${why}.*\\.$`));
  });

  it('every line at once, the first five by number', () => {
    const { fields, publicText } = fault([DOCTOR, ...Array.from({ length: 7 }, () => 'x1;60;')].join('\n'));
    expect(fields).toEqual({ line: 2, faults: 7 });
    expect(publicText).toContain('Ligne 6 :');
    expect(publicText).not.toContain('Ligne 7 :');
    expect(publicText).toContain('2 autres lignes à corriger.');
  });

  it('without a word of the file', () => {
    expect(JSON.stringify(fault('8100099900173;MARTEL;ANNE').fault)).not.toMatch(/8100|MARTEL|ANNE/);
  });

  it('whatever the file holds: it reads it, or throws DMP-021', () => {
    const cell = oneof(constantFrom('810009990017', '10', 'SM03', '"', ';', '\r\n', '\uFEFF'), string());
    assert(property(array(cell), cells => ['read', 'DMP-021'].includes(outcome(cells.join(';')))));
  });

  it('a hostile file, in time', () => {
    expect(fault(`${'"'.repeat(500_000)};60;\n${';'.repeat(500_000)}x`).fields).toEqual({
      line: 1,
      faults: 2,
    });
  });
});
