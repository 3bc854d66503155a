import type { Clock } from '../basics/clock.ts';
import type { IdSource } from '../basics/ids.ts';
import { explain, type Fault } from '../errors/gateway-error.ts';
import { insOf, uniqueIdOf } from '../formats/cda/identity.ts';
import type { CdaHeader } from '../formats/cda/types.ts';
import { controlIdOf } from '../formats/hl7/control-id.ts';
import { OTHER_ERROR } from '../formats/hl7/error-tables.ts';
import { confidentialityOf, restrictionsOf } from '../formats/terminology/restrictions.ts';
import { typeNameOf } from '../formats/terminology/type-codes.ts';
import type { DocumentRecord, Journal, NewDelivery, NewDocument, NewEvent } from '../journal/journal.ts';
import { mdmOfDocument, type ReadMail } from './mdm-of-document.ts';
import type { ReadDocument } from './reading/reading.ts';
import type { ApplicationSettings, GatewaySettings, MailboxSettings } from './settings.ts';

export interface PlanContext {
  /** What was received and sent before. */
  readonly journal: Pick<Journal, 'keyOf' | 'findDocument' | 'isOurs' | 'sentMail' | 'payload'>;
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
  mail: ReadMail,
  context: PlanContext,
): Promise<PlannedDocument> {
  const { journal, newId, application } = context;
  const document = describeDocument(read, context);
  const earlier = document.uniqueId && (await journal.findDocument(application.name, document.uniqueId));
  const replaced = await findReplaced(document, context);
  const deliveryId = newId();
  const controlId = controlIdOf(deliveryId);
  const message = mdmOfDocument(read, mail, document, replaced, controlId, context);
  const acted = document.action === 'delete' ? earlier || undefined : replaced;
  const hold =
    read.hold ?? message.hold ?? otherPatientHold(document, acted) ?? maskedHold(document, application);
  return {
    document,
    delivery: {
      id: deliveryId,
      kind: 'mdm',
      target: application.name,
      subject: document.id,
      lane: `${application.name}|${document.patientKey ?? document.id}`,
      identifiers: { controlId },
      start: startOf(read.refusal, hold),
      ...(message.bytes !== undefined ? { payload: message.bytes } : {}),
    },
    events: eventsOf(read, document, earlier || undefined, deliveryId),
  };
}

function eventsOf(
  { integrity }: ReadDocument,
  { action, parentIds, sha1 }: NewDocument,
  earlier: DocumentRecord | undefined,
  deliveryId: string,
): NewEvent[] {
  const events: NewEvent[] = [];
  if (earlier !== undefined && earlier.sha1 !== sha1) {
    events.push({ type: 'same-id-other-bytes', deliveryId, data: { earlier: earlier.exchangeId } });
  }
  // Sent as an addition, as the mail asks: the version that it names stays beside it.
  if (action === 'add' && parentIds.length > 0) {
    events.push({ type: 'names-a-parent-without-action', deliveryId });
  }
  if (integrity === 'not-given') events.push({ type: 'no-hash-given', deliveryId });
  return events;
}

function startOf(refusal: Fault | undefined, hold: Fault | undefined): NewDelivery['start'] {
  if (refusal !== undefined) {
    return { state: 'done', ending: { outcome: 'refused', ...OTHER_ERROR, reason: explain(refusal) } };
  }
  return hold === undefined ? { state: 'waiting' } : { state: 'held', fault: hold };
}

function describeDocument(read: ReadDocument, { journal, newId }: PlanContext): NewDocument {
  const { header } = read;
  return {
    id: newId(),
    uniqueId: header === undefined ? read.announcedId : uniqueIdOf(header.id),
    setId: header?.setId === undefined ? undefined : uniqueIdOf(header.setId),
    version: header?.versionNumber,
    parentIds: header?.replaces.map(uniqueIdOf) ?? [],
    sha1: read.sha1,
    action: read.action,
    typeCode: header?.code.code ?? read.typeCode?.code,
    typeLabel: header === undefined ? read.typeCode?.display : typeLabelOf(header),
    // Quirk H4: of two spellings one code.
    confidentiality: confidentialityOf(
      [...(header?.confidentiality ?? []), ...read.confidentialityCodes].map(({ code }) => code),
    ),
    patientKey: header === undefined ? undefined : patientKeyOf(header, journal),
  };
}

/** What a document's type is called: by itself, else by the terminology. */
export function typeLabelOf({ code }: CdaHeader): string {
  return typeNameOf(code) ?? code.code;
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

const INS_KEY = 'ins:';

/** Groups a patient's documents without naming the patient; begins with `ins:` where it is the INS that does. */
export function patientKeyOf({ patient }: CdaHeader, journal: Pick<Journal, 'keyOf'>): string | undefined {
  const ins = insOf(patient);
  if (ins !== undefined) return `${INS_KEY}${journal.keyOf(uniqueIdOf(ins))}`;
  const [identifier] = patient.identifiers;
  return identifier === undefined ? undefined : `id:${journal.keyOf(uniqueIdOf(identifier))}`;
}

/** Local identifiers of one patient differ from house to house; two INS do not. */
function otherPatientHold(document: NewDocument, acted: NewDocument | undefined): Fault | undefined {
  const keys = [document.patientKey, acted?.patientKey];
  const bothIns = keys.every(key => key?.startsWith(INS_KEY));
  return bothIns && keys[0] !== keys[1] ? { code: 'XDM-021' } : undefined;
}

/** MASQUE_PS: the specification's history says "do not send", its table lists Y; the strict reading is the default. */
function maskedHold(document: NewDocument, application: ApplicationSettings): Fault | undefined {
  const masked = restrictionsOf(document.confidentiality).masquePs;
  return masked && application.masked === 'hold' ? { code: 'DOC-001' } : undefined;
}
