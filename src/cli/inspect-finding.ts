import { describe } from '../errors/catalogue.ts';
import { explain, type Fault } from '../errors/gateway-error.ts';
import { uniqueIdOf } from '../formats/cda/identity.ts';
import type { CdaHeader } from '../formats/cda/types.ts';
import { oneLine } from './output.ts';

/** What the gateway would do with a mail or a document. */
export type Decision = 'deliver' | 'hold' | 'refuse' | 'file';

/** Named values, in the order in which they are read; those that are empty are left out. */
export type Facts = Readonly<Record<string, string | undefined>>;

export interface DocumentFinding {
  readonly facts: Facts;
  readonly decision: Decision;
  readonly fault: Fault | undefined;
}

/** What was found in a file. */
export interface Finding {
  readonly kind: 'mail' | 'archive' | 'document' | 'hl7';
  readonly facts: Facts;
  readonly documents: readonly DocumentFinding[];
  /** Undefined for what says nothing of its fate: a document or a message alone. */
  readonly decision: Decision | undefined;
  /** What keeps the whole from being handed over. */
  readonly fault: Fault | undefined;
  /** The same in French, a sentence a line, with what there is to do. */
  readonly verdict: readonly string[];
}

export function renderFinding({ facts, documents, verdict }: Finding): string {
  const parts = [
    renderFacts(facts, ''),
    ...documents.map((document, position) =>
      [
        `Document ${position + 1}`,
        renderFacts(document.facts, '  '),
        renderVerdict(documentVerdict(document), '  '),
      ].join('\n'),
    ),
    renderVerdict(verdict, ''),
  ];
  return parts.filter(part => part !== '').join('\n\n');
}

function renderVerdict([first = '', ...others]: readonly string[], indent: string): string {
  return [`${indent}→ ${first}`, ...others.map(line => `${indent}  ${line}`)].join('\n');
}

export function headerFacts(header: CdaHeader): Facts {
  const { patient } = header;
  return {
    Identifiant: uniqueIdOf(header.id),
    Version: header.versionNumber,
    Remplace: header.replaces.map(uniqueIdOf).join(', '),
    Type: `${header.code.code} ${header.code.display ?? ''}`,
    Titre: header.title,
    Date: header.effectiveTime,
    Patient: [...patient.families, ...patient.givens]
      .map(({ value, qualifier }) => `${value}${qualifier ? ` (${qualifier})` : ''}`)
      .join(' '),
    'Identifiants du patient': patient.identifiers.map(uniqueIdOf).join(', '),
    Naissance: [patient.birthTime, patient.gender, patient.birthplace?.county].filter(Boolean).join(' · '),
    Auteur: header.authors
      .map(({ family, given, device }) => [given, family, device].filter(Boolean).join(' '))
      .join(', '),
  };
}

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
    case 'file':
      return ['Transmis à l’application.'];
  }
}

function renderFacts(facts: Facts, indent: string): string {
  return Object.entries(facts)
    .map(([name, value = '']) => [name, oneLine(value)] as const)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${indent}${name} : ${value}`)
    .join('\n');
}
