import { createHash, randomUUID } from 'node:crypto';
import { cdaDocument, cdaSample, INS_TEST, PATIENTS } from '../../samples/kit/cda.ts';
import type { IssuedCertificate } from '../../src/sandbox/certificates.ts';
import { ORG, STRUCTURE } from './dmp-identity.ts';
import { associationXml, entryXml, setXml, signatureEntryXml } from './dmp-metadata.ts';
import { signedAssertion, submissionSignature } from './dmp-signatures.ts';
import { vihfXml } from './dmp-vihf.ts';

/** A request on its way: what HTTP carries. */
export interface WireRequest {
  readonly service: 'repository' | 'registry';
  readonly contentType: string;
  readonly body: Buffer;
}

type Edit = (text: string) => string;

/** What is broken, at its place in the making of a request. Those before a signature are signed with the rest. */
export interface Breaks {
  readonly vihf?: Edit;
  /** Every document, once the lot is signed; hash and size are of what it breaks. */
  readonly cda?: Edit;
  readonly signedVihf?: Edit;
  readonly xades?: Edit;
  readonly signedXades?: Edit;
  readonly metadata?: Edit;
  readonly envelope?: Edit;
  readonly mime?: (body: Buffer) => Buffer;
  readonly contentType?: Edit;
  /** Signs the VIHF, and the lot. */
  readonly vihfSigner?: IssuedCertificate;
  readonly lotSigner?: IssuedCertificate;
  readonly digest?: 'sha1' | 'sha256';
}

export interface LotInput extends Breaks {
  /** uniqueIds of its documents. */
  readonly documents: readonly string[];
  readonly setUniqueId: string;
  readonly patient?: keyof typeof PATIENTS;
  /** Identifiant_Structure. */
  readonly structure?: string;
  /** entryUUIDs that the documents take the places of, in their order. */
  readonly replaces?: readonly string[];
}

const WSA = 'http://www.w3.org/2005/08/addressing';
const RIM = 'urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0';
const LCM = 'urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0';
const ACTIONS = {
  submit: 'urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b',
  query: 'urn:ihe:iti:2007:RegistryStoredQuery',
  update: 'urn:ihe:iti:2010:UpdateDocumentSet',
} as const;
const BOUNDARY = 'lot.des.tests';
const none: Edit = text => text;

/** Replaces the first occurrence; throws where there is none, so that a test cannot break nothing. */
export function swap(from: string | RegExp, to: string): Edit {
  return text => {
    const changed = text.replace(from, () => to);
    if (changed === text) throw new Error(`nothing to break: ${from}`);
    return changed;
  };
}

/** CX of the INS of a sample's patient. */
export function insCx(patient: keyof typeof PATIENTS = 'morvan'): string {
  const ins = PATIENTS[patient].identifiers.find(({ root }) => root === INS_TEST);
  return `${ins?.extension ?? ''}^^^&${INS_TEST}&ISO^NH`;
}

/** A CDA of the samples, with a comment and a processing instruction before its root. */
export function cdaOf(uniqueId: string, patient: keyof typeof PATIENTS = 'morvan'): Buffer {
  const cda = cdaDocument(cdaSample({ id: { root: uniqueId }, patient: PATIENTS[patient] })).toString('utf8');
  return Buffer.from(cda.replace('?>', '?>\r\n<!-- avant la racine --><?xml-stylesheet href="x.xsl"?>'));
}

/** ITI-41 in MTOM. */
export function lotRequest(input: LotInput): WireRequest {
  const { setUniqueId, patient, structure = STRUCTURE, replaces = [] } = input;
  const patientId = insCx(patient);
  const documents = input.documents.map((uniqueId, index) => ({
    id: `Document0${index + 1}`,
    uniqueId,
    content: cdaOf(uniqueId, patient),
  }));
  const signature = {
    id: 'Signature01',
    uniqueId: `${setUniqueId}.1`,
    content: Buffer.from(
      (input.signedXades ?? none)(
        submissionSignature({
          setUniqueId,
          documents,
          signer: input.lotSigner ?? ORG.sign,
          digest: input.digest ?? 'sha1',
          change: input.xades,
        }),
      ),
    ),
  };
  const sent = documents.map(({ content, ...document }) => ({
    ...document,
    content: input.cda === undefined ? content : Buffer.from(input.cda(content.toString('utf8'))),
  }));
  const all = [...sent, signature];
  const objects = [
    setXml({ setUniqueId, patientId, structure }),
    ...sent.map(document => entryXml({ ...document, ...sums(document.content), patientId, structure })),
    signatureEntryXml({ ...signature, ...sums(signature.content), patientId, structure }),
    ...all.map(({ id }) => associationXml('member', 'SubmissionSet01', id)),
    associationXml('signs', 'Signature01', 'SubmissionSet01'),
    ...replaces.map((entryUuid, at) => associationXml('replaces', `Document0${at + 1}`, entryUuid)),
  ].join('');
  const includes = all.map(
    ({ id }) =>
      `<xdsb:Document id="${id}"><xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="cid:${id}@tests"/></xdsb:Document>`,
  );
  const body =
    `<xdsb:ProvideAndRegisterDocumentSetRequest xmlns:xdsb="urn:ihe:iti:xds-b:2007"><lcm:SubmitObjectsRequest xmlns:lcm="${LCM}">` +
    `<RegistryObjectList xmlns="${RIM}">${(input.metadata ?? none)(objects)}</RegistryObjectList></lcm:SubmitObjectsRequest>` +
    `${includes.join('')}</xdsb:ProvideAndRegisterDocumentSetRequest>`;
  const root =
    `--${BOUNDARY}\r\nContent-Type: application/xop+xml; charset=UTF-8; type="application/soap+xml"; action="${ACTIONS.submit}"\r\n` +
    'Content-Transfer-Encoding: 8bit\r\nContent-ID: <racine@tests>\r\n\r\n' +
    soapEnvelope('submit', body, { ...input, patientId, structure });
  const parts = all.flatMap(({ id, content }) => [
    Buffer.from(
      `\r\n--${BOUNDARY}\r\nContent-Type: text/xml\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <${id}@tests>\r\n\r\n`,
    ),
    content,
  ]);
  const whole = Buffer.concat([Buffer.from(root), ...parts, Buffer.from(`\r\n--${BOUNDARY}--\r\n`)]);
  const contentType =
    `multipart/related; boundary="${BOUNDARY}"; type="application/xop+xml"; start="<racine@tests>"; ` +
    `start-info="application/soap+xml"; action="${ACTIONS.submit}"`;
  return {
    service: 'repository',
    contentType: (input.contentType ?? none)(contentType),
    body: (input.mime ?? (bytes => bytes))(whole),
  };
}

