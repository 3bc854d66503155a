import type {
  Acceptance,
  NewDelivery,
  NewDocument,
  NewRecipient,
  NewRequest,
  SubmittedRecipient,
} from '../../src/journal/journal.ts';
import { type JournalBed, viewOf } from './journal.ts';

export type Bed = Pick<JournalBed, 'journal' | 'newId'>;

export const PREPARE = 'pfi:prepare';
export const DMP = 'pfi:dmp';
export const SMTP = 'smtp:urologie';
export const CREATOR = 'labo';
export const DAY = 86_400_000;

/** Somebody to write to; the patient's address stands nowhere in clear. */
export interface RecipientSpec {
  readonly audience?: 'professionals' | 'patient';
  readonly address?: string;
}

/** What a request asks for: a mail to one professional where nothing is said. */
export interface RequestSpec
  extends Partial<Omit<NewRequest, 'documents' | 'recipients' | 'deliveries' | 'from'>> {
  readonly from?: Partial<NewRequest['from']>;
  readonly documents?: readonly Partial<NewDocument>[];
  readonly recipients?: readonly RecipientSpec[];
  readonly patient?: string;
  readonly dmp?: boolean;
}

export interface PlannedMail {
  readonly id: string;
  readonly audience: 'professionals' | 'patient';
  readonly recipients: readonly NewRecipient[];
}

/** A request with the ids that were fixed when it was planned. */
export interface PlannedRequest {
  readonly exchangeId: string;
  readonly request: NewRequest;
  readonly prepareId: string;
  readonly mails: readonly PlannedMail[];
  /** The first mail and its first recipient. */
  readonly mailId: string;
  readonly recipientId: string;
}

/** A request as `flows/plan-request.ts` plans it. */
export function planRequest({ journal, newId }: Bed, spec: RequestSpec = {}): PlannedRequest {
  const { from, documents = [{}], recipients: wanted = [{}], patient, dmp = false, ...rest } = spec;
  const exchangeId = rest.exchangeId ?? newId();
  const mails = (['professionals', 'patient'] as const).flatMap((audience): PlannedMail[] => {
    const those = wanted.filter(each => (each.audience ?? 'professionals') === audience);
    const id = newId();
    const recipients = those.map(({ address = `${newId()}@medecin.example` }) => ({
      id: newId(),
      mailId: id,
      address: audience === 'patient' ? undefined : address,
      addressKey: journal.keyOf(`address:${address}`),
      identifier: audience === 'patient' ? undefined : '801234567866',
    }));
    return those.length === 0 ? [] : [{ id, audience, recipients }];
  });
  const prepareId = newId();
  const lane = patient ?? exchangeId;
  const owedAtOnce = (id: string, kind: 'prepare' | 'dmp', target: string): NewDelivery => ({
    id,
    kind,
    target,
    subject: '',
    lane: `${target}|${lane}`,
    identifiers: {},
    start: { state: 'waiting' },
  });
  const request: NewRequest = {
    exchangeId,
    nature: 'request',
    application: CREATOR,
    mailbox: 'urologie',
    digest: newId(),
    since: 0,
    facts: JSON.stringify({ head: exchangeId }),
    payloads: [{ name: 'request', bytes: Buffer.from(`kept ${exchangeId}`) }],
    events: [{ type: 'request-accepted', data: { documents: documents.length } }],
    ...rest,
    from: { application: 'SGL', facility: 'LABO_Y', controlId: newId(), ...from },
    documents: documents.map(document => ({
      id: newId(),
      uniqueId: `1.2.250.1.999.1^${newId()}`,
      setId: undefined,
      version: '1',
      parentIds: [],
      sha1: undefined,
      action: 'add',
      typeCode: '11502-2',
      typeLabel: 'CR d’examens biologiques',
      confidentiality: ['N'],
      patientKey: patient,
      ...document,
    })),
    recipients: mails.flatMap(({ recipients }) => recipients),
    deliveries: [
      ...(mails.length === 0 ? [] : [owedAtOnce(prepareId, 'prepare', PREPARE)]),
      ...(dmp ? [owedAtOnce(newId(), 'dmp', DMP)] : []),
    ],
  };
  const [first] = mails;
  const recipientId = first?.recipients[0]?.id ?? '';
  return { exchangeId, request, prepareId, mails, mailId: first?.id ?? '', recipientId };
}

/** A request that was accepted. */
export async function bringRequest(bed: Bed, spec: RequestSpec = {}): Promise<PlannedRequest> {
  const planned = planRequest(bed, spec);
  const acceptance: Acceptance = await bed.journal.acceptRequest(planned.request);
  if (acceptance !== 'accepted') throw new Error(`request ${acceptance}`);
  return planned;
}

