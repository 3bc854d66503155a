import { oneLine } from './header-block.ts';
import type { DocumentResult, NotificationInput } from './types.ts';

const ACTIONS = { add: 'ajout', replace: 'remplacement', delete: 'suppression' } as const;
const OUTCOMES = { accepted: 'accepté', refused: 'refusé', abandoned: 'écarté par l’établissement' } as const;

/** The first part of an MDN or error mail: what a person reads. French, lines ended by \n. */
export function notificationText(input: NotificationInput): string {
  const { error, documents, original } = input;
  return [
    'Bonjour,',
    '',
    ...(error === undefined ? successLines() : failureLines(error, documents)),
    '',
    ...documentLines(documents),
    ...(error === undefined ? [] : whatToDo(input)),
    ...attachmentLines(original.attachments.length > 0, original.attachmentsLeftOut),
    ...originLines(original),
    'Ce message est envoyé automatiquement par la plateforme d’intermédiation de l’établissement ; merci de ne pas y répondre.',
    '',
  ].join('\n');
}

function successLines(): string[] {
  return [
    'Le message ci-dessous a été traité automatiquement : tous ses documents ont été acceptés par le DPI.',
  ];
}

/** The published sentence; the motif says more than the label of a general code does. */
function failureLines(
  error: NonNullable<NotificationInput['error']>,
  documents: readonly DocumentResult[],
): string[] {
  const motif = documents.find(({ outcome }) => outcome !== 'accepted')?.reason;
  return [
    'Le message ci-dessous n’a pas pu être intégré automatiquement dans le DPI pour la raison suivante :',
    '',
    `    ${codeAndLabel(error)}`,
    ...(motif === undefined ? [] : [`    ${oneLine(motif)}`]),
  ];
}

function documentLines(documents: readonly DocumentResult[]): string[] {
  if (documents.length === 0) return [];
  const accepted = documents.filter(({ outcome }) => outcome === 'accepted').length;
  const count =
    documents.length === 1
      ? 'Document du courriel :'
      : `Documents du courriel (${documents.length}, dont ${accepted} ${accepted > 1 ? 'acceptés' : 'accepté'}) :`;
  return [count, '', ...documents.flatMap((document, index) => documentEntry(document, index + 1)), ''];
}

function documentEntry(document: DocumentResult, rank: number): string[] {
  const { label, outcome, error, reason, uniqueId, uncertain } = document;
  const action = document.action === undefined ? '' : ` (${ACTIONS[document.action]})`;
  const refusal = error === undefined || outcome !== 'refused' ? '' : ` : ${codeAndLabel(error)}`;
  return [
    `  ${rank}. ${oneLine(label)}${action} – ${OUTCOMES[outcome]}${refusal}`,
    ...(reason === undefined ? [] : [`     Motif : ${oneLine(reason)}`]),
    ...(uncertain
      ? ['     Le DPI n’a pas confirmé : ce document est peut-être déjà dans le dossier du patient.']
      : []),
    ...(uniqueId === undefined ? [] : [`     Identifiant du document : ${oneLine(uniqueId)}`]),
  ];
}

function whatToDo({ documents, audience }: NotificationInput): string[] {
  if (documents.some(({ uncertain }) => uncertain)) {
    return [
      'Vérifiez avec l’établissement ce qui est dans le dossier du patient avant tout nouvel envoi.',
      '',
    ];
  }
  if (audience === 'establishment') {
    return [
      'Corrigez la cause (par exemple, créez le patient dans le DPI), puis demandez à l’administrateur de l’interface',
      'de relancer l’échange ; ou intégrez le document à la main. L’expéditeur n’est pas prévenu par ce message.',
      '',
    ];
  }
  if (!documents.some(({ outcome }) => outcome === 'refused')) return [];
  const someAccepted = documents.some(({ outcome }) => outcome === 'accepted');
  return [
    someAccepted
      ? 'Après correction, ne renvoyez que les documents refusés, dans un nouveau courriel.'
      : 'Après correction, renvoyez les documents dans un nouveau courriel.',
    '',
  ];
}

function attachmentLines(given: boolean, leftOut: boolean): string[] {
  if (leftOut) {
    return [
      'Les pièces jointes du courriel d’origine dépassent la taille permise : elles ne sont pas jointes à ce message.',
      '',
    ];
  }
  return given ? ['Les pièces jointes du courriel d’origine sont jointes à ce message.', ''] : [];
}

function originLines({ from, date, subject, messageId }: NotificationInput['original']): string[] {
  return [
    'Message d’origine :',
    ...(from === undefined ? [] : [`  Expéditeur : ${oneLine(from)}`]),
    ...(date === undefined ? [] : [`  Date : ${frenchTime(date)}`]),
    `  Objet : ${oneLine(subject)}`,
    `  Identifiant : ${oneLine(messageId)}`,
    '',
  ];
}

function frenchTime(date: Date): string {
  return date.toLocaleString('fr-FR', { timeZone: 'Europe/Paris', dateStyle: 'long', timeStyle: 'short' });
}

function codeAndLabel(error: { readonly code: string; readonly label: string }): string {
  return [error.code, error.label]
    .map(oneLine)
    .filter(part => part !== '')
    .join(' – ');
}
