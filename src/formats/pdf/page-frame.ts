import { birthNameOf, insOf, usedNameOf } from '../cda/identity.ts';
import type { CdaHeader, PatientHeader } from '../cda/types.ts';
import type { Canvas } from './canvas.ts';
import { clipped, frenchDate } from './french.ts';
import { COLOR, type Face, PAGE, SIZE } from './theme.ts';
import type { TypeSetter } from './type-setter.ts';

/**
 * What stands in the margins of each page: whose document it is, which, and the page's number.
 *
 * @param total the number of pages.
 * @returns draws the margins of the page of a number, from 1.
 */
export function createPageFrame(
  header: CdaHeader,
  title: string,
  total: number,
  setter: TypeSetter,
): (canvas: Canvas, page: number) => void {
  const right = PAGE.width - PAGE.right;
  const middle = (right + PAGE.left) / 2;
  const patient = fitted(identityLine(header.patient), 'bold', right - PAGE.left - 60, setter);
  const name = fitted(title, 'regular', middle + 60, setter);
  const rule = (canvas: Canvas, y: number) => canvas.line(PAGE.left, y, right, y, 0.5, COLOR.line);

  return (canvas, page) => {
    const number = `Page ${page} / ${total}`;
    const numberX = right - setter.width(number, 'regular', SIZE.small);
    const footer = PAGE.height - 30;
    canvas.text(patient, PAGE.left, 34, 'bold', SIZE.small, COLOR.ink);
    rule(canvas, 41);
    rule(canvas, footer - 12);
    canvas.text(name, PAGE.left, footer, 'regular', SIZE.small, COLOR.muted);
    canvas.text(number, numberX, footer, 'regular', SIZE.small, COLOR.muted);
  };
}

/** Who the patient is, on one line: names, birth date, sex, INS or first identifier. */
export function identityLine(patient: PatientHeader): string {
  const birth = birthNameOf(patient);
  const used = usedNameOf(patient);
  const usedName = [used?.family, used?.given].filter(Boolean).join(' ');
  const birthName = [birth?.family, birth?.given].filter(Boolean).join(' ');
  const isOther = birthName !== '' && used?.family !== undefined && used.family !== birth?.family;
  const name = birthName === '' ? usedName : birthName;
  const ins = insOf(patient);
  const [first] = patient.identifiers;
  const facts = [
    isOther ? `${name} (nom utilisé : ${usedName})` : name,
    patient.birthTime === undefined ? undefined : `${bornWord(patient)} ${frenchDate(patient.birthTime)}`,
    patient.gender === 'M' || patient.gender === 'F' ? `sexe ${patient.gender}` : undefined,
    ins === undefined ? first?.extension && `identifiant ${first.extension}` : `INS ${ins.extension}`,
  ];
  return facts
    .filter(Boolean)
    .map(fact => clipped(fact ?? '', 120))
    .join(' · ');
}

function bornWord({ gender }: PatientHeader): string {
  if (gender === 'M') return 'né le';
  return gender === 'F' ? 'née le' : 'né(e) le';
}

/** A text as far as a width has room for it. */
function fitted(text: string, face: Face, width: number, setter: TypeSetter): string {
  let shown = '';
  let taken = setter.width('…', face, SIZE.small);
  for (const character of setter.showable(text, face)) {
    taken += setter.width(character, face, SIZE.small);
    if (taken > width) return `${shown.trimEnd()}…`;
    shown += character;
  }
  return shown;
}
