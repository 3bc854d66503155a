import { birthNameOf, INS_KINDS, insOf, uniqueIdOf, usedNameOf } from '../cda/identity.ts';
import { PLAIN } from '../cda/narrative-style.ts';
import type { Cell, Inline, Row, Table } from '../cda/narrative-types.ts';
import type { Author, CdaHeader, Organization, PatientHeader, ServiceEvent } from '../cda/types.ts';
import { confidentialityOf } from '../terminology/restrictions.ts';
import { typeNameOf } from '../terminology/type-codes.ts';
import { clipped, frenchDate, frenchSex, frenchTime } from './french.ts';

/** The most identifiers, authors or acts that are listed. */
const MAX_LISTED = 12;

/** JDV of confidentialityCode, as far as it is not the normal one, the strictest first. */
const CONFIDENTIALITY: readonly (readonly [code: string, text: string])[] = [
  ['V', 'Très restreinte'],
  ['R', 'Restreinte'],
];

/** The name of the document's type: its own words, else the value set's. */
export function typeName({ code }: CdaHeader): string {
  return typeNameOf(code) ?? code.code;
}

/** The patient's traits, two on a line: labels in header cells. */
export function patientTable({ patient }: CdaHeader): Table {
  const birth = birthNameOf(patient);
  const used = usedNameOf(patient);
  const ins = insOf(patient);
  const others = patient.identifiers.filter(
    ({ root, extension }) => root !== ins?.root || extension !== ins.extension,
  );
  const traits: readonly (readonly [string, string | undefined])[] = [
    ['Nom de naissance', birth?.family],
    ['Nom utilisé', used?.family],
    ['Premier prénom de naissance', birth?.given],
    ['Prénom utilisé', used?.given],
    ['Prénoms de naissance', birth?.givens],
    ['Date de naissance', patient.birthTime === undefined ? undefined : frenchDate(patient.birthTime)],
    ['Sexe', frenchSex(patient)],
    ['Lieu de naissance', birthplace(patient)],
    ['INS', ins === undefined ? undefined : `${ins.extension} (${INS_KINDS.get(ins.root) ?? ins.root})`],
    [others.length > 1 ? 'Autres identifiants' : 'Identifiant', lines(others.map(identifierText))],
  ];
  const known = traits.filter((trait): trait is readonly [string, string] => trait[1] !== undefined);
  const pairs = known
    .filter((_, index) => index % 2 === 0)
    .map((left, index) => [left, known[index * 2 + 1]] as const);
  return table(
    pairs.map(([left, right]) => [
      labelCell(left[0]),
      valueCell(left[1], isName(left[0])),
      labelCell(right?.[0] ?? ''),
      valueCell(right?.[1] ?? '', right !== undefined && isName(right[0])),
    ]),
  );
}

function isName(label: string): boolean {
  return label.startsWith('Nom') || label.startsWith('Prénom utilisé') || label.startsWith('Premier');
}

function birthplace({ birthplace: place }: PatientHeader): string | undefined {
  const code = place?.county === undefined ? undefined : `code INSEE ${place.county}`;
  const words = [place?.city, code].filter(word => word !== undefined);
  return words.length === 0 ? undefined : words.join(', ');
}

function identifierText(identifier: PatientHeader['identifiers'][number]): string {
  const { root, extension, assigningAuthorityName } = identifier;
  return extension === undefined ? root : `${extension} (${assigningAuthorityName ?? root})`;
}

/** What the document is: who made it, when, for what, and which it replaces; one line each. */
export function documentTable(header: CdaHeader): Table {
  const { authors, authenticator, custodian, encounter, services } = header;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Type de document', typeName(header)],
    ['Date du document', header.effectiveTime === undefined ? undefined : frenchTime(header.effectiveTime)],
    [authors.length > 1 ? 'Auteurs' : 'Auteur', lines(authors.map(authorText))],
    ['Responsable du document', authenticator && words([authenticator.given, authenticator.family], ' ')],
    ['Structure conservant le document', organizationText(custodian)],
    [services.length > 1 ? 'Actes' : 'Acte', lines(services.map(serviceText))],
    ['Prise en charge', encounter && words([encounter.facility?.display, period(encounter)], ', ')],
    ['Confidentialité', confidentialityText(header)],
    ['Identifiant du document', words([uniqueIdOf(header.id), versionText(header)], ', ')],
    ['Remplace le document', lines(header.replaces.map(uniqueIdOf))],
  ];
  const known = facts.filter((fact): fact is readonly [string, string] => fact[1] !== undefined);
  return table(known.map(([label, value]) => [labelCell(label), valueCell(value, false)]));
}

function confidentialityText({ confidentiality }: CdaHeader): string | undefined {
  const codes = confidentialityOf(confidentiality.map(({ code }) => code));
  return CONFIDENTIALITY.find(([code]) => codes.includes(code))?.[1];
}

function versionText({ versionNumber }: CdaHeader): string | undefined {
  return versionNumber === undefined ? undefined : `version ${versionNumber}`;
}

function authorText(author: Author): string | undefined {
  const name = words([author.given, author.family], ' ');
  const device = words([author.device, author.model === author.device ? undefined : author.model], ' ');
  return words(
    [name ?? device, author.role, author.code?.display, organizationText(author.organization)],
    ', ',
  );
}

function organizationText(organization: Organization | undefined): string | undefined {
  if (organization === undefined) return undefined;
  return organization.name ?? (organization.identifier && uniqueIdOf(organization.identifier));
}

function serviceText(service: ServiceEvent): string | undefined {
  return words([service.code?.display ?? service.code?.code, period(service)], ', ');
}

function period({ start, end }: Pick<ServiceEvent, 'start' | 'end'>): string | undefined {
  if (start === undefined) return end === undefined ? undefined : `jusqu’au ${frenchTime(end)}`;
  return end === undefined || end === start
    ? `le ${frenchTime(start)}`
    : `du ${frenchTime(start)} au ${frenchTime(end)}`;
}

function words(parts: readonly (string | undefined)[], between: string): string | undefined {
  const known = parts.filter(part => part !== undefined && part !== '');
  return known.length === 0 ? undefined : known.join(between);
}

function lines(texts: readonly (string | undefined)[]): string | undefined {
  const known = texts.filter(text => text !== undefined);
  const more = known.length - MAX_LISTED;
  const shown = known.slice(0, MAX_LISTED).map(text => clipped(text));
  return words([...shown, more > 0 ? `et ${more} autres` : undefined], '\n');
}

function table(rows: readonly Row[]): Table {
  return { kind: 'table', caption: [], head: [], body: rows, foot: [] };
}

function labelCell(text: string): Cell {
  return cell(true, [{ kind: 'text', text, style: PLAIN }]);
}

function valueCell(text: string, bold: boolean): Cell {
  const style = { ...PLAIN, bold };
  const inlines = text
    .split('\n')
    .flatMap((line, index): Inline[] => [
      ...(index === 0 ? [] : [{ kind: 'break' as const }]),
      { kind: 'text', text: clipped(line), style },
    ]);
  return cell(false, inlines);
}

function cell(header: boolean, inlines: readonly Inline[]): Cell {
  return {
    header,
    colspan: 1,
    rowspan: 1,
    align: undefined,
    blocks: [{ kind: 'paragraph', align: undefined, inlines }],
  };
}
