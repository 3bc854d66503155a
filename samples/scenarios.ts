import type { ErrorCode } from '../src/errors/catalogue.ts';
import { ERROR_MAILBOX, LABORATORY, laboratoryMail, SECRETARY } from './actors.ts';
import * as documents from './documents.ts';
import {
  announcedMail,
  forwardedMail,
  hostileArchive,
  ordinaryMail,
  receivedMdn,
  truncatedMail,
  twoPatientsMail,
} from './special-mails.ts';

export interface Expected {
  /** The MDM that the DPI gets, in order: event, and its answer (AA, or the code of ERR-5). */
  readonly messages: readonly { readonly event: 'T02' | 'T10' | 'T04'; readonly answer: string }[];
  /** How the mail ends; `other`: it has no document. */
  readonly outcome: 'integrated' | 'refused' | 'worklist' | 'other';
  /** The gateway's own reason, where it is not the DPI that refuses. */
  readonly code?: ErrorCode;
  /** Who is told; undefined: nobody. `error` is the code in its subject, undefined for a success. */
  readonly notification?: {
    readonly kind: 'mdn' | 'error-mail';
    readonly to: string;
    readonly error?: string;
  };
  readonly folder: 'done' | 'failed' | 'other';
}

/** A mail of the demo. They are delivered in order: later ones replace and delete what earlier ones bring. */
export interface Scenario {
  /** Also its file's name under samples/data/courriels. */
  readonly name: string;
  /** One line, in French. */
  readonly description: string;
  /** SMTP envelope under which it arrives; the recipient is the BAL. */
  readonly from: string;
  /** The mail as its sender submitted it: without Return-Path. The same bytes each time. */
  readonly build: () => Promise<Buffer>;
  readonly expected: Expected;
}

const toSender = { kind: 'mdn', to: LABORATORY } as const;

