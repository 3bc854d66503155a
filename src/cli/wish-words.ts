import type { RequestWishes } from '../formats/hl7/request-types.ts';

// Table MetaDMP/MSS in words.

const SENDINGS: readonly (readonly [keyof RequestWishes, string])[] = [
  ['mailProfessionals', 'envoi aux professionnels'],
  ['mailPatient', 'envoi au patient'],
  ['dmp', 'dépôt au DMP'],
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
  const told = (texts: typeof SENDINGS): string[] =>
    texts.flatMap(([wish, text]) => (wishes[wish] ? [text] : []));
  const reception = wishes.ackReception ? [`accusé de réception (${receptionEvents(wishes)})`] : [];
  const reading = wishes.ackReading ? ['accusé de lecture (ZAM^Z03)'] : [];
  return { asked: [...told(SENDINGS), ...reception, ...reading], restrictions: told(RESTRICTIONS) };
}

/** Each part of a request has a receipt of its own. */
function receptionEvents({ dmp, mailProfessionals, mailPatient }: RequestWishes): string {
  return [...(dmp ? ['ZAM^Z01'] : []), ...(mailProfessionals || mailPatient ? ['ZAM^Z02'] : [])].join(', ');
}
