/** RFC 3464 §2.3.3. */
export type DsnAction = 'delivered' | 'relayed' | 'expanded' | 'delayed' | 'failed';

/** What a delivery status notification says of one recipient. */
export interface DsnRecipient {
  /** Final-Recipient and Original-Recipient, where they are addresses; the original is the one we wrote to. */
  readonly final: string | undefined;
  readonly original: string | undefined;
  readonly action: DsnAction;
  /** Enhanced code, `5.1.1`. */
  readonly status: string | undefined;
  /** The three digits of an SMTP reply in Diagnostic-Code. */
  readonly reply: string | undefined;
}

/** A DSN, as far as it speaks of mails of ours. */
export interface DsnFacts {
  readonly report: 'dsn';
  /** Original-Envelope-Id, xtext undone. */
  readonly envelopeId: string | undefined;
  /** Message-ID of the returned mail or headers. */
  readonly originalMessageId: string | undefined;
  readonly recipients: readonly DsnRecipient[];
}

/** RFC 8098 §3.2.6.2; `denied` and `failed` are of RFC 2298. */
export type DispositionType = 'displayed' | 'processed' | 'dispatched' | 'deleted' | 'denied' | 'failed';

/** A message disposition notification. */
export interface MdnFacts {
  readonly report: 'mdn';
  readonly originalMessageId: string | undefined;
  readonly finalRecipient: string | undefined;
  readonly originalRecipient: string | undefined;
  readonly disposition: DispositionType | undefined;
  /** `…/error: 902^label`, or the field `Error:`; the code is 906 where an error is told without one. */
  readonly error: { readonly code: string; readonly label: string } | undefined;
}

/** What an error mail (`[KO …][902] …`) tells. */
export interface ErrorMailFacts {
  readonly report: 'error-mail';
  /** 906 where the subject has none. */
  readonly code: string;
  /** Message-IDs that it may be about: what it answers, and the mails that it encloses. */
  readonly about: readonly string[];
}

/** A receipt that has been read. */
export type ReceiptFacts = DsnFacts | MdnFacts | ErrorMailFacts;
