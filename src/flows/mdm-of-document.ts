import { GatewayError, type Fault } from '../errors/gateway-error.ts';
import { unescapeValue } from '../formats/hl7/escape.ts';
import { buildMdm } from '../formats/hl7/mdm.ts';
import type { MailParticipant, MdmInput } from '../formats/hl7/types.ts';
import { sameAddress } from '../formats/mail/addresses.ts';
import type { MailAddress } from '../formats/mail/types.ts';
import { restrictionsOf } from '../formats/terminology/restrictions.ts';
import type { XdsAuthor } from '../formats/xdm/types.ts';
import type { NewDocument } from '../journal/journal.ts';
import type { PlanContext } from './plan-document.ts';
import type { MailFacts, ReadDocument } from './reading/reading.ts';
import type { MailboxSettings } from './settings.ts';

/** Forwarded by hand, its parts attached anew: who wrote the archive is not who sends this mail. */
const FORWARDED = /^\s*(?:fwd?|tr|wg)\s*:/i;

/**
 * The mail that carries the archive, and the one that lies in the mailbox: the same, unless it was forwarded.
 */
export interface ReadMail {
  readonly via: MailFacts;
  readonly outer: MailFacts;
}

/** The MDM's bytes, fixed now for every attempt; none for a document that cannot be made into one. */
export function mdmOfDocument(
  read: ReadDocument,
  { via, outer }: ReadMail,
  document: NewDocument,
  replaced: NewDocument | undefined,
  controlId: string,
  { clock, gateway, mailbox, application }: PlanContext,
): { readonly bytes?: Uint8Array; readonly hold?: Fault } {
  const { header, bytes, action } = read;
  if (read.refusal !== undefined || header === undefined || bytes === undefined || action === undefined)
    return {};
  const from = via.from ?? outer.from;
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
    from: { address: from.address, ...(FORWARDED.test(via.subject) ? {} : authorOf(read.submissionAuthor)) },
    recipients: recipientsOf(via, mailbox),
    replyTo: via.replyTo.map(({ address }) => ({ address })),
    mail: {
      messageId: via.messageId ?? outer.messageId ?? '',
      subject: via.subject || 'Sans objet',
      text: via.text,
    },
    restrictions: {
      ...restrictionsOf(document.confidentiality),
      modifConfCode: replaced !== undefined && !sameVisibility(replaced, document),
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
 * The mail's recipients, the watched mailbox among them: it always is one, also behind an alias or a forward,
 * and its organisation tells the application where the document belongs (ANS, Transmission au LPS v1.1, “Le
 * groupe de segments OBXNTE portant le document CDA”, note 3).
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
 * Who sent: the author of METADATA's submission set, which the sending side fills from PRT `SB` (mapping
 * table of the request specification), read back into the same fields.
 */
function authorOf(author: XdsAuthor | undefined): Pick<MailParticipant, 'person' | 'organization'> {
  const [name, , , , , authority, type, , , id] = componentsOf(author?.institutions[0] ?? '');
  return {
    ...(author?.person === undefined ? {} : { person: componentsOf(author.person) }),
    ...(name ? { organization: { name, id, type, authority } } : {}),
  };
}

/** Components of an HL7 v2 text, its escapes undone. */
function componentsOf(text: string): string[] {
  return text.split('^').map(component => unescapeValue(component));
}

/** MODIF_CONF_CODE tells of a change in what the patient and the legal representatives may see. */
function sameVisibility(left: NewDocument, right: NewDocument): boolean {
  const [before, after] = [restrictionsOf(left.confidentiality), restrictionsOf(right.confidentiality)];
  return (
    before.invisiblePatient === after.invisiblePatient &&
    before.invisibleRepLegaux === after.invisibleRepLegaux
  );
}
