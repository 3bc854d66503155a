import type { CallerName, CallScenario, ExpectedCall, PeerName } from '../../samples/fhir/calls.ts';
import { isError, readOutcome } from '../formats/fhir/operation-outcome.ts';
import type { HeardCall } from './demo-fhir-heard.ts';
import { count } from './output.ts';

// What became of a FHIR call, in French.

const CALLERS: Readonly<Record<CallerName, string>> = {
  bloc: 'logiciel du bloc',
  pui: 'logiciel de la pharmacie',
  dui: 'logiciel du dossier de l’usager',
  genets: 'EHPAD des Genêts',
  sas: 'plateforme SAS',
};

const PEERS: Readonly<Record<PeerName, string>> = {
  dmi: 'plateforme DMI',
  dui: 'plateforme DUI',
  renacot: 'registre RENACOT',
  application: 'application de l’établissement',
  agenda: 'logiciel d’agenda',
};

/** What happened, a French sentence a line. */
export function storyOf(
  { caller, method, path }: CallScenario,
  { status, told, againInHours }: ExpectedCall,
  { answered, heard }: { readonly answered: unknown; readonly heard: readonly HeardCall[] },
): string[] {
  const said = status < 400 ? toldText(told) : refusalText(answered, heard);
  return [
    `${CALLERS[caller]} : ${method} ${withoutQuery(path)} · ${[status, ...said].join(' · ')}`,
    ...(heard.length === 0 ? ['rien n’est envoyé'] : heard.map(heardText)),
    ...(againInHours === undefined
      ? []
      : [`la passerelle réessaiera dans ${againInHours} h, puis chaque jour`]),
  ];
}

function withoutQuery(path: string): string {
  return path.replace(/\?.*$/, '?…');
}

function toldText(told: readonly string[]): string[] {
  const [first] = told;
  if (first === undefined) return [];
  if (first === 'Location') return ['adresse du compte rendue (Location)'];
  if (first.startsWith('RENACOT-')) return [`numéro au registre : ${first}`];
  if (told.every(type => type === 'AuditEvent')) return [count(told.length, 'trace')];
  return [`identifiants de ${told.length} ressources rendus`];
}

/** Ours says what is wrong in French; of a platform's the code alone. */
function refusalText(answered: unknown, heard: readonly HeardCall[]): string[] {
  const issue = readOutcome(answered).find(isError);
  if (issue === undefined) return [];
  const { code, expression, diagnostics = '' } = issue;
  if (heard.length > 0) return [`${code}, réponse rendue telle quelle`];
  return [`${code}, en ${expression.join(', ')} : ${diagnostics}`];
}

function heardText({ by, method, path, isTaken, left }: HeardCall): string {
  const became = isTaken ? 'accepté' : 'refusé';
  const kept = left.length === 0 ? [] : [keptText(by, left)];
  return `${PEERS[by]} : ${[`${method} ${withoutQuery(path)} ${became}`, ...kept].join(' · ')}`;
}

function keptText(by: PeerName, left: readonly string[]): string {
  switch (by) {
    case 'renacot':
      return `implants associés : lots ${left.join(', ')}`;
    case 'agenda':
      return left.includes('inactive') ? 'compte inactif' : 'compte actif';
    case 'application':
      return `remis : ${counted(left)}`;
    case 'dmi':
    case 'dui':
      return `créés : ${counted(left)}`;
  }
}

/** `4 Organization, Patient`. */
function counted(types: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const type of types) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].map(([type, number]) => (number === 1 ? type : `${number} ${type}`)).join(', ');
}
