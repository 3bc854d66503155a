import { FORMAT_LABELS, FORMAT_OF_TEMPLATE } from './data/format-codes.ts';
import type { CodedValue } from './value-set.ts';

const FORMATS = new Map(Object.entries(FORMAT_OF_TEMPLATE));
const LABELS: ReadonlyMap<string, string> = new Map(Object.entries(FORMAT_LABELS));

/** TRE_A06 and TRE_A11, the systems of the formats. */
const CI_SIS = '1.2.250.1.213.1.1.4.2.282';
const IHE = '1.3.6.1.4.1.19376.1.2.3';

/** ASS_A12: the format of a body that is no XML, by its media type; RTF by its registered type as well. */
const FORMAT_OF_MEDIA: ReadonlyMap<string, string> = new Map([
  ['application/pdf', 'urn:ihe:iti:xds-sd:pdf:2008'],
  ['text/plain', 'urn:ihe:iti:xds-sd:text:2008'],
  ['text/rtf', 'urn:ihe:iti-fr:xds-sd:rtf:2010'],
  ['application/rtf', 'urn:ihe:iti-fr:xds-sd:rtf:2010'],
  ['image/jpeg', 'urn:ihe:iti-fr:xds-sd:jpeg:2010'],
  ['image/tiff', 'urn:ihe:iti-fr:xds-sd:tiff:2010'],
]);

/** A document of no published model. */
const UNREFERENCED = 'urn:asipSante:modelesHorsProfils:2011';

/**
 * The format of a CDA document (XDS formatCode): by the media type of a body that is no XML, whatever the
 * model; else by the last of its templates that ASS_A11 knows; else that of documents of no published model.
 *
 * @param mediaType in lower case; undefined for a structured body.
 * @param templates roots of the document's templateId elements, in order.
 */
export function formatCodeOf(mediaType: string | undefined, templates: readonly string[]): CodedValue {
  const media = FORMAT_OF_MEDIA.get(mediaType ?? '');
  if (media !== undefined) return coded(media, IHE);
  const template = templates.findLast(root => FORMATS.has(root));
  const [code, system] = FORMATS.get(template ?? '') ?? [UNREFERENCED, CI_SIS];
  return coded(code, system);
}

/** A few formats of ASS_A11 are not in JDV_J60: they have no other name than their URN. */
function coded(code: string, system: string): CodedValue {
  return { code, system, display: LABELS.get(code) ?? code };
}
