import { explain, GatewayError, type Fault } from '../errors/gateway-error.ts';
import { insOf, uniqueIdOf } from '../formats/cda/identity.ts';
import type { CdaHeader } from '../formats/cda/types.ts';
import { OTHER_ERROR } from '../formats/hl7/error-tables.ts';
import { buildMdm } from '../formats/hl7/mdm.ts';
import type { MailParticipant, MdmInput } from '../formats/hl7/types.ts';
import { sameAddress } from '../formats/mail/addresses.ts';
import type { MailAddress } from '../formats/mail/types.ts';
import { confidentialityOf, restrictionsOf } from '../formats/terminology/restrictions.ts';
import { typeCodeLabel } from '../formats/terminology/type-codes.ts';
import type { XdsAuthor } from '../formats/xdm/types.ts';
import type { Journal, NewDelivery, NewDocument, NewEvent } from '../journal/journal.ts';
import type { Clock } from '../basics/clock.ts';
import type { IdSource } from '../basics/ids.ts';
import type { MailFacts, ReadDocument } from './reading/reading.ts';
import type { ApplicationSettings, GatewaySettings, MailboxSettings } from './settings.ts';

export interface PlanContext {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly newId: IdSource;
  readonly gateway: GatewaySettings;
  readonly mailbox: MailboxSettings;
  readonly application: ApplicationSettings;
}

export interface PlannedDocument {
  readonly document: NewDocument;
  readonly delivery: NewDelivery;
  readonly events: readonly NewEvent[];
}

/** What is owed for one document of a mail: an MDM to send, or its place on the worklist, or its refusal. */
export async function planDocument(
  read: ReadDocument,
  mail: { readonly via: MailFacts; readonly messageId: string },
  context: PlanContext,
): Promise<PlannedDocument> {
  const { journal, newId, application } = context;
  const document = describeDocument(read, context);
  const earlier = document.uniqueId && (await journal.findDocument(application.name, document.uniqueId));
  const replaced = await findReplaced(document, context);
  const deliveryId = newId();
  const controlId = deliveryId.replaceAll('-', '').slice(0, 20);
  const message = messageOf(read, mail, document, replaced, controlId, context);
  const refusal = read.refusal ?? message.refusal;
  const hold = read.hold ?? message.hold ?? maskedHold(document, application);
  return {
    document,
    delivery: {
      id: deliveryId,
      kind: 'mdm',
      target: application.name,
      subject: document.id,
      lane: `${application.name}|${document.patientKey ?? document.id}`,
      identifiers: { controlId },
      start: startOf(refusal, hold),
      ...(refusal === undefined && message.bytes !== undefined ? { payload: message.bytes } : {}),
    },
    events: [
      ...(earlier && earlier.sha1 !== document.sha1
        ? [{ type: 'same-id-other-bytes', deliveryId, data: { earlier: earlier.exchangeId } }]
        : []),
      ...(read.integrity === 'not-given' ? [{ type: 'no-hash-given', deliveryId }] : []),
    ],
  };
}

function startOf(refusal: Fault | undefined, hold: Fault | undefined): NewDelivery['start'] {
  if (refusal !== undefined) {
    return { state: 'done', ending: { outcome: 'refused', ...OTHER_ERROR, reason: explain(refusal) } };
  }
  return hold === undefined ? { state: 'waiting' } : { state: 'held', fault: hold };
}

function describeDocument(read: ReadDocument, { journal, newId, application }: PlanContext): NewDocument {
  const { header } = read;
  const [identifier] = header?.patient.identifiers ?? [];
  const patient = header === undefined ? undefined : (insOf(header.patient) ?? identifier);
  return {
    id: newId(),
    uniqueId: header === undefined ? read.announcedId : uniqueIdOf(header.id),
    setId: header?.setId === undefined ? undefined : uniqueIdOf(header.setId),
    version: header?.versionNumber,
    parentIds: header?.replaces.map(uniqueIdOf) ?? [],
    sha1: read.sha1,
    action: read.action,
    typeCode: header?.code.code ?? read.typeCode?.code,
    typeLabel: header === undefined ? read.typeCode?.display : labelOf(header),
    confidentiality: confidentialityOf([
      ...(header?.confidentiality === undefined ? [] : [header.confidentiality.code]),
      ...read.confidentialityCodes.map(({ code }) => code),
    ]),
    patientKey:
      patient === undefined ? undefined : journal.keyOf(`${application.name}|${uniqueIdOf(patient)}`),
  };
}

