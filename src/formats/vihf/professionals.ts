import { isDeepStrictEqual } from 'node:util';
import { GatewayError } from '../../errors/gateway-error.ts';
import { nationalId } from './professional-id.ts';
import { rolesOfProfession, type VihfRoles } from './subject-roles.ts';

/** What the hospital's professionals are to the DMP, by PS_IdNat. */
export type Professionals = ReadonlyMap<string, VihfRoles>;

interface Line {
  /** From 1. */
  readonly number: number;
  readonly cells: readonly string[];
}

/** What is wrong with a line, in French. */
interface LineFault {
  readonly line: number;
  readonly why: string;
}

/** The most faults that are told at once. */
const MAX_TOLD = 5;

/** Why a line's profession or speciality is not taken. */
const WRONG = {
  profession: 'profession inconnue',
  speciality: 'savoir-faire absent ou inconnu : un médecin ou un pharmacien n’est pas annoncé sans lui',
} as const;

/**
 * Reads the file of professionals: `identifiant;profession;savoir-faire`, one a line, with or without a heading, in any
 * kind of line ends, quoted or not. The identifier is a PS_IdNat, an RPPS or an ADELI number.
 *
 * @param csv the file's text; a byte order mark is passed over.
 * @throws GatewayError DMP-021; its detail names the lines, its field `line` the first of them
 */
export function readProfessionals(csv: string): Professionals {
  const professionals = new Map<string, VihfRoles>();
  const faults: LineFault[] = [];
  for (const line of linesOf(csv)) {
    const entry = readLine(line, professionals);
    if ('why' in entry) faults.push(entry);
    else professionals.set(entry.id, entry.roles);
  }
  const [first] = faults;
  if (first === undefined) return professionals;
  throw new GatewayError('DMP-021', {
    detail: told(faults),
    fields: { line: first.line, faults: faults.length },
  });
}

/** The lines that say something, without the heading: a first line of words where identifier and profession would be. */
function linesOf(csv: string): Line[] {
  const lines = csv
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .map((text, index) => ({ number: index + 1, cells: text.split(';').map(cellOf) }))
    .filter(({ cells }) => cells.some(cell => cell !== ''));
  const [first] = lines;
  const isHeading =
    first !== undefined && [0, 1].every(column => /^\p{L}\D*$/u.test(first.cells[column] ?? ''));
  return isHeading ? lines.slice(1) : lines;
}

function cellOf(text: string): string {
  const cell = text.trim();
  return (/^"(.*)"$/.exec(cell)?.[1] ?? cell).trim();
}

function readLine(
  { number: line, cells }: Line,
  known: Professionals,
): LineFault | { readonly id: string; readonly roles: VihfRoles } {
  const [given = '', profession = '', speciality = '', ...more] = cells;
  if (more.some(cell => cell !== '')) return { line, why: 'plus de trois colonnes' };
  const id = nationalId(given);
  if (id === undefined) return { line, why: 'identifiant national absent ou mal formé' };
  const roles = rolesOfProfession(profession.toUpperCase(), speciality.toUpperCase());
  if (typeof roles === 'string') return { line, why: WRONG[roles] };
  const before = known.get(id);
  if (before !== undefined && !isDeepStrictEqual(before, roles))
    return { line, why: 'identifiant déjà donné, avec un autre rôle' };
  return { id, roles };
}

function told(faults: readonly LineFault[]): string {
  const lines = faults.slice(0, MAX_TOLD).map(({ line, why }) => `Ligne ${line} : ${why}.`);
  const more = faults.length - MAX_TOLD;
  if (more > 0) lines.push(`${more} autre${more > 1 ? 's' : ''} ligne${more > 1 ? 's' : ''} à corriger.`);
  return lines.join(' ');
}
