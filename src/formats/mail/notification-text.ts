import { neutralise } from './header-block.ts';
import type { DocumentResult, NotificationInput } from './types.ts';

const ACTIONS = { add: 'ajout', replace: 'remplacement', delete: 'suppression' } as const;

/** The first part of an MDN or error mail: what a person at the sender's reads. French, lines ended by \n. */
export function notificationText(input: NotificationInput): string {
  const { error, documents, original } = input;
  const opening =
    error === undefined
      ? [
          'Le message ci-dessous a été traité automatiquement : tous ses documents ont été acceptés par le DPI.',
        ]
      : [
          'Le message ci-dessous n’a pas pu être intégré automatiquement dans le DPI pour la raison suivante :',
          '',
          `    ${codeAndLabel(error)}`,
        ];
  return [
    'Bonjour,',
    '',
    ...opening,
    '',
    ...documentLines(documents),
    ...(error === undefined ? [] : whatToDo(documents)),
    ...attachmentLines(original.attachments.length > 0, original.attachmentsLeftOut),
    'Message d’origine :',
    `  Objet : ${oneLine(original.subject)}`,
    `  Identifiant : ${oneLine(original.messageId)}`,
    '',
    'Ce message est envoyé automatiquement par la plateforme d’intermédiation de l’établissement ; merci de ne pas y répondre.',
    '',
  ].join('\n');
}

function documentLines(documents: readonly DocumentResult[]): string[] {
  if (documents.length === 0) return [];
  const accepted = documents.filter(document => document.accepted).length;
  const count =
    documents.length === 1
      ? 'Document du courriel :'
      : `Documents du courriel (${documents.length}, dont ${accepted} ${accepted > 1 ? 'acceptés' : 'accepté'}) :`;
  return [count, '', ...documents.flatMap((document, index) => documentEntry(document, index + 1)), ''];
}

function documentEntry(document: DocumentResult, rank: number): string[] {
  const action = document.action === undefined ? '' : ` (${ACTIONS[document.action]})`;
  const refusal = document.error === undefined ? '' : ` : ${codeAndLabel(document.error)}`;
  return [
    `  ${rank}. ${oneLine(document.label)}${action} – ${document.accepted ? 'accepté' : `refusé${refusal}`}`,
    ...(document.reason === undefined ? [] : [`     Motif : ${oneLine(document.reason)}`]),
    ...(document.uniqueId === undefined
      ? []
      : [`     Identifiant du document : ${oneLine(document.uniqueId)}`]),
  ];
}

function whatToDo(documents: readonly DocumentResult[]): string[] {
  const someAccepted = documents.some(document => document.accepted);
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

function codeAndLabel(error: { readonly code: string; readonly label: string }): string {
  return `${oneLine(error.code)} – ${oneLine(error.label)}`;
}

/** Texts of other people's software stay on their line: they can neither add one nor draw a false entry. */
function oneLine(text: string): string {
  return neutralise(text).replaceAll(/ +/g, ' ').trim();
}
