import { pino } from 'pino';
import { expect, it } from 'vitest';
import { createBudget } from '../../src/basics/budget.ts';
import { createLimit } from '../../src/basics/limit.ts';
import { GatewayError } from '../../src/errors/gateway-error.ts';
import { readMail } from '../../src/flows/reading/read-mail.ts';
import { receiveMail, type ReceiveContext } from '../../src/flows/receive-document.ts';
import type { Journal } from '../../src/journal/journal.ts';
import type { InboxMail } from '../../src/peers/interfaces.ts';
import { newMail } from '../kit/gateway.ts';
import { MAILBOX } from '../kit/mailbox-settings.ts';
import { useBed } from '../kit/use-bed.ts';

const LIMITS = { entries: 500, memberBytes: 2 ** 25, totalBytes: 2 ** 26, ratio: 200 };

const bed = useBed();

function contextWith(journal: Journal): ReceiveContext {
  return {
    ...bed(),
    journal,
    // In this process: what happens to others is told by reading/reader.test.ts.
    reader: {
      read: async (raw, begun) => {
        await begun?.();
        return { reading: await readMail(raw, LIMITS) };
      },
      stop: async () => undefined,
    },
    memory: createBudget(1_000_000),
    readings: createLimit(1),
    log: pino({ level: 'silent' }),
    gateway: { party: { application: 'PFI', facility: 'CHU_X' }, nil: 'DEV000000', product: 'pfi-gateway' },
    application: {
      name: 'dpi',
      party: { application: 'DPI', facility: 'CHU_X' },
      charset: 'UNICODE UTF-8',
      unmappable: 'escape',
      processingId: 'D',
      masked: 'hold',
      ack: { commitAccept: false, technicalError: 'hold' },
    },
    mailbox: MAILBOX,
  };
}

async function inboxMail(fetch?: InboxMail['fetch']): Promise<InboxMail> {
  const raw = await newMail();
  return {
    uidValidity: 1n,
    uid: 7,
    size: raw.length,
    fetch: fetch ?? (async () => new Uint8Array(raw)),
    fetchHead: async () => new Uint8Array(raw.subarray(0, 65_536)),
  };
}

// A disk almost full took the small writes and refused the mail: three polls later it was set aside as one that breaks
// its reader (MAIL-010).
it('never blames a mail for a journal that does not take it', async () => {
  const { journal } = bed();
  const full: Journal = { ...journal, record: () => Promise.reject(new Error('database or disk is full')) };
  const mail = await inboxMail();
  for (let poll = 0; poll < 5; poll += 1) {
    await expect(receiveMail(mail, contextWith(full))).rejects.toThrowError('full');
  }
  expect(await receiveMail(mail, contextWith(journal))).toEqual(['dpi']);
});

// An operator's storage fault (NO to every FETCH) emptied a whole inbox into the folder of errors within three minutes.
it('never blames a mail for a server that does not give it', async () => {
  const { journal } = bed();
  const refusing = await inboxMail(() => Promise.reject(new GatewayError('IMAP-009')));
  for (let poll = 0; poll < 5; poll += 1) {
    await expect(receiveMail(refusing, contextWith(journal))).rejects.toMatchObject({ code: 'IMAP-009' });
  }
  expect(await receiveMail(await inboxMail(), contextWith(journal))).toEqual(['dpi']);
});
