import type { CdaHeader } from '../cda/types.ts';
import type { DocumentAction } from '../xdm/types.ts';
import { oneLine } from './header-block.ts';

/** What the body of a document mail is made of. */
export interface DocumentMailText {
  readonly audience: 'professionals' | 'patient';
  readonly action: DocumentAction;
  /** Of the documents, in order. */
  readonly headers: readonly CdaHeader[];
  /** CORPSMAIL of that audience. */
  readonly text: string | undefined;
  readonly establishment: string;
  /** How many PDFs stand beside the archive. */
  readonly pdfs: number;
  /** Whether the patient may answer; nothing to professionals. */
  readonly patientMayAnswer: boolean;
}

/**
 * The text of a document mail, lines ended by \n: CORPSMAIL as given (ANS, Transmission de documents CDA en
 * HL7v2, mapping-mss), or one of our own.
 *
 * The text is integrated into the body, it is not said to be all of it; and the published requests to replace
 * and to delete carry one that announces a document like any other. So a replacement or deletion is told in a
 * line above it.
 */
export function documentMailText(input: DocumentMailText): string {
  const given = plainLines(input.text ?? '').trim();
  const several = input.headers.length > 1;
  if (given === '') return defaultText(input, several);
  return input.action === 'add' ? `${given}\n` : `${WARNINGS[input.action](several)}\n\n${given}\n`;
}

const WARNINGS = {
  replace: (several: boolean): string =>
    several
      ? 'REMPLACEMENT : les documents joints annulent et remplacent la version envoyée précédemment.'
      : 'REMPLACEMENT : le document joint annule et remplace la version envoyée précédemment.',
  delete: (several: boolean): string =>
    several
      ? 'SUPPRESSION : les documents joints, envoyés précédemment, doivent être supprimés ; n’en tenez plus compte.'
      : 'SUPPRESSION : le document joint, envoyé précédemment, doit être supprimé ; n’en tenez plus compte.',
} as const;

function defaultText(input: DocumentMailText, several: boolean): string {
  const from = oneLine(input.establishment) || 'Notre établissement';
  const isPatient = input.audience === 'patient';
  const { sends, says } = (isPatient ? TO_PATIENT : TO_PROFESSIONALS)[input.action](several);
  const paragraphs = [
    'Bonjour,',
    `${from} ${sends}`,
    documentLines(input.headers).join('\n'),
    says,
    isPatient ? patientFiles(input) : professionalFiles(input),
    isPatient ? patientEnd(input.patientMayAnswer) : '',
    `Cordialement,\n${from}`,
  ];
  return `${paragraphs.filter(paragraph => paragraph !== '').join('\n\n')}\n`;
}

/** What the sender does, and what it means for who reads it. */
interface Words {
  readonly sends: string;
  readonly says: string;
}
type Phrases = Readonly<Record<DocumentAction, (several: boolean) => Words>>;

const TO_PROFESSIONALS: Phrases = {
  add: () => ({ sends: 'vous adresse, pour votre patient :', says: '' }),
  replace: several => ({
    sends: 'vous adresse une nouvelle version, pour votre patient :',
    says: several
      ? 'Ces documents annulent et remplacent la version qui vous a été adressée précédemment.'
      : 'Ce document annule et remplace la version qui vous a été adressée précédemment.',
  }),
  delete: several => ({
    sends: 'vous demande une suppression, pour votre patient :',
    says: several
      ? 'Ces documents, qui vous ont été adressés précédemment, doivent être supprimés du dossier du patient : n’en tenez plus compte.'
      : 'Ce document, qui vous a été adressé précédemment, doit être supprimé du dossier du patient : n’en tenez plus compte.',
  }),
};

const TO_PATIENT: Phrases = {
  add: several => ({
    sends: several ? 'vous envoie des documents de santé :' : 'vous envoie un document de santé :',
    says: '',
  }),
  replace: several => ({
    sends: several
      ? 'vous envoie la nouvelle version de documents de santé :'
      : 'vous envoie la nouvelle version d’un document de santé :',
    says: several
      ? 'Ces documents annulent et remplacent ceux que vous avez reçus auparavant : ne tenez plus compte des anciens.'
      : 'Ce document annule et remplace celui que vous avez reçu auparavant : ne tenez plus compte de l’ancien.',
  }),
  delete: several => ({
    sends: several
      ? 'retire des documents de santé que vous avez reçus auparavant :'
      : 'retire un document de santé que vous avez reçu auparavant :',
    says: several
      ? 'Ces documents ne sont plus valables : ils doivent être supprimés, n’en tenez plus compte.'
      : 'Ce document n’est plus valable : il doit être supprimé, n’en tenez plus compte.',
  }),
};

function professionalFiles({ action, pdfs }: DocumentMailText): string {
  if (action === 'delete') return 'L’archive IHE_XDM.zip porte cette demande pour votre logiciel.';
  return pdfs === 0 ? '' : 'Pièces jointes : IHE_XDM.zip pour votre logiciel, PDF pour la lecture.';
}

/** To somebody who is told to forget a document nothing is said on how to read it. */
function patientFiles({ action, pdfs }: DocumentMailText): string {
  if (action === 'delete' || pdfs === 0) return '';
  const toRead = pdfs > 1 ? 'ouvrez les fichiers PDF joints' : 'ouvrez le fichier PDF joint';
  return `Pour lire, ${toRead} à ce message. Le fichier IHE_XDM.zip est destiné aux logiciels des professionnels de santé.`;
}

function patientEnd(mayAnswer: boolean): string {
  const question = 'Pour toute question, adressez-vous au professionnel de santé qui vous suit.';
  return mayAnswer ? question : `${question}\nIl n’est pas possible de répondre à ce message.`;
}

/** Two forms of one document are two documents of the same name and day: one line, which says so. */
function documentLines(headers: readonly CdaHeader[]): string[] {
  const counts = new Map<string, number>();
  for (const header of headers) {
    const line = documentLine(header);
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  return [...counts].map(([line, count]) => `  - ${line}${count > 1 ? ` (${count} fichiers)` : ''}`);
}

function documentLine({ code, title, effectiveTime }: CdaHeader): string {
  const [, year, month, day] = /^(\d{4})(\d{2})(\d{2})/.exec(effectiveTime ?? '') ?? [];
  const label = oneLine(code.display ?? title ?? '') || 'Document';
  return year === undefined ? label : `${label} du ${day}/${month}/${year}`;
}

/** Any line end as \n; no other control character but tabs. */
function plainLines(text: string): string {
  return text
    .replaceAll(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
    .replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');
}
