/** What a scripted peer does with each request, and for how many of them. */
export interface Script<Scripted, Asked, Behaviour> {
  /** Behaves so from now on, or for the next `times` requests; one that is taken as usual uses up none of them. */
  readonly behave: (scripted: Scripted, times?: number) => void;
  /** How to take the next request. */
  next(asked: Asked): Behaviour;
}

/**
 * @param usual how requests are taken at first, and once the times are used up
 * @param choose what was scripted comes to, for a request
 */
export function createScript<Scripted, Asked, Behaviour extends Scripted>(
  usual: Behaviour,
  choose: (scripted: Scripted, asked: Asked) => Behaviour,
): Script<Scripted, Asked, Behaviour> {
  let current: Scripted = usual;
  let left = Number.POSITIVE_INFINITY;
  return {
    behave(scripted, times = Number.POSITIVE_INFINITY) {
      current = scripted;
      left = times;
    },
    next(asked) {
      const chosen = choose(current, asked);
      if (chosen !== usual) left -= 1;
      if (left <= 0) current = usual;
      return chosen;
    },
  };
}
