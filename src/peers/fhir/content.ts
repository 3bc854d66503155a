/** The names of FHIR's JSON: today's, that of DSTU2 which the SAS platform asks for (fhir-flows §4.1), and plain JSON. */
export type JsonType = 'application/fhir+json' | 'application/json+fhir' | 'application/json';

const NAMES: Readonly<Record<string, JsonType>> = {
  'application/fhir+json': 'application/fhir+json',
  'application/json+fhir': 'application/json+fhir',
  'application/json': 'application/json',
  'text/json': 'application/json',
  'application/*': 'application/fhir+json',
  '*/*': 'application/fhir+json',
};

/**
 * What an answer is written as: `_format` counts before Accept (FHIR R4 http.html#mime-type). Undefined where the caller
 * takes no JSON, or none of FHIR 4.0.
 *
 * @param format the value of `_format`, decoded; null where there is none
 */
export function answerType(accept: string | undefined, format: string | null): JsonType | undefined {
  if (format !== null && format !== '') {
    // A plus that was not encoded comes out as a space.
    const name = format.trim().toLowerCase().replaceAll(' ', '+');
    return name === 'json' ? 'application/fhir+json' : rangeOf(name)?.type;
  }
  if (accept === undefined || accept.trim() === '') return 'application/fhir+json';
  let best: Range | undefined;
  for (const text of accept.split(',')) {
    const range = rangeOf(text);
    if (range !== undefined && range.quality > (best?.quality ?? 0)) best = range;
  }
  return best?.type;
}

/**
 * Whether a body may be what we read: JSON in UTF-8. What is declared as XML, an image, another charset is not; a form is,
 * since callers with curl forget to say anything else (fhir-flows §4.1).
 */
export function isReadableType(contentType: string | undefined): boolean {
  if (contentType === undefined) return true;
  const { name, parameters } = partsOf(contentType);
  const charset = parameters.get('charset') ?? 'utf-8';
  if (!/^(?:utf-?8|us-ascii)$/.test(charset) || !isOfOurs(parameters)) return false;
  return /^(?:[\w.-]+\/(?:[\w.-]+\+)?json|application\/(?:json\+fhir|x-www-form-urlencoded|octet-stream)|text\/plain)$/.test(
    name,
  );
}

interface Range {
  readonly type: JsonType;
  readonly quality: number;
}

function rangeOf(text: string): Range | undefined {
  const { name, parameters } = partsOf(text);
  const type = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
  const quality = Number(parameters.get('q') ?? 1);
  return type !== undefined && quality > 0 && isOfOurs(parameters) ? { type, quality } : undefined;
}

/** `fhirVersion` of a media type (FHIR R4 http.html#version-parameter). */
function isOfOurs(parameters: ReadonlyMap<string, string>): boolean {
  return (parameters.get('fhirversion') ?? '4.0').startsWith('4.0');
}

function partsOf(mediaType: string): {
  readonly name: string;
  readonly parameters: ReadonlyMap<string, string>;
} {
  const [name = '', ...rest] = mediaType.toLowerCase().split(';');
  const parameters = rest.map(parameter => {
    const [key = '', value = ''] = parameter.split('=', 2);
    return [key.trim(), value.trim().replace(/^"(.*)"$/, '$1')] as const;
  });
  return { name: name.trim(), parameters: new Map(parameters) };
}
