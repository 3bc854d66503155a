import type { CertificateStatus, GatewayStatus, TargetStatus } from '../admin/status.ts';
import { describe, isErrorCode } from '../errors/catalogue.ts';
import { targetOf } from '../flows/settings.ts';
import { ACT_DAYS, expiryNotice, URGENT_DAYS } from '../formats/pki/certificate-expiry.ts';
import { fhirTargetName } from './fhir-words.ts';
import { count } from './output.ts';

/** Exit codes of monitoring plugins (Nagios, Centreon, PRTG). */
export const OK = 0;
export const WARNING = 1;
export const CRITICAL = 2;
export const UNKNOWN = 3;
export const WORDS = ['OK', 'WARNING', 'CRITICAL', 'UNKNOWN'] as const;

/** Of the first line, before its performance data. */
const LINE = 200;

/** Milliseconds from which a mailbox not looked at or not emptied, or a delivery not ended, is critical. */
export interface Limits {
  readonly silence: number;
  readonly age: number;
}

export interface Verdict {
  readonly level: number;
  /** Worst first. */
  readonly reasons: readonly string[];
  /** What a person may prepare for: no fault yet. */
  readonly notices: readonly string[];
}

/** What is wrong. A queue is judged by its oldest, not by its length. */
export function judge(status: GatewayStatus, { silence, age }: Limits, now: Date): Verdict {
  const critical: string[] = [];
  const warning: string[] = [];
  const sinceStart = (now.getTime() - Date.parse(status.startedAt)) / 1000;
  if (!status.journal.writable) {
    critical.push(`le journal n’accepte plus d’écriture${because(status.journal.code)}`);
  }
  const certificates = status.certificates.flatMap(judgeCertificate);
  critical.push(...textsOf(certificates, CRITICAL));
  warning.push(...textsOf(certificates, WARNING));
  for (const { name, connected, error, secondsSincePoll, notTaken, dsn } of status.mailboxes) {
    if (dsn === false) {
      warning.push(
        `boîte ${name} : l’opérateur n’offre pas d’avis de remise (DSN), aucun accusé de réception ne viendra`,
      );
    }
    const silent = secondsSincePoll ?? sinceStart;
    if (silent * 1000 > silence) {
      critical.push(`boîte ${name} non relevée depuis ${spoken(silent)}${because(error)}`);
    } else if (!connected && (error !== undefined || secondsSincePoll !== undefined)) {
      warning.push(`boîte ${name} non connectée${because(error)}`);
    }
    if (notTaken !== undefined) {
      const left = Math.max(0, now.getTime() - Date.parse(notTaken.since));
      const words = `boîte ${name} : courriels non pris depuis ${spoken(left / 1000)}${because(notTaken.code)}`;
      (left > silence ? critical : warning).push(words);
    }
  }
  for (const { name, up, waiting, oldestSeconds } of status.targets.filter(({ configured }) => configured)) {
    if (oldestSeconds !== undefined && oldestSeconds * 1000 > age) {
      const oldest = spoken(oldestSeconds);
      critical.push(
        `${count(waiting, 'envoi')} en attente pour ${called(name)}, le plus ancien depuis ${oldest}`,
      );
    } else if (!up) warning.push(`${called(name)} injoignable`);
  }
  for (const [who, owed] of owedToStrangers(status.targets)) {
    const sent = `${count(owed, 'envoi')} ${owed > 1 ? 'l’attendent' : 'l’attend'}`;
    warning.push(`${who} n’est plus dans la configuration, et ${sent}`);
  }
  const held = status.worklist.deliveries + status.worklist.mails;
  if (held > 0) warning.push(`${held} à traiter (pfi exchanges list --held)`);
  const level = critical.length > 0 ? CRITICAL : warning.length > 0 ? WARNING : OK;
  return { level, reasons: [...critical, ...warning], notices: textsOf(certificates, OK) };
}

/**
 * The Monitoring Plugins guidelines' form: a line of summary, performance data after a bar, and what else there is to
 * say on lines of its own.
 */
