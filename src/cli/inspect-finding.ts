import { describe } from '../errors/catalogue.ts';
import { explain, type Fault } from '../errors/gateway-error.ts';
import { uniqueIdOf } from '../formats/cda/identity.ts';
import type { Author, CdaHeader, Encounter, Organization } from '../formats/cda/types.ts';
import { oneLine } from './output.ts';

/** What the gateway would do with a mail, a document or a request. */
export type Decision = 'deliver' | 'hold' | 'refuse' | 'file' | 'send' | 'deposit';

/** Named values, in the order in which they are read; those that are empty are left out. */
export type Facts = Readonly<Record<string, string | undefined>>;

/** What was found of one document, and what becomes of it. */
export interface DocumentFinding {
  readonly facts: Facts;
  readonly decision: Exclude<Decision, 'file'>;
  readonly fault: Fault | undefined;
}

/** One of several things of a kind: a mail that would leave, a recipient of whom a receipt speaks. */
export interface Part {
  readonly title: string;
  readonly facts: Facts;
}

/** Something that is wrong with an element. */
export interface Issue {
  readonly severity: 'error' | 'warning';
  /** issue-type of FHIR R4. */
  readonly code: string;
  /** FHIRPath, or the member of a simple JSON. */
  readonly path: string;
  /** French. */
  readonly message: string;
  /** What says so. */
  readonly rule: string;
}

/** What was found in a file. */
export interface Finding {
  readonly kind: 'mail' | 'archive' | 'document' | 'hl7' | 'request' | 'fhir';
  readonly facts: Facts;
  readonly documents: readonly DocumentFinding[];
  readonly parts: readonly Part[];
  /** Of FHIR: what is wrong, element by element; without a value of it. */
  readonly issues?: readonly Issue[];
  /** Undefined for what says nothing of its fate: a document or a message alone. */
  readonly decision: Decision | undefined;
  /** What keeps the whole from being handed over. */
  readonly fault: Fault | undefined;
  /** The same in French, a sentence a line, with what there is to do. */
  readonly verdict: readonly string[];
}

/** A finding for a person, in French. */
export function renderFinding({ facts, documents, parts, issues = [], verdict }: Finding): string {
  const blocks = [
    renderFacts(facts, ''),
    ...documents.map((document, position) =>
      [
        `Document ${position + 1}`,
        renderFacts(document.facts, '  '),
        renderVerdict(documentVerdict(document), '  '),
      ].join('\n'),
    ),
    ...parts.map(part => [part.title, renderFacts(part.facts, '  ')].join('\n')),
    ...(issues.length === 0 ? [] : [['Constats', ...issues.map(renderIssue)].join('\n')]),
    renderVerdict(verdict, ''),
  ];
  return blocks.filter(block => block !== '').join('\n\n');
}

const SEVERITIES = { error: 'erreur', warning: 'remarque' } as const;

function renderIssue({ severity, code, path, message, rule }: Issue): string {
  const by = [code, rule.replace(/^.*\//, '')].filter(Boolean).join(', ');
  const said = [path, message].filter(Boolean).join(' : ');
  return `  ${SEVERITIES[severity]} : ${oneLine(said)} (${by})`;
}

function renderVerdict([first = '', ...others]: readonly string[], indent: string): string {
  return [`${indent}→ ${first}`, ...others.map(line => `${indent}  ${line}`)].join('\n');
}

/** What a CDA header says, by the names under which it is shown. */
export function headerFacts(header: CdaHeader): Facts {
  const { patient } = header;
  return {
    Identifiant: uniqueIdOf(header.id),
    Version: header.versionNumber,
    Remplace: header.replaces.map(uniqueIdOf).join(', '),
    Type: [header.code.code, header.code.display].filter(Boolean).join(' '),
    Titre: header.title,
    Date: header.effectiveTime,
    Patient: [...patient.families, ...patient.givens]
      .map(({ value, qualifier }) => `${value}${qualifier ? ` (${qualifier})` : ''}`)
      .join(' '),
    'Identifiants du patient': patient.identifiers.map(uniqueIdOf).join(', '),
    Naissance: joined([patient.birthTime, patient.gender, patient.birthplace?.county]),
    Auteur: header.authors.map(authorText).join(', '),
    'Organisme conservateur': organizationText(header.custodian),
    Venue: encounterText(header.encounter),
  };
}

function authorText({ identifier, family, given, device, code, organization }: Author): string {
  const name = [given, family, device].filter(Boolean).join(' ');
  return joined([name, identifier?.extension, code?.display ?? code?.code, organizationText(organization)]);
}

function organizationText(organization: Organization | undefined): string | undefined {
  return organization?.name ?? (organization?.identifier && uniqueIdOf(organization.identifier));
}

function encounterText(encounter: Encounter | undefined): string | undefined {
  if (encounter === undefined) return undefined;
  const { identifier, start, end } = encounter;
  return joined([identifier && uniqueIdOf(identifier), start && `du ${start}`, end && `au ${end}`]);
}

function joined(parts: readonly (string | undefined)[]): string {
  return parts.filter(Boolean).join(' · ');
}

/** Why, and what there is to do. */
export function faultLines(fault: Fault): string[] {
  return [`${fault.code} : ${explain(fault)}`, `À faire : ${describe(fault.code).todo}`];
}

function documentVerdict({ decision, fault }: DocumentFinding): string[] {
  const why = fault === undefined ? [] : faultLines(fault);
  switch (decision) {
    case 'refuse':
      return ['Refusé (906).', ...why];
    case 'hold':
      return ['À traiter par une personne.', ...why];
    case 'deliver':
      return ['Transmis à l’application.'];
    case 'send':
      return ['Envoyé par courriel.'];
    case 'deposit':
      return ['Pour le DMP.'];
  }
}

function renderFacts(facts: Facts, indent: string): string {
  return Object.entries(facts)
    .map(([name, value = '']) => [name, oneLine(value)] as const)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${indent}${name} : ${value}`)
    .join('\n');
}