function labelOf({ code }: CdaHeader): string {
  return code.display ?? typeCodeLabel(code.code) ?? code.code;
}

/** The version that this document replaces, when the journal knows it: MODIF_CONF_CODE compares with it. */
async function findReplaced(
  document: NewDocument,
  { journal, application }: PlanContext,
): Promise<NewDocument | undefined> {
  if (document.action !== 'replace') return undefined;
  for (const parentId of document.parentIds) {
    const known = await journal.findDocument(application.name, parentId);
    if (known !== undefined) return known;
  }
  return undefined;
}

/** MASQUE_PS: the specification's history says "do not send", its table lists Y; the strict reading is the default. */
function maskedHold(document: NewDocument, application: ApplicationSettings): Fault | undefined {
  const masked = restrictionsOf(document.confidentiality).masquePs;
  return masked && application.masked === 'hold' ? { code: 'DOC-001' } : undefined;
}

/** The MDM's bytes, fixed now for every attempt; none for a document that cannot be made into one. */
function messageOf(
  read: ReadDocument,
  { via, messageId }: { readonly via: MailFacts; readonly messageId: string },
  document: NewDocument,
  replaced: NewDocument | undefined,
  controlId: string,
  { clock, gateway, mailbox, application }: PlanContext,
): { readonly bytes?: Uint8Array; readonly refusal?: Fault; readonly hold?: Fault } {
  const { header, bytes, action } = read;
  if (read.refusal !== undefined || header === undefined || bytes === undefined || action === undefined)
    return {};
  const from = via.from;
  if (from === undefined) return { hold: { code: 'MAIL-011' } };
  const input: MdmInput = {
    sender: gateway.party,
    receiver: application.party,
    controlId,
    time: clock.now(),
    processingId: application.processingId,
    charset: application.charset,
    unmappable: application.unmappable,
    action,
    header,
    document: bytes,
    from: { address: from.address, ...authorOf(read.submissionAuthor) },
    recipients: recipientsOf(via, mailbox),
    replyTo: via.replyTo.map(({ address }) => ({ address })),
    mail: { messageId: via.messageId ?? messageId, subject: via.subject || 'Sans objet', text: via.text },
    restrictions: {
      ...restrictionsOf(document.confidentiality),
      modifConfCode: replaced !== undefined && !sameCodes(replaced.confidentiality, document.confidentiality),
    },
  };
  try {
    return { bytes: buildMdm(input) };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return { hold: error.fault };
  }
}

/**
 * The mail's recipients, the watched mailbox among them: it always is one, also behind an alias or a forward, and its
 * organisation tells the application where the document belongs (profils-messages.md, note 3).
 */
function recipientsOf(via: MailFacts, mailbox: MailboxSettings): MailParticipant[] {
  const own = { address: mailbox.address, organization: mailbox.organization };
  const named = unique([...via.to, ...via.cc]);
  const all = named.map(({ address }) => (sameAddress(address, mailbox.address) ? own : { address }));
  return all.includes(own) ? all : [own, ...all];
}

function unique(addresses: readonly MailAddress[]): MailAddress[] {
  return addresses.filter(
    ({ address }, at) => addresses.findIndex(other => sameAddress(other.address, address)) === at,
  );
}

/**
 * Who sent: the author of METADATA's submission set, which the sending side fills from PRT `SB` (mapping table of the
 * request specification), read back into the same fields.
 */
function authorOf(author: XdsAuthor | undefined): Pick<MailParticipant, 'person' | 'organization'> {
  const [name, , , , , authority, type, , , id] = author?.institutions[0]?.split('^') ?? [];
  return {
    ...(author?.person === undefined ? {} : { person: author.person.split('^') }),
    ...(name ? { organization: { name, id, type, authority } } : {}),
  };
}

function sameCodes(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every(code => right.includes(code));
}
