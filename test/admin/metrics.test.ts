import { describe, expect, it } from 'vitest';
import { renderMetrics } from '../../src/admin/metrics.ts';
import type { GatewayStatus } from '../../src/admin/status.ts';
import { exposition } from '../kit/exposition.ts';

const target = {
  name: 'dpi',
  configured: true,
  up: true,
  downSince: undefined,
  waiting: 2,
  held: 1,
  oldestSeconds: 75,
};

const STATUS: GatewayStatus = {
  version: '1.0.0',
  startedAt: '2026-11-20T08:00:00.000Z',
  mailboxes: [
    {
      name: 'urologie',
      connected: true,
      error: undefined,
      lastPollAt: '2026-11-20T11:59:50.000Z',
      secondsSincePoll: 10,
      lastMailAt: '2026-11-20T09:00:00.000Z',
      notTaken: undefined,
      dsn: false,
    },
    {
      name: 'cardiologie',
      connected: false,
      error: 'IMAP-001',
      lastPollAt: undefined,
      secondsSincePoll: undefined,
      lastMailAt: undefined,
      notTaken: { since: '2026-11-20T11:00:00.000Z', code: 'IMAP-009' },
      dsn: undefined,
    },
  ],
  targets: [
    target,
    { ...target, name: 'imap:urologie', up: false, waiting: 0, held: 0, oldestSeconds: undefined },
  ],
  journal: { writable: true, code: undefined },
  certificates: [
    { name: 'dmp.tls', notAfter: '2027-01-04T00:00:00.000Z', daysLeft: 45, faults: [] },
    { name: 'dmp.sign', notAfter: undefined, daysLeft: undefined, faults: ['Illisible.'] },
  ],
  worklist: { deliveries: 1, mails: 3 },
  outcomes: [
    { application: 'dpi', way: 'received', outcome: 'accepted', code: '', count: 1_234 },
    { application: 'dpi', way: 'received', outcome: 'refused', code: '902', count: 5 },
    { application: 'dpi', way: 'received', outcome: 'refused', code: 'a"b\\c\nd', count: 1 },
    { application: 'pui', way: 'fhir:dmi', outcome: 'accepted', code: '', count: 7 },
  ],
  requests: [
    { application: 'pui', route: '/fhir/dmi/Bundle', status: '200', count: 6 },
    { application: '', route: '', status: '401', count: 2 },
  ],
};

describe('the metrics', () => {
  it('are a valid exposition', async () => {
    const { families } = exposition(await renderMetrics(STATUS));
    expect(families.length).toBeGreaterThan(8);
    for (const { name, type } of families) {
      expect(name).toMatch(/^pfi_[a-z_]+$/);
      expect(name.endsWith('_total')).toBe(type === 'counter');
    }
  });

  it('say what the status says', async () => {
    const { value } = exposition(await renderMetrics(STATUS));
    expect(value('pfi_mailbox_connected', { mailbox: 'urologie' })).toBe(1);
    expect(value('pfi_mailbox_connected', { mailbox: 'cardiologie' })).toBe(0);
    expect(value('pfi_mailbox_last_poll_timestamp_seconds', { mailbox: 'urologie' })).toBe(
      Date.parse('2026-11-20T11:59:50Z') / 1000,
    );
    // Never looked at: no value, rather than 1970.
    expect(value('pfi_mailbox_last_poll_timestamp_seconds', { mailbox: 'cardiologie' })).toBeUndefined();
    expect(value('pfi_mailbox_dsn', { mailbox: 'urologie' })).toBe(0);
    expect(value('pfi_mailbox_dsn', { mailbox: 'cardiologie' })).toBeUndefined();
    expect(value('pfi_queue_depth', { target: 'dpi' })).toBe(2);
    expect(value('pfi_queue_oldest_seconds', { target: 'dpi' })).toBe(75);
    expect(value('pfi_target_up', { target: 'imap:urologie' })).toBe(0);
    expect(value('pfi_worklist', { target: 'dpi' })).toBe(1);
    expect(value('pfi_worklist_mails', {})).toBe(3);
    expect(
      value('pfi_documents_total', { application: 'dpi', way: 'received', outcome: 'accepted', code: '' }),
    ).toBe(1_234);
    expect(
      value('pfi_documents_total', { application: 'dpi', way: 'received', outcome: 'refused', code: '902' }),
    ).toBe(5);
    const call = { application: 'pui', target: 'fhir:dmi', outcome: 'accepted', code: '' };
    expect(value('pfi_fhir_calls_total', call)).toBe(7);
    const taken = { application: 'pui', route: '/fhir/dmi/Bundle', status: '200' };
    expect(value('pfi_fhir_requests_total', taken)).toBe(6);
    expect(value('pfi_fhir_requests_total', { application: '', route: '', status: '401' })).toBe(2);
  });

  it('tell of mails that cannot be taken, and of a journal that cannot be written', async () => {
    const { value } = exposition(await renderMetrics(STATUS));
    const since = 'pfi_mailbox_not_taken_since_timestamp_seconds';
    expect(value(since, { mailbox: 'cardiologie', code: 'IMAP-009' })).toBe(
      Date.parse('2026-11-20T11:00:00Z') / 1000,
    );
    // All can be taken: no value, rather than 1970.
    expect(await renderMetrics(STATUS)).not.toMatch(/not_taken\S*urologie/);
    expect(value('pfi_journal_writable', {})).toBe(1);
    const full = exposition(
      await renderMetrics({ ...STATUS, journal: { writable: false, code: undefined } }),
    );
    expect(full.value('pfi_journal_writable', {})).toBe(0);
  });

  it('tell when certificates end, and whether they serve', async () => {
    const { value } = exposition(await renderMetrics(STATUS));
    const expiry = 'pfi_certificate_expiry_timestamp_seconds';
    expect(value(expiry, { certificate: 'dmp.tls' })).toBe(Date.parse('2027-01-04T00:00:00Z') / 1000);
    // Not read: no value, rather than 1970.
    expect(value(expiry, { certificate: 'dmp.sign' })).toBeUndefined();
    expect(value('pfi_certificate_usable', { certificate: 'dmp.tls' })).toBe(1);
    expect(value('pfi_certificate_usable', { certificate: 'dmp.sign' })).toBe(0);
  });

  it('are the same each time they are asked for', async () => {
    expect(await renderMetrics(STATUS)).toBe(await renderMetrics(STATUS));
  });
});
