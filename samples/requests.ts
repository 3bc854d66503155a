import type { ErrorCode } from '../src/errors/catalogue.ts';
import { BAL, PATIENT_MAILBOX } from './actors.ts';
import * as documents from './documents.ts';
import { PATIENTS } from './kit/patients.ts';
import {
  patientRecipient,
  requestMessage,
  type RequestSample,
  type SampleParticipant,
} from './kit/request.ts';

/** What becomes of a request, as everybody whom it reaches tells it. */
export interface ExpectedRequest {
  /** The gateway's own reason to refuse it at once, and where in the message (ERR-2); undefined: AA. */
  readonly refusal?: { readonly code: ErrorCode; readonly location: string };
  /** The mails that leave, in order. */
  readonly mails: readonly {
    readonly to: readonly string[];
    /** False: `X-MSS-MES: FIN`. */
    readonly mayAnswer: boolean;
  }[];
  /** The MDM that the hospital's DPI gets because of it, and its answer (AA, or the code of ERR-5). */
  readonly messages: readonly { readonly event: 'T02' | 'T10' | 'T04'; readonly answer: string }[];
  /** What the DMP is asked because of it; undefined: nothing. */
  readonly dmp?: {
    /** TD3.1b (`query`), TD2.1 (`submit`) and TD3.3c (`update`), in order. */
    readonly asked: readonly ('query' | 'submit' | 'update')[];
    /** What then lies there of the patient, in order of arrival. */
    readonly documents: readonly ('Approved' | 'Deprecated' | 'Deleted')[];
    /** Why it waits for a person. */
    readonly hold?: ErrorCode;
  };
  /** The ZAM that come back, by their event, then in order; `error` is the code of ERR-5 where the status is N. */
  readonly receipts: readonly {
    readonly event: 'Z01' | 'Z02' | 'Z03';
    readonly status: 'Y' | 'N';
    /** The address that one is about; that on the DMP (Z01) is about none. */
    readonly to?: string;
    readonly error?: string;
  }[];
}

/** A request of the laboratory's software, as the demo plays it: in order, some replace or delete what one before them sent. */
export interface RequestScenario {
  /** Also its file's name under samples/data/requests. */
  readonly name: string;
  /** One line, in French. */
  readonly description: string;
  /** The message, without MLLP frame. The same bytes each time. */
  readonly build: () => Buffer;
  readonly expected: ExpectedRequest;
}

/** An address of no mailbox. */
export const NOBODY = 'inconnu@cabinet-du-port.mssante.fr';

const UROLOGY: SampleParticipant = {
  address: BAL,
  organization: { name: "CHU X - Service d'urologie", id: '3435', type: 'UF' },
};
const TEXT =
  'Bonjour,\n\nVeuillez trouver ci-joint un compte rendu pour votre patient.\n\nLaboratoire des Embruns';

/** A request to the hospital's urology, both receipts asked for, with whatever is different. */
function request(number: number, overrides: Partial<RequestSample>): Buffer {
  return requestMessage({
    recipients: [UROLOGY],
    wishes: { DESTMSSANTEPS: 'Y', ACK_RECEPTION: 'Y', ACK_LECTURE_MSS: 'Y' },
    texts: { professionals: TEXT },
    replyTo: 'secretariat@embruns.mssante.fr',
    controlId: `EMB-2026-${String(number).padStart(4, '0')}`,
    processingId: 'D',
    ...overrides,
  });
}

/** A request for the DMP, which asks to hear of it. */
function dmpRequest(number: number, overrides: Partial<RequestSample>): Buffer {
  return request(number, {
    recipients: [],
    wishes: { DESTDMP: 'Y', ACK_RECEPTION: 'Y' },
    texts: {},
    ...overrides,
  });
}

const toUrology = [{ to: [BAL], mayAnswer: true }];

