/** A mailbox address; `address` is lower-cased nowhere, `name` is decoded. */
export interface MailAddress {
  readonly address: string;
  readonly name: string | undefined;
}

/** A part of a mail that a person would call an attachment. `bytes` are decoded content. */
export interface MailAttachment {
  readonly filename: string | undefined;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** The headers of one mail (the outermost one, or one inside a message/rfc822), decoded. */
export interface MailHead {
  /** With its angle brackets; undefined when absent or blank. */
  readonly messageId: string | undefined;
  readonly subject: string;
  readonly from: MailAddress | undefined;
  readonly to: readonly MailAddress[];
  readonly cc: readonly MailAddress[];
  readonly replyTo: readonly MailAddress[];
  readonly date: Date | undefined;
  /** Addresses of every Disposition-Notification-To. */
  readonly dispositionNotificationTo: readonly MailAddress[];
  /** Return-Path's address; '' for the null path `<>`; undefined when the header is absent. */
  readonly returnPath: string | undefined;
  /** Original-Recipient's address, its `rfc822;` removed. */
  readonly originalRecipient: string | undefined;
  readonly deliveredTo: string | undefined;
  /**
   * Made by a machine: Auto-Submitted other than `no`, Precedence bulk/junk/list, X-Auto-Response-Suppress…
   */
  readonly automatic: boolean;
  /** Message-IDs of In-Reply-To and References. */
  readonly references: readonly string[];
}

/** What is known of a mail by its headers alone. */
export interface OpenedHead extends MailHead {
  /** The raw header block as received, up to and including the blank line. */
  readonly headerBlock: Uint8Array;
  /** multipart/report (or a lone notification part): 'mdn' or 'dsn'. */
  readonly report: 'mdn' | 'dsn' | undefined;
  /** The subject begins, after Re:/Fwd:/TR:, with [KO …] or [Erreur …]. */
  readonly errorSubject: boolean;
}

/** One mail, opened: headers, text, and where its archives are. */
export interface OpenedMail extends OpenedHead {
  /** The body as plain text (text/plain, else HTML turned to text), line ends as \n. */
  readonly text: string;
  /** Direct attachments of this mail, nested mails aside. */
  readonly attachments: readonly MailAttachment[];
  /** Mails enclosed as message/rfc822, opened in turn. */
  readonly enclosed: readonly OpenedMail[];
  /** It encloses a mail that was not opened, being too deep. */
  readonly tooDeep: boolean;
}

/** An archive found in a mail. `via` is the mail that directly carries it (itself or an enclosed one). */
export interface FoundArchive {
  readonly bytes: Uint8Array;
  readonly via: OpenedMail;
  /** Found inside an enclosed report or [KO …] mail. */
  readonly insideReport: boolean;
}

/** What a mail is; never decided by Auto-Submitted. */
export type MailKind =
  | { readonly kind: 'receipt'; readonly report: 'mdn' | 'dsn' }
  /** A [KO …]/[Erreur …] mail: receipt when it is about a mail of ours (`about` holds the ids that tell). */
  | { readonly kind: 'error-mail'; readonly about: readonly string[]; readonly hasArchive: boolean }
  | { readonly kind: 'document'; readonly archives: readonly FoundArchive[] }
  /** XDM/1.0/DDM announced, nothing found; or winmail.dat; or nested too deep. */
  | { readonly kind: 'unusable'; readonly code: 'MAIL-005' | 'MAIL-006' | 'MAIL-007' | 'MAIL-009' }
  | { readonly kind: 'other' };

/** How one document of a mail ended, as the notification tells it. */
export interface DocumentResult {
  /** Type label and title-free reference that the sender recognises: code's display name. */
  readonly label: string;
  readonly uniqueId: string | undefined;
  readonly action: 'add' | 'replace' | 'delete' | undefined;
  readonly outcome: 'accepted' | 'refused' | 'abandoned';
  /** Given up while an attempt had no known answer: the document may be in the record all the same. */
  readonly uncertain: boolean;
  /** 900–906 or what the application sent; undefined when accepted. */
  readonly error: { readonly code: string; readonly label: string } | undefined;
  /** A person's or the gateway's reason, in French; undefined when there is none. */
  readonly reason: string | undefined;
}

/** What a notification (MDN or error mail) is made of. */
export interface NotificationInput {
  readonly messageId: string;
  readonly date: Date;
  /** The BAL that answers. */
  readonly from: MailAddress;
  readonly to: string;
  /** Who reads it: the mail's sender, or the establishment's own people (error mailbox). */
  readonly audience: 'sender' | 'establishment';
  /** X-MSS-NIL. */
  readonly nil: string;
  /** Names the software in Reporting-UA. */
  readonly product: string;
  readonly original: {
    readonly messageId: string;
    readonly subject: string;
    readonly from: string | undefined;
    readonly date: Date | undefined;
    readonly headerBlock: Uint8Array;
    readonly text: string;
    readonly finalRecipient: string;
    readonly originalRecipient: string;
    /** The archive and PDFs given back; empty when over the size limit (`attachmentsLeftOut`). */
    readonly attachments: readonly MailAttachment[];
    readonly attachmentsLeftOut: boolean;
  };
  readonly documents: readonly DocumentResult[];
  /** What the whole mail ended as: the first refusal's code and label, or undefined for success. */
  readonly error: { readonly code: string; readonly label: string } | undefined;
  /** Subject from `XDM/1.0/DDM+` on: taken from the original or rebuilt from the document. */
  readonly documentSubject: string;
}
