import { isErrorCode } from '../errors/catalogue.ts';
import type { Fault } from '../errors/gateway-error.ts';
import type { Row } from './engine.ts';
import type { Delivery, DocumentRecord, Exchange, JournalEvent, Recipient } from './journal.ts';

/** A row of table `exchange` as the rest of the gateway sees it. */
export function exchangeOf(row: Row): Exchange {
  return {
    id: text(row, 'id'),
    nature: optional(row, 'nature') as Exchange['nature'],
    mailbox: text(row, 'mailbox'),
    application: text(row, 'application'),
    state: text(row, 'state') as Exchange['state'],
    messageId: optional(row, 'message_id'),
    digest: optional(row, 'digest'),
    sender: optional(row, 'sender'),
    place:
      row['folder'] === null || row['folder'] === undefined
        ? undefined
        : { folder: text(row, 'folder'), uidValidity: number(row, 'uid_validity'), uid: number(row, 'uid') },
    readings: number(row, 'readings'),
    fault: faultOf(row, 'fault'),
    outcome: optional(row, 'outcome') as Exchange['outcome'],
    outcomeCode: optional(row, 'outcome_code'),
    abandonReason: optional(row, 'abandon_reason'),
    receivedAt: number(row, 'received_at'),
    concludedAt: optionalNumber(row, 'concluded_at'),
    endedAt: optionalNumber(row, 'ended_at'),
  };
}

/** A row of table `document`. */
export function documentOf(row: Row): DocumentRecord {
  return {
    id: text(row, 'id'),
    exchangeId: text(row, 'exchange_id'),
    position: number(row, 'position'),
    uniqueId: optional(row, 'unique_id'),
    setId: optional(row, 'set_id'),
    version: optional(row, 'version'),
    parentIds: JSON.parse(text(row, 'parent_ids')) as string[],
    sha1: optional(row, 'sha1'),
    action: optional(row, 'action') as DocumentRecord['action'],
    typeCode: optional(row, 'type_code'),
    typeLabel: optional(row, 'type_label'),
    confidentiality: JSON.parse(text(row, 'confidentiality')) as string[],
    patientKey: optional(row, 'patient_key'),
  };
}

/** A row of table `delivery`; `blockedBy` is known where the statement asks for `blocked_by`. */
export function deliveryOf(row: Row): Delivery {
  const code = optional(row, 'error_code');
  const outcome = optional(row, 'outcome') as NonNullable<Delivery['ending']>['outcome'] | undefined;
  return {
    id: text(row, 'id'),
    exchangeId: text(row, 'exchange_id'),
    mailbox: text(row, 'mailbox'),
    kind: text(row, 'kind') as Delivery['kind'],
    target: text(row, 'target'),
    subject: text(row, 'subject'),
    lane: text(row, 'lane'),
    state: text(row, 'state') as Delivery['state'],
    attempts: number(row, 'attempts'),
    ambiguous: number(row, 'ambiguous'),
    spentMs: number(row, 'spent_ms'),
    identifiers: JSON.parse(text(row, 'identifiers')) as Record<string, string>,
    waitsFor: optional(row, 'waits_for'),
    blockedBy: optional(row, 'blocked_by'),
    createdAt: number(row, 'created_at'),
    nextAt: number(row, 'next_at'),
    triedAt: optionalNumber(row, 'tried_at'),
    lastError: code !== undefined && isErrorCode(code) ? { code } : undefined,
    hold: faultOf(row, 'hold'),
    ending:
      outcome === undefined
        ? undefined
        : {
            outcome,
            code: optional(row, 'outcome_code'),
            label: optional(row, 'outcome_label'),
            reason: optional(row, 'reason'),
          },
    endedAt: optionalNumber(row, 'ended_at'),
  };
}

/** A row of table `recipient`. */
export function recipientOf(row: Row): Recipient {
  return {
    id: text(row, 'id'),
    exchangeId: text(row, 'exchange_id'),
    mailId: text(row, 'mail_id'),
    address: optional(row, 'address'),
    addressKey: text(row, 'address_key'),
    identifier: optional(row, 'identifier'),
    state: text(row, 'state') as Recipient['state'],
    reception: optional(row, 'reception') as Recipient['reception'],
    reading: optional(row, 'reading') as Recipient['reading'],
  };
}

/** A row of table `event`. */
export function eventOf(row: Row): JournalEvent {
  return {
    at: number(row, 'at'),
    type: text(row, 'type'),
    deliveryId: optional(row, 'delivery_id'),
    data: JSON.parse(text(row, 'data')) as JournalEvent['data'],
  };
}

/** A column of text that is never NULL. */
export function text(row: Row, column: string): string {
  return String(row[column]);
}

/** A column of bytes that is never NULL. */
export function bytes(row: Row, column: string): Uint8Array {
  return row[column] as Uint8Array;
}

/** A column of integers that is never NULL. */
export function number(row: Row, column: string): number {
  return Number(row[column]);
}

function optional(row: Row, column: string): string | undefined {
  const value = row[column];
  return value === null || value === undefined ? undefined : String(value);
}

function optionalNumber(row: Row, column: string): number | undefined {
  const value = row[column];
  return value === null || value === undefined ? undefined : Number(value);
}

function faultOf(row: Row, column: string): Fault | undefined {
  const json = optional(row, column);
  return json === undefined ? undefined : (JSON.parse(json) as Fault);
}
