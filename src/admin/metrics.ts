import { Counter, Gauge, Registry } from 'prom-client';
import type { GatewayStatus } from './status.ts';

/** The status as Prometheus text. Labels are names of the configuration and codes: their number is bounded. */
export async function renderMetrics(status: GatewayStatus): Promise<string> {
  const registry = new Registry();
  const gauge = (name: string, help: string, labels: readonly string[] = []): Gauge =>
    new Gauge({ name, help, labelNames: [...labels], registers: [registry] });

  gauge('pfi_start_time_seconds', 'When the gateway started').set(Date.parse(status.startedAt) / 1000);
  gauge('pfi_journal_writable', 'Whether the journal can be written; nothing is taken while it cannot').set(
    Number(status.journal.writable),
  );
  const usable = gauge('pfi_certificate_usable', 'Whether the certificate can serve now', ['certificate']);
  const expiry = gauge('pfi_certificate_expiry_timestamp_seconds', 'When the certificate expires', [
    'certificate',
  ]);
  for (const { name: certificate, notAfter, faults } of status.certificates) {
    usable.set({ certificate }, Number(faults.length === 0));
    if (notAfter !== undefined) expiry.set({ certificate }, Date.parse(notAfter) / 1000);
  }
  const connected = gauge('pfi_mailbox_connected', 'Whether the mailbox is being watched', ['mailbox']);
  const polled = gauge('pfi_mailbox_last_poll_timestamp_seconds', 'Last successful look at the inbox', [
    'mailbox',
  ]);
  const received = gauge('pfi_mailbox_last_mail_timestamp_seconds', 'Last mail received', ['mailbox']);
  const notTaken = gauge(
    'pfi_mailbox_not_taken_since_timestamp_seconds',
    'Since when mails of the inbox cannot be taken; absent while all can',
    ['mailbox', 'code'],
  );
  const reports = gauge('pfi_mailbox_dsn', 'Whether the operator reports on the documents sent (DSN)', [
    'mailbox',
  ]);
  for (const {
    name: mailbox,
    connected: up,
    dsn,
    lastPollAt,
    lastMailAt,
    notTaken: left,
  } of status.mailboxes) {
    if (dsn !== undefined) reports.set({ mailbox }, Number(dsn));
    connected.set({ mailbox }, Number(up));
    if (lastPollAt !== undefined) polled.set({ mailbox }, Date.parse(lastPollAt) / 1000);
    if (left !== undefined) notTaken.set({ mailbox, code: left.code }, Date.parse(left.since) / 1000);
    if (lastMailAt !== undefined) received.set({ mailbox }, Date.parse(lastMailAt) / 1000);
  }
  const reached = gauge('pfi_target_up', 'Whether deliveries reach the target', ['target']);
  const waiting = gauge('pfi_queue_depth', 'Deliveries not ended, held ones aside', ['target']);
  const oldest = gauge('pfi_queue_oldest_seconds', 'Age of the oldest of them', ['target']);
  const held = gauge('pfi_worklist', 'What waits for a person', ['target']);
  for (const { name: target, up, waiting: depth, held: worklist, oldestSeconds = 0 } of status.targets) {
    reached.set({ target }, Number(up));
    waiting.set({ target }, depth);
    oldest.set({ target }, oldestSeconds);
    held.set({ target }, worklist);
  }
  gauge('pfi_worklist_mails', 'Mails that wait for a person as a whole').set(status.worklist.mails);
  const counter = (name: string, help: string, labels: readonly string[]): Counter =>
    new Counter({ name, help, labelNames: [...labels], registers: [registry] });
  const documents = counter(
    'pfi_documents_total',
    'Documents received, recipients of documents sent, requests for the DMP, by how they ended',
    ['application', 'way', 'outcome', 'code'],
  );
  const calls = counter('pfi_fhir_calls_total', 'FHIR calls of an application, by how they ended', [
    'application',
    'target',
    'outcome',
    'code',
  ]);
  for (const { count, way, ...labels } of status.outcomes) {
    if (way.startsWith('fhir:')) calls.inc({ ...labels, target: way }, count);
    else documents.inc({ ...labels, way }, count);
  }
  const requests = counter(
    'pfi_fhir_requests_total',
    'Requests of FHIR callers, by what they were answered',
    ['application', 'route', 'status'],
  );
  for (const { count, ...labels } of status.requests) requests.inc({ ...labels }, count);
  return registry.metrics();
}
