import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import { type ErrorFields, GatewayError, toGatewayError } from '../errors/gateway-error.ts';
import { logFields } from '../errors/log-fields.ts';
import { controlIdOf } from '../formats/hl7/control-id.ts';
import { Hl7Error } from '../formats/hl7/hl7-error.ts';
import { parseHeader } from '../formats/hl7/message.ts';
import { readRequest } from '../formats/hl7/read-request.ts';
import { acceptance, refusal } from '../formats/hl7/request-answer.ts';
import { valueOf } from '../formats/hl7/request-fields.ts';
import { namesOf, readParty } from '../formats/hl7/request-party.ts';
import type { DocumentRequest, RequestRules } from '../formats/hl7/request-types.ts';
import { documentMetadata } from '../formats/xdm/document-metadata.ts';
import type { Journal, NewRequest, RequestName } from '../journal/journal.ts';
import type { MllpAnswer, MllpEvents } from '../peers/interfaces.ts';
import { planRequest, type PlanRequestContext } from './plan-request.ts';
import { type GatewaySettings, targetOf, type Woken } from './settings.ts';

export interface AcceptContext extends PlanRequestContext {
  readonly journal: Journal;
  readonly gateway: GatewaySettings;
  readonly log: Logger;
  readonly wake: (targets: Woken) => void;
}

/**
 * Takes a request to send documents and gives the answer for its sender (ANS, Transmission de documents CDA en HL7v2
 * v2.1, “Le message d'acquittement”): AA once everything that is owed because of it stands in the journal, AE with the
 * first fault, AR where it cannot be stored at this moment.
 */
export async function acceptRequest(message: Uint8Array, context: AcceptContext): Promise<MllpAnswer> {
  const { clock, newId, gateway, log, wake } = context;
  const answer = { request: message, controlId: controlIdOf(newId()), time: clock.now() };
  try {
    const woken = await take(message, context);
    wake(woken);
    return { bytes: acceptance(answer), isReadable: true };
  } catch (thrown) {
    const error = asRefusal(thrown);
    const isReadable = error.code !== NO_MESSAGE;
    // What is none is told by its connection, see `logUnreadable`.
    if (isReadable) log.warn(refusalFields(error, thrown), 'request refused');
    return { bytes: refusal({ ...answer, error, self: gateway.party }), isReadable };
  }
}

/** What is no HL7 message. */
const NO_MESSAGE = 'REQ-001';

/** Writes that messages were refused which are none, see {@link MllpEvents.unreadable}. */
export function logUnreadable(
  run: Parameters<MllpEvents['unreadable']>[0],
  { log }: Pick<AcceptContext, 'log'>,
): void {
  log.warn({ code: NO_MESSAGE, ...run }, 'request refused');
}

/**
 * The answer to a message that did not come whole; undefined where nobody could tell what it answers.
 *
 * @param begin its first bytes
 */
export function refuseBroken(
  why: 'too-large' | 'cut',
  begin: Uint8Array,
  { clock, newId, gateway, log }: Pick<AcceptContext, 'clock' | 'newId' | 'gateway' | 'log'>,
): Uint8Array {
  const error = new GatewayError(why === 'too-large' ? 'REQ-028' : 'REQ-029', {
    fields: { location: 'MSH^1' },
  });
  log.warn({ ...error.fields, code: error.code }, 'request refused');
  return refusal({
    request: begin,
    error,
    controlId: controlIdOf(newId()),
    time: clock.now(),
    self: gateway.party,
  });
}

async function take(message: Uint8Array, context: AcceptContext): Promise<Woken> {
  const { journal, creator, log } = context;
  const digest = createHash('sha256').update(message).digest('base64url');
  const name = nameOf(message, digest, context);
  // Before it is judged: what was accepted once is not refused later, whatever the configuration has become.
  const known = name && (await stored(() => journal.recogniseRequest(name)));
  if (known !== undefined) return again(known, log);
  const request = readSendable(message, creator.rules);
  const planned = planRequest(request, digest, context);
  // A journal whose file was taken away takes everything, and loses it at the next start.
  if (!journal.intact()) throw new GatewayError('REQ-030');
  const accepted = await stored(() => journal.acceptRequest(planned));
  if (accepted !== 'accepted') return again(accepted, log);
  log.info({ exchange: planned.exchangeId, ...counts(planned) }, 'request accepted');
  return [targetOf.prepare, targetOf.dmp, creator.name];
}

/**
 * Reads a request of which everything can be made that it asks for.
 *
 * @throws GatewayError REQ-001 … REQ-026, REQ-031 for the first fault; its field `location` is ERR-2
 */
export function readSendable(message: Uint8Array, rules: RequestRules): DocumentRequest {
  const request = readRequest(message, rules);
  assertArchivable(request);
  return request;
}

/** What the archive says of each document can be said: nothing that was answered with AA may fail for the want of it. */
function assertArchivable({ documents, action, wishes }: DocumentRequest): void {
  for (const document of documents) {
    try {
      documentMetadata(document, { action, restrictions: wishes });
    } catch (thrown) {
      const { code, fault, publicText } = toGatewayError(thrown);
      const location = `OBX^${document.sequence}^5`;
      if (code === 'REQ-018')
        throw new GatewayError(code, { ...fault, fields: { ...fault.fields, location } });
      if (!code.startsWith('CDA-')) throw thrown;
      throw new GatewayError('REQ-014', { detail: publicText, fields: { location, cause: code } });
    }
  }
}

function counts({ documents, recipients }: NewRequest): ErrorFields {
  return { documents: documents.length, recipients: recipients.length };
}

function again(known: 'repeated' | 'conflict', log: Logger): Woken {
  if (known === 'conflict') throw new GatewayError('REQ-027', { fields: { location: 'MSH^1^10' } });
  log.info('request repeated');
  return [];
}

/**
 * MSH-3, -4 and -10 of the header alone, as {@link planRequest} names the same request; undefined where it has none:
 * then the message is judged and refused.
 *
 * @throws GatewayError REQ-010 for one that is longer than any value of a request
 */
function nameOf(
  message: Uint8Array,
  digest: string,
  { clock, creator }: PlanRequestContext,
): RequestName | undefined {
  try {
    const { header } = parseHeader(message);
    const { application, facility } = namesOf(readParty(header, 3));
    const controlId = valueOf(header, 10);
    if (!application || !facility || !controlId) return undefined;
    return {
      application: creator.name,
      from: { application, facility, controlId },
      digest,
      since: clock.now().getTime() - creator.windowMs,
    };
  } catch (error) {
    if (error instanceof Hl7Error) return undefined;
    throw error;
  }
}

/** What keeps the journal from taking it passes: the sender may try again. */
async function stored<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (cause) {
    throw new GatewayError('REQ-030', { cause });
  }
}

/** A fault of the gateway's own is no fault of the request. */
function asRefusal(thrown: unknown): GatewayError {
  const error = toGatewayError(thrown);
  return error.code.startsWith('REQ-') ? error : new GatewayError('REQ-030', { cause: error });
}

function refusalFields(error: GatewayError, thrown: unknown): ErrorFields {
  return error === thrown ? logFields(error) : { ...logFields(thrown), code: error.code };
}
