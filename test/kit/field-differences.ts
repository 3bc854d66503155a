/** By field (`MSH-7`, `OBX[2]-5` of the second OBX), what one message has there and what another. */
export type Differences = Readonly<Record<string, readonly [one: string, other: string]>>;

/**
 * What two messages say otherwise, segment by segment in their order. A segment that one of them lacks is a single
 * difference (`ERR`); bars that end a segment without a value are none.
 */
export function fieldDifferences(one: string, other: string): Differences {
  const [ones, others] = [segmentsOf(one), segmentsOf(other)];
  const names = new Set([...ones.keys(), ...others.keys()]);
  return Object.fromEntries(
    [...names].flatMap(name => {
      const [left, right] = [ones.get(name), others.get(name)];
      if (left === undefined || right === undefined) return [[name, [left ?? '', right ?? '']]];
      return fieldsThatDiffer(name, left.split('|'), right.split('|'));
    }),
  );
}

/** By name, and number from the second on. */
function segmentsOf(message: string): Map<string, string> {
  const segments = new Map<string, string>();
  for (const line of message.trimEnd().split(/[\r\n]/)) {
    const name = line.slice(0, 3);
    const before = [...segments.keys()].filter(key => key.startsWith(name)).length;
    segments.set(before === 0 ? name : `${name}[${before + 1}]`, line.replace(/\|+$/, ''));
  }
  return segments;
}

function fieldsThatDiffer(
  name: string,
  left: readonly string[],
  right: readonly string[],
): [string, [string, string]][] {
  // MSH-1 is the separator itself.
  const shift = name === 'MSH' ? 1 : 0;
  return Array.from({ length: Math.max(left.length, right.length) }, (_, place) => place).flatMap(
    (place): [string, [string, string]][] => {
      const [one = '', other = ''] = [left[place], right[place]];
      return one === other ? [] : [[`${name}-${place + shift}`, [one, other]]];
    },
  );
}