export function render(status: GatewayStatus, { level, reasons, notices }: Verdict, limits: Limits): string {
  const waiting = status.targets.reduce((sum, target) => sum + target.waiting, 0);
  const oldest = Math.max(0, ...status.targets.map(({ oldestSeconds }) => oldestSeconds ?? 0));
  const [
    first = `${count(status.mailboxes.length, 'boîte relevée')}, ${count(waiting, 'envoi')} en attente`,
  ] = reasons;
  const more = reasons.length > 1 ? ` ; autres constats : ${reasons.length - 1}` : '';
  const perfdata = [
    gauge('queue', waiting),
    gauge('oldest', oldest, 's', limits.age / 1000),
    gauge('worklist', status.worklist.deliveries + status.worklist.mails),
    ...status.mailboxes.flatMap(({ name, secondsSincePoll }) =>
      secondsSincePoll === undefined
        ? []
        : [gauge(`poll_${name}`, secondsSincePoll, 's', limits.silence / 1000)],
    ),
    ...status.certificates.flatMap(({ name, daysLeft }) =>
      daysLeft === undefined ? [] : [gauge(`certificate_days_${name}`, Math.max(0, daysLeft))],
    ),
    ...status.outcomes.map(({ application, way, outcome, code, count: total }) => {
      const parts = [application, way === 'received' ? '' : way, outcome, code].filter(part => part !== '');
      return `${label(parts.join('_'))}=${total}c`;
    }),
  ];
  const errors = new Set([
    status.journal.code,
    ...status.certificates.flatMap(({ faults }) => (faults.length > 0 ? 'DMP-020' : [])),
    ...status.mailboxes.flatMap(({ error, notTaken }) => [error, notTaken?.code]),
  ]);
  const advice = [...errors]
    .filter(code => code !== undefined)
    .filter(isErrorCode)
    .map(code => `${code} : ${describe(code).why} ${describe(code).todo}`);
  return [
    `${summary(level, `${first}${more}`)} | ${perfdata.join(' ')}`,
    ...reasons.slice(1),
    ...notices,
    ...advice,
  ].join('\n');
}

interface Remark {
  readonly level: number;
  readonly text: string;
}

/** One that cannot serve is critical, and so are its last days: what has ended cannot be renewed. */
function judgeCertificate({ name, notAfter, daysLeft, faults }: CertificateStatus): Remark[] {
  if (faults.length > 0 || notAfter === undefined || daysLeft === undefined) {
    return faults.map(fault => ({
      level: CRITICAL,
      text: `certificat ${name} : ${fault.replace(/\.$/, '')}`,
    }));
  }
  const notice = expiryNotice(new Date(notAfter), daysLeft);
  if (notice === undefined) return [];
  const level = daysLeft <= URGENT_DAYS ? CRITICAL : daysLeft <= ACT_DAYS ? WARNING : OK;
  return [{ level, text: `le certificat ${name} ${notice}` }];
}

function textsOf(remarks: readonly Remark[], level: number): string[] {
  return remarks.filter(remark => remark.level === level).map(({ text }) => text);
}

/** The first line; a bar would begin the performance data. */
export function summary(level: number, text: string): string {
  const line = `PFI ${WORDS[level]} - ${text.replaceAll(/\s*[|\n]\s*/g, ' ')}`;
  return line.length < LINE ? line : `${line.slice(0, LINE - 2)}…`;
}

function gauge(name: string, value: number, unit = '', critical: number | '' = ''): string {
  return `${label(name)}=${value}${unit};;${critical};0`;
}

/** Quoted, and free of the two characters that would end it. */
function label(name: string): string {
  return `'${name.replaceAll(/['=\s|]/g, '_')}'`;
}

/** What is owed to mailboxes and applications that are configured no more, by who they are: nobody will take it. */
function owedToStrangers(targets: readonly TargetStatus[]): ReadonlyMap<string, number> {
  const owed = new Map<string, number>();
  for (const { name, configured, waiting, held } of targets) {
    if (configured) continue;
    const { mailbox } = parsed(name);
    const who =
      mailbox === undefined ? (fhirTargetName(name) ?? `l’application ${name}`) : `la boîte ${mailbox}`;
    owed.set(who, (owed.get(who) ?? 0) + waiting + held);
  }
  return owed;
}

/** `imap:urologie` taken apart; an application is its own target. */
function parsed(target: string): { readonly protocol?: string; readonly mailbox?: string } {
  return /^(?<protocol>imap|smtp):(?<mailbox>.*)$/.exec(target)?.groups ?? {};
}

/** `imap:urologie` as people say it. */
function called(target: string): string {
  if (target === targetOf.prepare) return 'la préparation des courriels';
  if (target === targetOf.dmp) return 'le DMP';
  const platform = fhirTargetName(target);
  if (platform !== undefined) return platform;
  const { protocol, mailbox } = parsed(target);
  if (mailbox === undefined) return `l’application ${target}`;
  return `${protocol === 'imap' ? 'le rangement' : 'le serveur SMTP'} de la boîte ${mailbox}`;
}

function spoken(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

function because(error: string | undefined): string {
  return error === undefined ? '' : ` (${error})`;
}