/** ITI-18 GetDocuments. */
export function queryRequest(
  uniqueIds: readonly string[],
  input: Breaks & { readonly patient?: keyof typeof PATIENTS; readonly structure?: string } = {},
): WireRequest {
  const list = uniqueIds.map(id => `'${id}'`).join(',');
  return plain(
    'query',
    '<query:AdhocQueryRequest xmlns:query="urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0"><query:ResponseOption returnComposedObjects="true" returnType="ObjectRef"/>' +
      `<AdhocQuery xmlns="${RIM}" id="urn:uuid:5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4"><Slot name="$XDSDocumentEntryUniqueId"><ValueList><Value>(${list})</Value></ValueList></Slot></AdhocQuery></query:AdhocQueryRequest>`,
    input,
  );
}

/** ITI-57, deletion. */
export function deleteRequest(
  entryUuids: readonly string[],
  input: Breaks & {
    readonly setUniqueId: string;
    readonly patient?: keyof typeof PATIENTS;
    readonly structure?: string;
  },
): WireRequest {
  const { setUniqueId, structure = STRUCTURE, patient } = input;
  const objects = [
    setXml({ setUniqueId, patientId: insCx(patient), structure }),
    ...entryUuids.map(entryUuid => associationXml('delete', 'SubmissionSet01', entryUuid)),
  ].join('');
  return plain(
    'update',
    `<lcm:SubmitObjectsRequest xmlns:lcm="${LCM}"><RegistryObjectList xmlns="${RIM}">${(input.metadata ?? none)(objects)}</RegistryObjectList></lcm:SubmitObjectsRequest>`,
    input,
  );
}

function plain(
  transaction: 'query' | 'update',
  body: string,
  input: Breaks & { readonly patient?: keyof typeof PATIENTS; readonly structure?: string },
): WireRequest {
  const { structure = STRUCTURE, patient } = input;
  const envelope = soapEnvelope(transaction, body, { ...input, structure, patientId: insCx(patient) });
  const contentType = `application/soap+xml; charset=UTF-8; action="${ACTIONS[transaction]}"`;
  return {
    service: 'registry',
    contentType: (input.contentType ?? none)(contentType),
    body: (input.mime ?? (bytes => bytes))(Buffer.from(envelope)),
  };
}

function soapEnvelope(
  transaction: keyof typeof ACTIONS,
  body: string,
  input: Breaks & { readonly patientId: string; readonly structure: string },
): string {
  const signer = input.vihfSigner ?? ORG.sign;
  const unsigned = (input.vihf ?? none)(vihfXml(signer, input.patientId, input.structure));
  const assertion = (input.signedVihf ?? none)(signedAssertion(unsigned, signer));
  return (input.envelope ?? none)(
    '<?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope"><soap:Header>' +
      `<MessageID xmlns="${WSA}">urn:uuid:${randomUUID()}</MessageID><To xmlns="${WSA}"/>` +
      `<ReplyTo soap:mustUnderstand="true" xmlns="${WSA}"><Address>${WSA}/anonymous</Address></ReplyTo>` +
      `<Action soap:mustUnderstand="true" xmlns="${WSA}">${ACTIONS[transaction]}</Action>` +
      `<wsse:Security xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd">${assertion}</wsse:Security>` +
      `</soap:Header><soap:Body>${body}</soap:Body></soap:Envelope>`,
  );
}

function sums(content: Buffer): { readonly hash: string; readonly size: number } {
  return { hash: createHash('sha1').update(content).digest('hex'), size: content.length };
}
