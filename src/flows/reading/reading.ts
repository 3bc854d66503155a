import type { Fault } from '../../errors/gateway-error.ts';
import type { CdaHeader } from '../../formats/cda/types.ts';
import type { DsnFacts, ErrorMailFacts, MdnFacts } from '../../formats/mail/receipt-types.ts';
import type { MailAttachment, MailHead } from '../../formats/mail/types.ts';
import type { DocumentAction, XdsAuthor, XdsCode } from '../../formats/xdm/types.ts';

/** A mail's head and text: what the MDM quotes and what a notification gives back. */
export interface MailFacts extends MailHead {
  readonly headerBlock: Uint8Array;
  readonly text: string;
  readonly report: 'mdn' | 'dsn' | undefined;
  readonly errorSubject: boolean;
}

/** One document of an archive, read as far as it could be. */
export interface ReadDocument {
  /** METADATA.XML's unique id, for a document whose own could not be read. */
  readonly announcedId: string | undefined;
  readonly typeCode: XdsCode | undefined;
  readonly confidentialityCodes: readonly XdsCode[];
  readonly submissionAuthor: XdsAuthor | undefined;
  readonly header: CdaHeader | undefined;
  readonly bytes: Uint8Array | undefined;
  readonly sha1: string | undefined;
  readonly integrity: 'verified' | 'not-given' | undefined;
  readonly action: DocumentAction | undefined;
  /** It cannot be handed over: refused, the sender is told. */
  readonly refusal: Fault | undefined;
  /** A person must look first: worklist. */
  readonly hold: Fault | undefined;
}

/** What a reading of one mail found. Plain data: it crosses from the reader's process. */
export type Reading = {
  /** The mail as it lies in the mailbox. */
  readonly outer: MailFacts;
  /** The archive and PDFs, to be given back in a notification. */
  readonly attachments: readonly MailAttachment[];
} & (
  | { readonly kind: 'receipt'; readonly report: 'mdn' | 'dsn'; readonly facts: DsnFacts | MdnFacts }
  | {
      readonly kind: 'error-mail';
      readonly about: readonly string[];
      readonly hasArchive: boolean;
      readonly facts: ErrorMailFacts;
    }
  | { readonly kind: 'other' }
  /** The worklist gets the mail as a whole. */
  | { readonly kind: 'unusable'; readonly fault: Fault }
  /** The archive cannot be used: the sender is told. */
  | { readonly kind: 'refused'; readonly fault: Fault }
  | {
      readonly kind: 'documents';
      /** The mail that carries the archive: the outer one, or one forwarded inside it. */
      readonly via: MailFacts;
      readonly documents: readonly ReadDocument[];
      /** Files of the archive that METADATA.XML does not describe. */
      readonly orphans: number;
    }
);
