/** How a sandboxed peer misbehaves, and for how long. */
export interface Behaviour<T extends string> {
  /** Behaves so from now on, or for the next `times` occasions, and then normally again. */
  readonly set: (value: T, times?: number) => void;
  /** True when the behaviour is `value`; the occasion is then used up. */
  use(value: T): boolean;
  is(value: T): boolean;
}

export function createBehaviour<T extends string>(normal: T): Behaviour<T> {
  let current = normal;
  let left = Number.POSITIVE_INFINITY;
  return {
    set(value, times = Number.POSITIVE_INFINITY) {
      current = value;
      left = times;
    },
    use(value) {
      if (current !== value) return false;
      left -= 1;
      if (left <= 0) current = normal;
      return true;
    },
    is: value => current === value,
  };
}