export const SCENARIOS: readonly Scenario[] = [
  {
    name: '01-ajout-structure',
    description: 'Compte rendu structuré (CDA niveau 3) d’une patiente connue, accusé demandé',
    from: LABORATORY,
    build: () => laboratoryMail({ number: 1, documents: [{ sample: documents.added }], asksReceipt: true }),
    expected: integrated('T02', toSender),
  },
  {
    name: '02-ajout-pdf',
    description: 'Compte rendu en PDF (CDA niveau 1), nom avec Œ et Ÿ, sans demande d’accusé',
    from: LABORATORY,
    build: () => laboratoryMail({ number: 2, documents: [{ sample: documents.pdfReport }] }),
    expected: integrated('T02'),
  },
  {
    name: '03-version-initiale',
    description: 'Première version d’un compte rendu, accusé demandé',
    from: LABORATORY,
    build: () =>
      laboratoryMail({ number: 3, documents: [{ sample: documents.original }], asksReceipt: true }),
    expected: integrated('T02', toSender),
  },
  {
    name: '04-remplacement',
    description: 'Deuxième version, qui remplace la première',
    from: LABORATORY,
    build: () =>
      laboratoryMail({
        number: 4,
        documents: [{ sample: documents.replacement, action: 'C' }],
        asksReceipt: true,
      }),
    expected: integrated('T10', toSender),
  },
  {
    name: '05-suppression',
    description: 'Suppression de cette deuxième version',
    from: LABORATORY,
    build: () =>
      laboratoryMail({
        number: 5,
        documents: [{ sample: documents.replacement, action: 'D' }],
        asksReceipt: true,
      }),
    expected: integrated('T04', toSender),
  },
  {
    name: '06-patient-inconnu-accuse-demande',
    description: 'Patient inconnu du DPI, accusé demandé : MDN négatif 902',
    from: LABORATORY,
    build: () =>
      laboratoryMail({ number: 6, documents: [{ sample: documents.unknownPatient }], asksReceipt: true }),
    expected: refused('T02', '902', { ...toSender, error: '902' }),
  },
  {
    name: '07-patient-inconnu-sans-demande',
    description: 'Patient inconnu du DPI, rien n’est demandé : courriel d’erreur 902 à la boîte des erreurs',
    from: LABORATORY,
    build: () => laboratoryMail({ number: 7, documents: [{ sample: documents.unknownPatient }] }),
    expected: refused('T02', '902', { kind: 'error-mail', to: ERROR_MAILBOX, error: '902' }),
  },
  {
    name: '08-sans-ins',
    description: 'Document sans INS : transmis, et refusé par le DPI (903)',
    from: LABORATORY,
    build: () =>
      laboratoryMail({ number: 8, documents: [{ sample: documents.withoutIns }], asksReceipt: true }),
    expected: refused('T02', '903', { ...toSender, error: '903' }),
  },
  {
    name: '09-traits-differents',
    description: 'INS connu, autre date de naissance : refusé par le DPI (904)',
    from: LABORATORY,
    build: () =>
      laboratoryMail({ number: 9, documents: [{ sample: documents.otherTraits }], asksReceipt: true }),
    expected: refused('T02', '904', { ...toSender, error: '904' }),
  },
  {
    name: '10-transfere-a-la-main',
    description: 'Courriel transféré en pièce jointe par le secrétariat, qui demande un accusé',
    from: SECRETARY,
    build: forwardedMail,
    expected: integrated('T02', { kind: 'mdn', to: SECRETARY }),
  },
  {
    name: '11-deux-documents-un-refuse',
    description: 'Deux documents : l’un est intégré, l’autre remplace une version que le DPI n’a pas (900)',
    from: LABORATORY,
    build: () =>
      laboratoryMail({
        number: 11,
        documents: [{ sample: documents.beside }, { sample: documents.ofUnknownVersion, action: 'C' }],
        asksReceipt: true,
      }),
    expected: {
      messages: [
        { event: 'T02', answer: 'AA' },
        { event: 'T10', answer: '900' },
      ],
      outcome: 'refused',
      notification: { ...toSender, error: '900' },
      folder: 'failed',
    },
  },
  {
    name: '12-masque-aux-professionnels',
    description: 'Document masqué aux professionnels : il attend une décision',
    from: LABORATORY,
    build: () =>
      laboratoryMail({
        number: 12,
        documents: [{ sample: documents.masked, masks: ['MASQUE_PS'] }],
        asksReceipt: true,
      }),
    expected: worklist('DOC-001'),
  },
  {
    name: '13-remplacement-sans-parent',
    description: 'Remplacement qui ne dit pas ce qu’il remplace : il attend une décision',
    from: LABORATORY,
    build: () =>
      laboratoryMail({
        number: 13,
        documents: [{ sample: documents.orphan, action: 'C' }],
        asksReceipt: true,
      }),
    expected: worklist('XDM-016'),
  },
  {
    name: '14-archive-hostile',
    description: 'Archive qui veut écrire hors de son dossier : refusée (906)',
    from: LABORATORY,
    build: () => laboratoryMail({ number: 14, documents: [], archive: hostileArchive(), asksReceipt: true }),
    expected: brokenArchive('XDM-004'),
  },
  {
    name: '15-archive-tronquee',
    description: 'Archive coupée au milieu : refusée (906)',
    from: LABORATORY,
    build: truncatedMail,
    expected: brokenArchive('XDM-001'),
  },
  {
    name: '16-deux-patients',
    description: 'Documents de deux patients dans un courriel : ils attendent une décision',
    from: LABORATORY,
    build: twoPatientsMail,
    expected: worklist('XDM-019'),
  },
  {
    name: '17-accuse-recu',
    description: 'Accusé de lecture (MDN) d’un envoi : rangé, jamais suivi d’une réponse',
    from: '',
    build: async () => receivedMdn(),
    expected: { messages: [], outcome: 'other', folder: 'other' },
  },
  {
    name: '18-sans-document',
    description: 'Courriel ordinaire, sans document : rangé à part',
    from: LABORATORY,
    build: async () => ordinaryMail(),
    expected: { messages: [], outcome: 'other', folder: 'other' },
  },
  {
    name: '19-winmail-dat',
    description: 'Pièces jointes enfermées dans un winmail.dat : à traiter par une personne',
    from: LABORATORY,
    build: async () =>
      announcedMail(19, [
        {
          contentType: 'application/ms-tnef',
          filename: 'winmail.dat',
          content: Buffer.from('789f3e22', 'hex'),
        },
      ]),
    expected: worklist('MAIL-006'),
  },
  {
    name: '20-annonce-sans-archive',
    description: 'L’objet annonce un document, le courriel n’en contient pas : à traiter par une personne',
    from: LABORATORY,
    build: async () => announcedMail(20, []),
    expected: worklist('MAIL-005'),
  },
];

function integrated(event: 'T02' | 'T10' | 'T04', notification?: Expected['notification']): Expected {
  return {
    messages: [{ event, answer: 'AA' }],
    outcome: 'integrated',
    ...(notification && { notification }),
    folder: 'done',
  };
}

function refused(
  event: 'T02',
  answer: string,
  notification: NonNullable<Expected['notification']>,
): Expected {
  return { messages: [{ event, answer }], outcome: 'refused', notification, folder: 'failed' };
}

function brokenArchive(code: ErrorCode): Expected {
  const notification = { ...toSender, error: '906' };
  return { messages: [], outcome: 'refused', code, notification, folder: 'failed' };
}

function worklist(code: ErrorCode): Expected {
  return { messages: [], outcome: 'worklist', code, folder: 'failed' };
}
