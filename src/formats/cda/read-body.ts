import { decodeXml } from '../xml/decode.ts';
import { XmlError } from '../xml/xml-error.ts';
import { type CdaEvents, cdaEvents, eachChild, type OpenEvent, skip } from './cda-events.ts';
import { cdaFault } from './cda-fault.ts';
import { findDocument } from './find-document.ts';
import type { Narrative, Section } from './narrative-types.ts';
import { nonXmlNarrative } from './non-xml-narrative.ts';
import { createMediaStore, decodeWithin, type Encoded, readEncoded } from './read-media.ts';
import { createNarrativeReader } from './read-narrative-text.ts';

/**
 * The section in which a document of level 3 carries its own printed form: template “FR-Document-PDF-copie”,
 * LOINC 55108-5. PDFs of other sections are attachments (55107-7) or other people's reports (101792-0).
 */
const COPY_TEMPLATE = '1.2.250.1.213.1.1.2.243';
const COPY_CODE = '55108-5';
const LOINC = '2.16.840.1.113883.6.1';

/** What a document's body gives people to read. */
export interface CdaBody {
  /** The printed form of the whole document that the body is, or carries. */
  readonly pdf: Uint8Array | undefined;
  /** The text of the body; without sections where the body is a PDF. */
  readonly narrative: () => Narrative;
}

/**
 * Reads a document's body in one pass, in time linear in its length. Nothing that it refers to is fetched, no
 * style sheet is looked at.
 *
 * @param bytes a document whose header has been read.
 * @throws GatewayError CDA-001, CDA-002, CDA-003, CDA-004 (nested too deep), CDA-008.
 */
export function readBody(bytes: Uint8Array): CdaBody {
  try {
    const text = decodeXml(bytes);
    const document = findDocument(text);
    if (document === undefined) throw new XmlError('malformed');
    return readComponents(cdaEvents(text, document));
  } catch (thrown) {
    throw cdaFault(thrown);
  }
}

function readComponents(events: CdaEvents): CdaBody {
  let body: CdaBody | undefined;
  eachChild(events, element => {
    if (element.name !== 'component' || body !== undefined) return skip(events);
    eachChild(events, child => {
      if (child.name === 'nonXMLBody') body = readNonXmlBody(events);
      else if (child.name === 'structuredBody') body = readStructuredBody(events);
      else skip(events);
    });
  });
  return body ?? { pdf: undefined, narrative: () => ({ sections: [], truncated: false }) };
}

function readNonXmlBody(events: CdaEvents): CdaBody {
  let content: Encoded | undefined;
  eachChild(events, element => {
    if (element.name === 'text') content = readEncoded(events, element);
    else skip(events);
  });
  const pdf = content && pdfOf(content);
  return { pdf, narrative: () => nonXmlNarrative(pdf === undefined ? content : undefined) };
}

function readStructuredBody(events: CdaEvents): CdaBody {
  const media = createMediaStore();
  const reader = createNarrativeReader(media);
  let pdf: Uint8Array | undefined;

  function readSection(): Section {
    let title: string | undefined;
    let text: ReturnType<typeof reader.readText> = { blocks: [], notes: [] };
    const sections: Section[] = [];
    let isCopy = false;
    eachChild(events, element => {
      isCopy ||= namesCopy(element);
      switch (element.name) {
        case 'title':
          title = reader.readTitle(events);
          return;
        case 'text':
          text = reader.readText(events);
          return;
        case 'entry':
          return media.readEntry(events, content => {
            if (isCopy) pdf ??= pdfOf(content);
          });
        case 'component':
          return readSections(sections);
        default:
          skip(events);
      }
    });
    return { title, ...text, sections };
  }

  function readSections(sections: Section[]): void {
    eachChild(events, element => {
      if (element.name === 'section' && reader.room()) sections.push(readSection());
      else skip(events);
    });
  }

  const sections: Section[] = [];
  eachChild(events, element => {
    if (element.name === 'component') readSections(sections);
    else skip(events);
  });
  return {
    pdf,
    narrative: () => {
      media.decode();
      return { sections, truncated: reader.truncated() };
    },
  };
}

function namesCopy({ name, attributes }: OpenEvent): boolean {
  if (name === 'templateId') return attributes.get('root') === COPY_TEMPLATE;
  if (name !== 'code' || attributes.get('code') !== COPY_CODE) return false;
  return (attributes.get('codeSystem') ?? LOINC) === LOINC;
}

/** The content, where it is a PDF and is announced as nothing else; anything else is no printed form. */
function pdfOf(content: Encoded): Uint8Array | undefined {
  if (content.mediaType !== undefined && content.mediaType !== 'application/pdf') return undefined;
  const bytes = decodeWithin(content);
  const isPdf = bytes !== undefined && Buffer.from(bytes.subarray(0, 5)).toString('latin1') === '%PDF-';
  return isPdf ? bytes : undefined;
}
