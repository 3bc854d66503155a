/** A JSON object whose members nobody has looked at. */
export type Json = Readonly<Record<string, unknown>>;

/** An object's members; none of anything else. */
export function membersOf(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

/** A list's items; none of anything else. */
export function itemsOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.map(membersOf) : [];
}

/** A text that says something. */
export function wordOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The same JSON with other texts; `key` is the member that a text stands in. */
export function withTexts(value: unknown, change: (text: string, key: string) => string, key = ''): unknown {
  if (typeof value === 'string') return change(value, key);
  if (Array.isArray(value)) return value.map(each => withTexts(each, change, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([member, each]) => [member, withTexts(each, change, member)]),
  );
}
