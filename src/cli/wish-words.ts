import type { RequestWishes } from '../formats/hl7/request-types.ts';

// Table MetaDMP/MSS in words.

const ASKED: readonly (readonly [keyof RequestWishes, string])[] = [
  ['mailProfessionals', 'envoi aux professionnels'],
  ['mailPatient', 'envoi au patient'],
  ['dmp', 'dépôt au DMP'],
  ['ackReception', 'accusé de réception (ZAM^Z02)'],
  ['ackReading', 'accusé de lecture (ZAM^Z03)'],
];

const RESTRICTIONS: readonly (readonly [keyof RequestWishes, string])[] = [
  ['masquePs', 'masqué aux professionnels'],
  ['invisiblePatient', 'invisible pour le patient'],
  ['invisibleRepLegaux', 'invisible pour ses représentants légaux'],
  ['connexionSecrete', 'connexion secrète'],
  ['modifConfCode', 'changement de confidentialité'],
];

/** What a request asks for, and what it restricts; a French expression each. */
export function wishTexts(wishes: RequestWishes): {
  readonly asked: readonly string[];
  readonly restrictions: readonly string[];
} {
  const told = (texts: typeof ASKED): string[] =>
    texts.flatMap(([wish, text]) => (wishes[wish] ? [text] : []));
  return { asked: told(ASKED), restrictions: told(RESTRICTIONS) };
}