export const REQUESTS: readonly RequestScenario[] = [
  {
    name: '21-envoi-integre',
    description:
      'Compte rendu pour une patiente connue du CHU X, accusés de réception et de lecture demandés',
    build: () => request(21, { documents: [documents.reported] }),
    expected: {
      mails: toUrology,
      messages: [{ event: 'T02', answer: 'AA' }],
      receipts: [
        { event: 'Z02', status: 'Y', to: BAL },
        { event: 'Z03', status: 'Y', to: BAL },
      ],
    },
  },
  {
    name: '22-envoi-remplacement',
    description:
      'Deuxième version de ce compte rendu, par un MDM^T10 : elle remplace la première dans le DPI',
    build: () => request(22, { type: 'MDM', action: 'replace', documents: [documents.corrected] }),
    expected: {
      mails: toUrology,
      messages: [{ event: 'T10', answer: 'AA' }],
      receipts: [
        { event: 'Z02', status: 'Y', to: BAL },
        { event: 'Z03', status: 'Y', to: BAL },
      ],
    },
  },
  {
    name: '23-envoi-patient-inconnu',
    description:
      'Patient que le DPI ne connaît pas : le courriel arrive, le document n’est pas intégré (902)',
    build: () => request(23, { documents: [documents.ofStranger] }),
    expected: {
      mails: toUrology,
      messages: [{ event: 'T02', answer: '902' }],
      receipts: [
        { event: 'Z02', status: 'Y', to: BAL },
        { event: 'Z03', status: 'N', to: BAL, error: '902' },
      ],
    },
  },
  {
    name: '24-envoi-adresse-inconnue',
    description: 'Adresse qui n’existe pas : l’opérateur ne peut pas remettre le courriel (550)',
    build: () => request(24, { documents: [documents.toNobody], recipients: [{ address: NOBODY }] }),
    expected: {
      mails: [{ to: [NOBODY], mayAnswer: true }],
      messages: [],
      receipts: [{ event: 'Z02', status: 'N', to: NOBODY, error: '550' }],
    },
  },
  {
    name: '25-envoi-au-patient',
    description:
      'Compte rendu pour la messagerie de la patiente (Mon espace santé), sans réponse possible (FIN)',
    build: () =>
      request(25, {
        documents: [documents.toPatient],
        recipients: [patientRecipient(PATIENTS.oeuvrard)],
        wishes: { DESTMSSANTEPAT: 'Y', ACK_RECEPTION: 'Y' },
        texts: {},
        noAnswer: true,
        charset: '8859/15',
      }),
    expected: {
      mails: [{ to: [PATIENT_MAILBOX], mayAnswer: false }],
      messages: [],
      receipts: [{ event: 'Z02', status: 'Y', to: PATIENT_MAILBOX }],
    },
  },
  {
    name: '26-envoi-autre-patient',
    description: 'Le document joint est celui d’un autre patient : la demande est refusée aussitôt',
    build: () => request(26, { documents: [documents.misplaced], patient: PATIENTS.dartagnan }),
    expected: {
      refusal: { code: 'REQ-016', location: 'PID^1^3' },
      mails: [],
      messages: [],
      receipts: [],
    },
  },
  {
    name: '27-dmp-depot',
    description:
      'Compte rendu pour le DMP de la patiente et pour le CHU X à la fois : un dépôt, et un courriel',
    build: () =>
      dmpRequest(27, {
        documents: [documents.deposited],
        recipients: [UROLOGY],
        wishes: { DESTDMP: 'Y', DESTMSSANTEPS: 'Y', ACK_RECEPTION: 'Y', ACK_LECTURE_MSS: 'Y' },
        texts: { professionals: TEXT },
      }),
    expected: {
      mails: toUrology,
      messages: [{ event: 'T02', answer: 'AA' }],
      dmp: { asked: ['submit'], documents: ['Approved'] },
      receipts: [
        { event: 'Z01', status: 'Y' },
        { event: 'Z02', status: 'Y', to: BAL },
        { event: 'Z03', status: 'Y', to: BAL },
      ],
    },
  },
  {
    name: '28-dmp-remplacement',
    description:
      'Deuxième version de ce compte rendu, par un MDM^T10 : elle remplace la première dans le DMP',
    build: () => dmpRequest(28, { type: 'MDM', action: 'replace', documents: [documents.redeposited] }),
    expected: {
      mails: [],
      messages: [],
      dmp: { asked: ['query', 'submit'], documents: ['Deprecated', 'Approved'] },
      receipts: [{ event: 'Z01', status: 'Y' }],
    },
  },
  {
    name: '29-dmp-suppression',
    description: 'Retrait de cette deuxième version : elle est supprimée du DMP',
    build: () => dmpRequest(29, { action: 'delete', documents: [documents.redeposited] }),
    expected: {
      mails: [],
      messages: [],
      dmp: { asked: ['query', 'update'], documents: ['Deprecated', 'Deleted'] },
      receipts: [{ event: 'Z01', status: 'Y' }],
    },
  },
  {
    name: '30-dmp-ferme',
    description:
      'Patient dont le DMP est fermé : le DMP refuse, le laboratoire l’apprend avec le code du DMP',
    build: () => dmpRequest(30, { documents: [documents.toClosedDmp] }),
    expected: {
      mails: [],
      messages: [],
      dmp: { asked: ['submit'], documents: [], hold: 'DMP-006' },
      receipts: [{ event: 'Z01', status: 'N', error: 'DMPClosed' }],
    },
  },
];
