import type { RequestDocument } from '../hl7/request-types.ts';
import { classCodeForDmp } from '../terminology/dmp-types.ts';
import { DMP_FACILITIES, DMP_FORMATS, DMP_SETTINGS, DMP_TYPES } from '../terminology/dmp-value-sets.ts';
import type { CodedValue, ValueSet } from '../terminology/value-set.ts';
import { documentMetadata, type HiddenFrom } from '../xdm/document-metadata.ts';
import type { DocumentMetadata } from '../xdm/document-types.ts';
import type { DocumentAction } from '../xdm/types.ts';

/**
 * What the DMP is told of a document: what an archive says of it, with the class that the DMP gives to its type and
 * the labels of the DMP's value sets (JDV_J60, J61, J62, J66).
 *
 * @throws GatewayError as {@link documentMetadata}
 */
export function dmpMetadata(
  document: RequestDocument,
  about: { readonly action: DocumentAction; readonly restrictions: HiddenFrom },
): DocumentMetadata {
  const metadata = documentMetadata(document, about);
  const { typeCode, formatCode, healthcareFacilityTypeCode, practiceSettingCode } = metadata;
  return {
    ...metadata,
    classCode: classCodeForDmp(typeCode.code, typeCode.system) ?? metadata.classCode,
    typeCode: labelled(typeCode, DMP_TYPES),
    formatCode: labelled(formatCode, DMP_FORMATS),
    healthcareFacilityTypeCode: labelled(healthcareFacilityTypeCode, DMP_FACILITIES),
    practiceSettingCode: labelled(practiceSettingCode, DMP_SETTINGS),
  };
}

function labelled(value: CodedValue, set: ValueSet): CodedValue {
  return { ...value, display: set.get(value.system)?.get(value.code) ?? value.display };
}
