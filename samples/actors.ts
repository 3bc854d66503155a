import { type CdaSample, INS_TEST, PATIENTS, type SamplePatient } from './kit/cda.ts';
import { type ArchiveDocument, xdmArchive } from './kit/archive.ts';
import { archivePart, documentMail, type DocumentMail, type MailPart } from './kit/mail.ts';
import { samplePdf } from './kit/pdf.ts';
import { patientRecipient } from './kit/request.ts';

/** The mailboxes of the samples; all of them are invented. */
export const BAL = 'dpi.urologie@chu-x.mssante.fr';
export const ERROR_MAILBOX = 'erreurs@chu-x.mssante.fr';
export const LABORATORY = 'resultats@embruns.mssante.fr';
/** The organisational mailbox that a secretary forwards from by hand. */
export const SECRETARY = 'urologie@chu-x.mssante.fr';

/** The applicative mailbox that the laboratory's own gateway sends from, and the patient's own. */
export const LABORATORY_BAL = 'pfi@embruns.mssante.fr';
export const PATIENT_MAILBOX = patientRecipient(PATIENTS.oeuvrard).address ?? '';

/** Patients that the demo's DPI knows. Ibrahima Diallo is not one of them; Paul Lenoir is, without INS. */
export const KNOWN_PATIENTS: readonly SamplePatient[] = [
  PATIENTS.morvan,
  PATIENTS.dartagnan,
  PATIENTS.oeuvrard,
  PATIENTS.lenoir,
];

/** The DMP of Charles d’Artagnan is closed: his INS. */
export const CLOSED_DMP = PATIENTS.dartagnan.identifiers.flatMap(({ root, extension = '' }) =>
  root === INS_TEST ? [extension] : [],
);

export interface LaboratoryMail extends DocumentMail {
  /** Tells the mail from others: its Message-ID and date are made from it. */
  readonly number: number;
  /** What the archive holds, and what the subject and the PDF names are made from. */
  readonly documents: readonly ArchiveDocument[];
  /** An archive's bytes instead. */
  readonly archive?: Buffer;
  /** Asks for an MDN. */
  readonly asksReceipt?: boolean;
}

/**
 * A mail as the laboratory's own gateway sends it: the subject of ECO.2.1.3, the X-MSS headers, IHE_XDM.zip and a PDF
 * for each document. Without Return-Path, which final delivery adds.
 */
export async function laboratoryMail(mail: LaboratoryMail): Promise<Buffer> {
  const { number, documents, archive, asksReceipt = false, ...overrides } = mail;
  const samples = documents.map(({ sample }) => sample);
  return documentMail({
    from: `"Laboratoire des Embruns" <${LABORATORY}>`,
    to: BAL,
    subject: subjectOf(samples),
    text: 'Bonjour,\n\nVeuillez trouver ci-joint un compte rendu pour votre patient.\n\nLaboratoire des Embruns\n',
    attachments: [archivePart(archive ?? (await xdmArchive({ documents }))), ...samples.map(pdfOf)],
    messageId: messageIdOf(number),
    returnPath: '',
    date: dateOf(number),
    ...(asksReceipt && { dnt: LABORATORY }),
    headers: ['X-MSS-NIL: DEV999999', ...codesOf(samples)],
    ...overrides,
  });
}

export function messageIdOf(number: number): string {
  return `<${String(number).padStart(4, '0')}.20261120@embruns.mssante.fr>`;
}

/** One mail a minute, on the morning of 20 November 2026. */
export function dateOf(number: number): Date {
  return new Date(Date.UTC(2026, 10, 20, 8, number));
}

function codesOf(documents: readonly CdaSample[]): string[] {
  if (documents.length === 0) return [];
  const qualified = documents.every(({ patient }) =>
    patient.identifiers.some(({ root }) => root === INS_TEST),
  );
  return [
    `X-MSS-CODECDA: ${documents.map(({ code }) => code).join(',')}`,
    `X-MSS-INS: ${qualified ? 'O' : 'N'}`,
  ];
}

function subjectOf([first, ...others]: readonly CdaSample[]): string {
  if (first === undefined) return 'XDM/1.0/DDM+document';
  const label = others.length === 0 ? first.display : `${others.length + 1} documents`;
  return `XDM/1.0/DDM+${label} ${first.patient.birthFamily} ${first.patient.birthGiven} ${birthDate(first.patient)}`;
}

function birthDate({ birthTime = '' }: SamplePatient): string {
  return birthTime.replace(/^(\d{4})(\d\d)(\d\d).*/, '$3/$2/$1');
}

/** ECO.2.1.6: `<date>_<type>_<NOM>_<prénom>_<numéro>.pdf`. */
function pdfOf(sample: CdaSample, index: number): MailPart {
  const { birthFamily = '', birthGiven = '' } = sample.patient;
  const words = [
    sample.effectiveTime.slice(0, 8),
    sample.display,
    birthFamily,
    birthGiven,
    String(index + 1),
  ];
  const ascii = words.map(word => word.normalize('NFD').replaceAll(/[^A-Za-z0-9]+/g, ''));
  const content = samplePdf([sample.title, `${birthFamily} ${birthGiven}`]);
  return { contentType: 'application/pdf', filename: `${ascii.join('_')}.pdf`, content };
}
