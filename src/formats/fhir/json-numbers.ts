/**
 * A number as its JSON writes it, where a number of ours would be written otherwise: `10.00` is measured to the hundredth,
 * `10` is not (R4 datatypes.html#decimal: precision is kept). `JSON.stringify` writes it as it came.
 */
export interface WrittenNumber {
  readonly rawJSON: string;
}

declare global {
  // ECMAScript 2027, in V8 since Node 21; TypeScript's library does not have it yet.
  interface JSON {
    parse(
      text: string,
      reviver: (name: string, value: unknown, context: { readonly source?: string }) => unknown,
    ): unknown;
    rawJSON(text: string): WrittenNumber;
    isRawJSON(value: unknown): value is WrittenNumber;
  }
}

/** What may be a number in JSON, or in a text of it: where a value may stand, up to what ends one. */
const NUMBERS = /[:[,]\s*(-?\d[\d.eE+-]*)(?=\s*[,\]}])/g;

/** JSON, of which every number can be written again as it was. @throws SyntaxError */
export function parseAsWritten(text: string): unknown {
  // A reviver for every value costs eight times the reading.
  if (!hasUnusualNumber(text)) return JSON.parse(text) as unknown;
  return JSON.parse(text, (_, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source
      ? JSON.rawJSON(source)
      : value,
  );
}

function hasUnusualNumber(text: string): boolean {
  for (const [, number = ''] of text.matchAll(NUMBERS)) {
    if (String(Number(number)) !== number) return true;
  }
  return false;
}

/** The same with numbers to be read, the same object where there is no other. */
export function withPlainNumbers<Json>(json: Json): Json {
  return plain(json) as Json;
}

function plain(json: unknown): unknown {
  if (typeof json !== 'object' || json === null) return json;
  if (JSON.isRawJSON(json)) return Number(json.rawJSON);
  if (Array.isArray(json)) {
    const items = json.map(plain);
    return items.every((each, index) => each === json[index]) ? json : items;
  }
  const members = Object.entries(json).map(([name, value]) => [name, value, plain(value)] as const);
  if (members.every(([, before, after]) => before === after)) return json;
  return Object.fromEntries(members.map(([name, , after]) => [name, after]));
}
