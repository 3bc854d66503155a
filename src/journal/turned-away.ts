/** Deliveries that a target did not answer, or not let in: whether it is down, or has something against one of them. */
export interface TurnedAway {
  /**
   * It was turned away.
   *
   * @param isUp what is known of the target so far
   * @returns whether it alone is: turned away again after another got in
   */
  add(deliveryId: string, isUp: boolean): boolean;
  /** Another word was said of it. */
  delete(deliveryId: string): void;
  /** The target has let somebody in. */
  letIn(): void;
  /** Who was turned away last. */
  last(): string | undefined;
}

export function createTurnedAway(): TurnedAway {
  /** The later, the higher: what came before what. */
  let turn = 0;
  let letInAt = 0;
  let turns = new Map<string, number>();
  /** Those that were found to be alone. */
  const known = new Set<string>();
  return {
    add: (deliveryId, isUp) => {
      const before = turns.get(deliveryId);
      const isAlone = isUp && before !== undefined && before < letInAt;
      if (isAlone) known.add(deliveryId);
      // An outage begins, or so it looks: what was before says nothing of those who were not alone then.
      else if (isUp) turns = new Map([...turns].filter(([each]) => known.has(each)));
      turns.delete(deliveryId);
      turns.set(deliveryId, (turn += 1));
      return isAlone;
    },
    delete: deliveryId => {
      turns.delete(deliveryId);
      known.delete(deliveryId);
    },
    letIn: () => {
      letInAt = turn += 1;
    },
    last: () => [...turns.keys()].at(-1),
  };
}
