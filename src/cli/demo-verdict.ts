/** What is told of a scenario: what it shows, what happened (a French sentence a line), and what should have been else. */
export interface Told {
  readonly name: string;
  readonly description: string;
  readonly story: readonly string[];
  readonly wrong: readonly string[];
}

/** A fact by its name: what was expected of it, and what it is. */
export type Compared = readonly [what: string, wanted: unknown, got: unknown];

/** What differs from the expectation; nothing when all is well. */
export function differing(facts: readonly Compared[]): string[] {
  return facts
    .map(([what, wanted, got]) => [what, textOf(wanted), textOf(got)] as const)
    .filter(([, wanted, got]) => wanted !== got)
    .map(([what, wanted, got]) => `${what}: expected ${wanted}, got ${got}`);
}

function textOf(value: unknown): string {
  return JSON.stringify(value) ?? 'none';
}

/** A scenario for a person. */
export function renderTold({ name, description, story, wrong }: Told): string {
  return [
    `${wrong.length === 0 ? '✓' : '✗'} ${name}`,
    `    ${description}`,
    ...story.map(line => `    → ${line}`),
    ...wrong.map(line => `    ✗ ${line}`),
  ].join('\n');
}
