import type { ApplicationConfig, Config, MailboxConfig } from '../config/schema.ts';
import type {
  ApplicationSettings,
  CreatorSettings,
  GatewaySettings,
  MailboxSettings,
  OutgoingSettings,
} from '../flows/settings.ts';
import type { ArchiveLimits } from '../formats/xdm/types.ts';
import type { RetryPolicy } from '../journal/dispatcher.ts';
import { VERSION } from './version.ts';

// The configuration in the words of the flows.

/** What is owed to a mailbox is tried again at this pace; patience is that of a long week-end. */
export const MAIL_RETRY: RetryPolicy = {
  firstMs: 1_000,
  factor: 2,
  maxMs: 5 * 60_000,
  giveUpAfterMs: 72 * 3_600_000,
};

/** How the gateway names itself to applications (MSH-3/4) and in mails. */
export function gatewaySettings({ gateway, product }: Config): GatewaySettings {
  return { party: gateway, nil: product.nil, product: product.name };
}

/** A mailbox, with what the establishment's own settings complete. Sizes are bytes. */
export function mailboxSettings(box: MailboxConfig, { establishment, limits }: Config): MailboxSettings {
  const { organization } = box;
  return {
    name: box.name,
    address: box.address,
    // MSSanté Référentiel #2, ECO.2.2.7: the display name says who the functional entity is.
    displayName:
      organization === undefined ? establishment.name : `${establishment.name} – ${organization.name}`,
    replyTo: box.replyTo,
    folders: box.folders,
    organization: organization && {
      name: organization.name,
      id: organization.id,
      type: organization.type,
      // PRT-8.6, the assigning authority: the establishment names its own units.
      authority: organization.authority ?? establishment.finess,
    },
    notify: box.notify,
    maxMail: limits.mail,
  };
}

/** An application: its MSH-5/6, the form of its messages, and how its answers are taken. */
export function applicationSettings({ name, hl7, ack, masked }: ApplicationConfig): ApplicationSettings {
  return {
    name,
    party: { application: hl7.application, facility: hl7.facility },
    charset: hl7.charset,
    unmappable: hl7.unmappable,
    processingId: hl7.processing,
    masked,
    ack,
  };
}

/** How an application's deliveries are tried again; durations in milliseconds. */
export function retryPolicy({ retry }: ApplicationConfig): RetryPolicy {
  return { firstMs: retry.first, factor: retry.factor, maxMs: retry.max, giveUpAfterMs: retry.giveUpAfter };
}

/** How large an archive may be; sizes in bytes. */
export function archiveLimits({ limits: { archive } }: Config): ArchiveLimits {
  return {
    entries: archive.entries,
    memberBytes: archive.member,
    totalBytes: archive.total,
    ratio: archive.ratio,
  };
}

/** What is needed of an application that sends documents; undefined for one that does not. */
export function creatorSettings(
  { name, accept, mailbox }: ApplicationConfig,
  { outgoing, dmp }: Config,
): CreatorSettings | undefined {
  // The schema asks for a mailbox beside `accept`.
  if (accept === undefined || mailbox === undefined) return undefined;
  return {
    name,
    mailbox,
    rules: { matrix: accept.matrix, domains: outgoing.domains, maxRecipients: outgoing.recipients },
    hasDmp: dmp !== undefined,
    windowMs: accept.window,
  };
}

/** What mails with documents say of the establishment and the product; times in ms. */
export function outgoingSettings({ establishment, product, outgoing }: Config): OutgoingSettings {
  const { name, structureId = establishment.finess, address, phone } = establishment;
  return {
    source: {
      establishment: { name, structureId, address, phone },
      product: { name: product.name, version: VERSION, vendor: product.vendor },
    },
    nil: product.nil,
    reportMs: outgoing.report,
  };
}
