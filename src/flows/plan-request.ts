import type { Clock } from '../basics/clock.ts';
import type { IdSource } from '../basics/ids.ts';
import { uniqueIdOf } from '../formats/cda/identity.ts';
import { namesOf } from '../formats/hl7/request-party.ts';
import type { Audience, DocumentRequest, RequestDocument } from '../formats/hl7/request-types.ts';
import { confidentialityOf } from '../formats/terminology/restrictions.ts';
import type {
  Journal,
  NewDelivery,
  NewDocument,
  NewEvent,
  NewRecipient,
  NewRequest,
} from '../journal/journal.ts';
import { keepRequest, type PlannedMail, type RequestFacts } from './kept-request.ts';
import { patientKeyOf, typeLabelOf } from './plan-document.ts';
import { ownError } from './publishing/owed-zam.ts';
import { type CreatorSettings, targetOf } from './settings.ts';
import { dmpZamDelivery } from './zam-delivery.ts';

const NO_DMP = { code: 'OUT-001' } as const;

export interface PlanRequestContext {
  readonly journal: Pick<Journal, 'keyOf'>;
  readonly clock: Clock;
  readonly newId: IdSource;
  readonly creator: CreatorSettings;
}

/** What the journal is told of a request: the documents, the recipients, and what is owed because of it. */
export function planRequest(
  request: DocumentRequest,
  digest: string,
  context: PlanRequestContext,
): NewRequest {
  const { clock, newId, creator } = context;
  const { head, wishes } = request;
  const exchangeId = newId();
  const mails = (['professionals', 'patient'] as const).flatMap(audience =>
    planMail(request, audience, newId),
  );
  const documents = request.documents.map(document => describe(document, request, context));
  const facts: RequestFacts = { head, ackReception: wishes.ackReception, ackReading: wishes.ackReading };
  return {
    exchangeId,
    nature: 'request',
    application: creator.name,
    mailbox: creator.mailbox,
    from: { ...namesOf(head.sender), controlId: head.controlId },
    digest,
    since: clock.now().getTime() - creator.windowMs,
    facts: JSON.stringify(facts),
    documents,
    recipients: mails.flatMap(mail => recipientsOf(mail, request, context)),
    deliveries: [
      ...(mails.length === 0 ? [] : [owed(newId(), 'prepare', targetOf.prepare, exchangeId)]),
      ...(wishes.dmp ? owedToDmp({ exchangeId, facts, documents }, context) : []),
    ],
    payloads: keepRequest(
      {
        application: creator.name,
        action: request.action,
        documents: request.documents.length,
        restrictions: wishes,
        changesVisibility: wishes.modifConfCode,
        secretConnection: wishes.connexionSecrete,
        patientClass: request.patientClass,
        qualified: request.patient.qualified,
        sender: request.sender,
        replyTo: request.replyTo,
        asksReading: wishes.ackReading,
        patientMayAnswer: request.patientMayAnswer,
        mails,
      },
      request.documents.map(({ bytes }) => bytes),
    ),
    events: eventsOf(request),
  };
}

function planMail({ recipients, text }: DocumentRequest, audience: Audience, newId: IdSource): PlannedMail[] {
  const those = recipients.filter(recipient => recipient.audience === audience);
  if (those.length === 0) return [];
  return [
    {
      id: newId(),
      audience,
      recipients: those.map(({ address }) => ({ id: newId(), address })),
      text: text[audience],
    },
  ];
}

function recipientsOf(
  mail: PlannedMail,
  { recipients }: DocumentRequest,
  { journal }: PlanRequestContext,
): NewRecipient[] {
  const isPatient = mail.audience === 'patient';
  return mail.recipients.map(({ id, address }) => ({
    id,
    mailId: mail.id,
    address: isPatient ? undefined : address,
    addressKey: addressKeyOf(address, journal),
    identifier: isPatient
      ? undefined
      : recipients.find(recipient => recipient.address === address)?.identifier,
  }));
}

/** An address as the journal knows it: the patient's holds the INS and stands nowhere in clear. */
export function addressKeyOf(address: string, journal: Pick<Journal, 'keyOf'>): string {
  return journal.keyOf(`address:${address.toLowerCase()}`);
}

/** Without a DMP it waits for a person from the first, and its application hears of that. */
function owedToDmp(
  {
    exchangeId,
    facts,
    documents,
  }: Pick<NewRequest, 'exchangeId' | 'documents'> & { readonly facts: RequestFacts },
  context: PlanRequestContext,
): NewDelivery[] {
  const { newId, creator } = context;
  const deposit = owed(newId(), 'dmp', targetOf.dmp, documents[0]?.patientKey ?? exchangeId);
  if (creator.hasDmp) return [deposit];
  const error = ownError(NO_DMP);
  const about = { facts, application: creator.name, exchangeId, order: undefined, error };
  return [{ ...deposit, start: { state: 'held', fault: NO_DMP } }, dmpZamDelivery(about, context)];
}

function owed(id: string, kind: 'prepare' | 'dmp', target: string, lane: string): NewDelivery {
  return {
    id,
    kind,
    target,
    subject: '',
    lane: `${target}|${lane}`,
    identifiers: {},
    start: { state: 'waiting' },
  };
}

function describe(
  { header }: RequestDocument,
  { action, wishes }: DocumentRequest,
  { journal, newId }: PlanRequestContext,
): NewDocument {
  return {
    id: newId(),
    uniqueId: uniqueIdOf(header.id),
    setId: header.setId === undefined ? undefined : uniqueIdOf(header.setId),
    version: header.versionNumber,
    parentIds: header.replaces.map(uniqueIdOf),
    sha1: undefined,
    action,
    typeCode: header.code.code,
    typeLabel: typeLabelOf(header),
    confidentiality: confidentialityOf([
      ...header.confidentiality.map(({ code }) => code),
      ...(wishes.masquePs ? ['MASQUE_PS'] : []),
      ...(wishes.invisiblePatient ? ['INVISIBLE_PATIENT'] : []),
      ...(wishes.invisibleRepLegaux ? ['INVISIBLE_REP_LEGAUX'] : []),
    ]),
    patientKey: patientKeyOf(header, journal),
  };
}

function eventsOf({ documents, recipients, passedOver, head }: DocumentRequest): NewEvent[] {
  return [
    {
      type: 'request-accepted',
      data: { event: head.event, documents: documents.length, recipients: recipients.length },
    },
    ...(passedOver === 0 ? [] : [{ type: 'recipients-passed-over', data: { count: passedOver } } as const]),
  ];
}
