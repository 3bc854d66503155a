import { type CdaSample, cdaDocument, cdaSample, escapeXml } from '../../../samples/kit/cda.ts';

/** A level 3 document with the sections that a test gives as XML, in the default namespace. */
export function structuredDocument(sections: string, overrides: Partial<CdaSample> = {}): Buffer {
  const text = cdaDocument(cdaSample({ ...overrides, level: 3, sections: [] })).toString();
  return Buffer.from(
    text.replace(
      /<structuredBody>.*<\/structuredBody>/s,
      () => `<structuredBody>${sections}</structuredBody>`,
    ),
  );
}

/** A document whose one section has a text. */
export function documentWithText(text: string, entries = ''): Buffer {
  return structuredDocument(sectionXml({ text, entries }));
}

/** A section in its component. */
export function sectionXml({
  title = 'Conclusion',
  code = '55110-1',
  template = '',
  text = '',
  entries = '',
  sections = '',
}: {
  readonly title?: string;
  readonly code?: string;
  readonly template?: string;
  readonly text?: string;
  readonly entries?: string;
  readonly sections?: string;
}): string {
  const templateId = template === '' ? '' : `<templateId root="${template}"/>`;
  return `<component><section>${templateId}<code code="${code}" codeSystem="2.16.840.1.113883.6.1"/><title>${escapeXml(title)}</title><text>${text}</text>${entries}${sections}</section></component>`;
}

/** An entry that holds an object. */
export function mediaXml(id: string, mediaType: string, content: Uint8Array | string): string {
  const text = typeof content === 'string' ? content : Buffer.from(content).toString('base64');
  return `<entry><organizer><component><observationMedia ID="${id}"><value mediaType="${mediaType}" representation="B64">${text}</value></observationMedia></component></organizer></entry>`;
}
