import { attributeValue } from '../xml/element.ts';
import { splitName } from '../xml/namespaces.ts';
import { cdaFault } from './cda-fault.ts';
import { attributesOf, findChild, findDocument, findInStart, type Opened } from './find-document.ts';

/** What a CDA document's body is, as far as its first tags tell. */
export interface BodyKind {
  /**
   * Type of a body that is no XML (`component/nonXMLBody/text/@mediaType`), lower case, without parameters;
   * undefined for a structured body, or where none is written: HL7's default (text/plain) is what a sender
   * who forgets the attribute of a PDF never meant.
   */
  readonly mediaType: string | undefined;
  /** ClinicalDocument is not the root: it stands inside the style sheet that shows it (quirk X6). */
  readonly selfPresenting: boolean;
}

/**
 * The kind of a document's body, from the tags that open it: its content is not scanned, nor decoded beyond
 * the piece of the file in which they are found.
 *
 * @param bytes a document whose header has been read.
 * @throws GatewayError CDA-001, CDA-002, CDA-003, CDA-004, CDA-008.
 */
export function bodyKind(bytes: Uint8Array): BodyKind {
  try {
    return findInStart(bytes, kindWithin);
  } catch (thrown) {
    throw cdaFault(thrown);
  }
}

/** undefined when the text ends too early. */
function kindWithin(text: string): BodyKind | undefined {
  const document = findDocument(text);
  if (document === undefined) return undefined;
  const selfPresenting = document.tag !== document.root;
  let element: Opened = document;
  for (const names of [['component'], ['nonXMLBody', 'structuredBody'], ['text']]) {
    if (element.tag.kind !== 'start') return { mediaType: undefined, selfPresenting };
    const child = findChild(text, element, names);
    if (child === undefined) return undefined;
    if (child.tag.kind === 'end' || isStructured(child)) return { mediaType: undefined, selfPresenting };
    element = child;
  }
  return { mediaType: mediaTypeOf(text, element), selfPresenting };
}

function isStructured({ tag }: Opened): boolean {
  return splitName(tag.name)[1] === 'structuredBody';
}

function mediaTypeOf(text: string, { tag }: Opened): string | undefined {
  for (const [name, raw] of attributesOf(text, tag)) {
    if (name !== 'mediaType') continue;
    const type = attributeValue(raw).split(';', 1)[0]?.trim().toLowerCase();
    return type === '' ? undefined : type;
  }
  return undefined;
}
