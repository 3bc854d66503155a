import { cdaDocument, type CdaSample, cdaSample } from '../../../samples/kit/cda.ts';
import { readCdaHeader } from '../../../src/formats/cda/read-header.ts';
import type { RequestDocument } from '../../../src/formats/hl7/request-types.ts';
import {
  type Deletion,
  type Deposit,
  preparePublication,
  type PublicationInput,
} from '../../../src/formats/xds/publication.ts';
import { childrenOf, parseXml, type XmlElement } from '../../../src/formats/xml/element.ts';

/** The nth UUID of a publication that {@link publicationInput} has made. */
export function uuid(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
}

/** The uniqueId that is made of the nth UUID. */
export function uniqueId(number: number): string {
  return `1.2.250.1.999.9.${BigInt(`0x${uuid(number).replaceAll('-', '')}`)}`;
}

export function requestDocument(sample: Partial<CdaSample> = {}): RequestDocument {
  const bytes = cdaDocument(cdaSample(sample));
  return { bytes, header: readCdaHeader(bytes) };
}

/** What a deposit of one report is made of, its ids counted. The signature is no signature: it says what it was asked for. */
export function publicationInput(changes: Partial<PublicationInput> = {}): PublicationInput {
  let last = 0;
  return {
    documents: [requestDocument()],
    action: 'add',
    newWhereUnknown: false,
    restrictions: { masquePs: false, invisiblePatient: false, invisibleRepLegaux: false },
    qualified: true,
    patientClass: 'I',
    sender: {
      person: '801234567866^DIAZ^Thierry^^^^^^^D^^^RPPS'.split('^'),
      organization: { name: 'CHU X', id: '120456789', type: 'FINEG', authority: undefined },
      device: undefined,
    },
    structure: { id: '1120456789', name: 'CHU X, siège' },
    oid: { source: '1.2.250.1.999.8', root: '1.2.250.1.999.9' },
    environment: 'test',
    maxBytes: 20_000_000,
    time: new Date('2026-11-20T08:30:41.900Z'),
    newId: () => uuid(++last),
    signing: {
      digest: 'sha1',
      canonicalDigest: (xml, algorithm) => `${algorithm} of ${xml.byteLength} bytes`,
      signSubmission: lot => `<Signature>é ${JSON.stringify(lot)}</Signature>`,
    },
    ...changes,
  };
}

export function deposit(changes: Partial<PublicationInput> = {}): Deposit {
  const publication = preparePublication(publicationInput(changes));
  if (publication.action === 'delete') throw new Error('not a deposit');
  return publication;
}

export function deletion(changes: Partial<PublicationInput> = {}): Deletion {
  const publication = preparePublication(publicationInput({ ...changes, action: 'delete' }));
  if (publication.action !== 'delete') throw new Error('not a deletion');
  return publication;
}

/** The registry objects of a body: of a SubmitObjectsRequest, alone or within a ProvideAndRegisterDocumentSetRequest. */
export function registryObjects(body: string): readonly XmlElement[] {
  const root = parseXml(body);
  const request = root.name === 'SubmitObjectsRequest' ? root : root.children[0];
  return request?.children[0]?.children ?? [];
}

export function named(elements: readonly XmlElement[], name: string): XmlElement[] {
  return elements.filter(element => element.name === name);
}

export function associationsOf(body: string): Readonly<Record<string, string>>[] {
  return named(registryObjects(body), 'Association').map(({ attributes, ...element }) => ({
    type: attributes.get('associationType') ?? '',
    source: attributes.get('sourceObject') ?? '',
    target: attributes.get('targetObject') ?? '',
    ...Object.fromEntries(
      childrenOf({ attributes, ...element }, 'Slot').map(slot => [
        slot.attributes.get('name'),
        slot.children[0]?.children.map(({ text }) => text).join(),
      ]),
    ),
  }));
}
