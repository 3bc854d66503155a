import type { Deposit, PublishedDocument, PublishedEntry } from './publication-types.ts';
import {
  association,
  extrinsicObject,
  idsWithin,
  ORIGINAL,
  registryPackage,
  submitObjectsRequest,
} from './registry-objects.ts';

const XDSB = 'urn:ihe:iti:xds-b:2007';
const XOP = 'http://www.w3.org/2004/08/xop/include';

/** XML whose own declaration says its encoding, if anything does (RFC 7303 §3). */
const XML = 'text/xml';

/** A part of the message beside the body: what one `xop:Include` stands for. */
export interface DepositPart {
  /** Without angle brackets. */
  readonly cid: string;
  readonly contentType: string;
  /** The place of the document in the publication, from 0. */
  readonly document: number | 'signature';
}

/**
 * The body of TD2.1 (ITI-41): a submission set with its documents and its signature. The same publication gives the
 * same text at each call.
 *
 * @param about.replaced the entryUUID (`urn:uuid:…`) of each document that one here replaces, by its uniqueId; of one
 *   that a person wants deposited as a new document nothing.
 */
export function provideAndRegister(
  deposit: Deposit,
  { replaced }: { readonly replaced: ReadonlyMap<string, string> },
): { readonly body: string; readonly parts: readonly DepositPart[] } {
  const { documents, signature, setUniqueId } = deposit;
  const parts = [...documents.keys(), 'signature' as const].map(document => ({
    cid: `${document === 'signature' ? document : `document${document + 1}`}@${setUniqueId}`,
    contentType: XML,
    document,
  }));
  const included = [...documents, signature].map(({ entryId }, place) =>
    documentElement(entryId, parts[place]?.cid ?? ''),
  );
  const body = [
    `<xdsb:ProvideAndRegisterDocumentSetRequest xmlns:xdsb="${XDSB}">`,
    submitObjectsRequest(registryObjects(deposit, replaced)),
    ...included,
    '</xdsb:ProvideAndRegisterDocumentSetRequest>',
  ].join('\r\n');
  return { body, parts };
}

function registryObjects(deposit: Deposit, replaced: ReadonlyMap<string, string>): string[] {
  const { documents, signature, setId, setUniqueId, patientId } = deposit;
  const entries: readonly PublishedEntry[] = [...documents, signature];
  const newId = idsWithin('part');
  const newAssociationId = idsWithin('association');
  const belongs = (target: string) =>
    association({
      id: newAssociationId(),
      type: 'hasMember',
      source: setId,
      target,
      slots: [ORIGINAL],
    });
  return [
    ...registryPackage({ id: setId, newId }, { ...deposit, uniqueId: setUniqueId }),
    ...entries.flatMap(metadata =>
      extrinsicObject(
        { id: metadata.entryId, newId },
        {
          metadata,
          patientId,
          slots: [
            ['hash', metadata.hash],
            ['size', String(metadata.size)],
          ],
        },
      ),
    ),
    ...entries.flatMap(({ entryId }) => belongs(entryId)),
    ...association({
      id: newAssociationId(),
      type: 'signs',
      source: signature.entryId,
      target: setId,
      slots: [ORIGINAL],
    }),
    ...documents.flatMap(document => {
      const target = entryReplacedBy(document, deposit, replaced);
      return target === undefined
        ? []
        : association({ id: newAssociationId(), type: 'replaces', source: document.entryId, target });
    }),
  ];
}

/** A replacement sent without saying of what would stand beside the version that it corrects: a person alone wants that. */
function entryReplacedBy(
  { replaces }: PublishedDocument,
  { action, newWhereUnknown }: Pick<Deposit, 'action' | 'newWhereUnknown'>,
  replaced: ReadonlyMap<string, string>,
): string | undefined {
  if (action === 'add') return undefined;
  const entryId = replaces === undefined ? undefined : replaced.get(replaces);
  if (entryId === undefined && !newWhereUnknown) {
    throw new Error('a document is to replace one whose entry is not known');
  }
  return entryId;
}

function documentElement(entryId: string, cid: string): string {
  return `<xdsb:Document id="${entryId}"><xop:Include xmlns:xop="${XOP}" href="cid:${cid}"/></xdsb:Document>`;
}