/** What preparing a request gives rise to: each mail, and the report on each of its recipients. */
export function mailsOf(
  { newId }: Pick<Bed, 'newId'>,
  {
    request: { application, mailbox, exchangeId, documents },
    mails,
  }: Pick<PlannedRequest, 'mails'> & {
    readonly request: Pick<NewRequest, 'application' | 'mailbox' | 'exchangeId' | 'documents'>;
  },
): NewDelivery[] {
  const target = `smtp:${mailbox}`;
  return mails.flatMap(({ id, audience, recipients }): NewDelivery[] => [
    {
      id,
      kind: 'mail',
      target,
      subject: audience,
      lane: `${target}|${documents[0]?.patientKey ?? exchangeId}`,
      identifiers: { messageId: `<${id}@chu-x.example>`, from: 'urologie@chu-x.example' },
      start: { state: 'waiting' },
      payload: Buffer.from(`mail ${id}`),
    },
    ...recipients.map(
      ({ id: recipientId, address }): NewDelivery => ({
        id: newId(),
        kind: 'report',
        target: application,
        subject: recipientId,
        lane: `${PREPARE}|${recipientId}`,
        identifiers: { mail: id, ...(address === undefined ? {} : { to: address }) },
        start: { state: 'expected' },
      }),
    ),
  ]);
}

/** Has one delivery of a target claimed and begun, and no other. */
export async function begin({ journal }: Bed, target: string, deliveryId: string): Promise<void> {
  const claimed = await journal.claim(target, 100);
  for (const { id } of claimed) if (id !== deliveryId) await journal.release(id);
  if (!claimed.some(({ id }) => id === deliveryId)) throw new Error(`not claimed: ${deliveryId}`);
  await journal.sending(deliveryId);
}

/** Makes the mails of a request: they are owed, and their reports expected. */
export async function prepare(bed: Bed, planned: PlannedRequest): Promise<void> {
  await begin(bed, PREPARE, planned.prepareId);
  await bed.journal.end(planned.prepareId, { outcome: 'accepted' }, mailsOf(bed, planned));
}

/** The operator's answer for one recipient. */
export function answered(recipientId: string, change: Partial<SubmittedRecipient> = {}): SubmittedRecipient {
  return { recipientId, state: 'sent', owed: [], hold: undefined, ...change };
}

/** A mail that the operator takes for all its recipients. @param reportBy undefined where it sends no reports */
export async function send(
  bed: Bed,
  { request, mails }: PlannedRequest,
  { mailId, reportBy }: { readonly mailId?: string; readonly reportBy: number | undefined },
): Promise<void> {
  const mail = mails.find(({ id }) => id === (mailId ?? mails[0]?.id));
  if (mail === undefined) throw new Error('a request with that mail');
  await begin(bed, `smtp:${request.mailbox}`, mail.id);
  const recipients = mail.recipients.map(({ id }) => answered(id));
  await bed.journal.submitted(mail.id, { recipients, reportBy });
  await bed.journal.end(mail.id, { outcome: 'accepted' });
}

/** A request whose mails are made and sent; their reports may come. */
export async function bringSentRequest(
  bed: JournalBed,
  spec: RequestSpec = {},
  { reportBy }: { readonly reportBy: number | undefined } = { reportBy: bed.clock.at() + 3 * DAY },
): Promise<PlannedRequest> {
  const planned = await bringRequest(bed, spec);
  await prepare(bed, planned);
  for (const { id } of planned.mails) await send(bed, planned, { mailId: id, reportBy });
  return planned;
}

/** A payload as text; undefined where there is none. */
export async function payloadText(
  { journal }: Pick<Bed, 'journal'>,
  { exchangeId }: { readonly exchangeId: string },
  name: string,
): Promise<string | undefined> {
  const bytes = await journal.payload(exchangeId, name);
  return bytes && Buffer.from(bytes).toString();
}

/** The types of an exchange's events, in order. */
export async function eventsOf(bed: Bed, exchangeId: string): Promise<string[]> {
  return (await viewOf(bed, exchangeId)).events.map(({ type }) => type);
}

/** Whether an exchange has ended, or what it is instead. */
export async function stateOf(
  bed: Pick<Bed, 'journal'>,
  { exchangeId }: { readonly exchangeId: string },
): Promise<string> {
  return (await viewOf(bed, exchangeId)).exchange.state;
}
