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
  return {
    add: (deliveryId, isUp) => {
      const before = turns.get(deliveryId);
      const isAlone = isUp && before !== undefined && before < letInAt;
      // An outage begins: what was before it says nothing of anybody.
      if (isUp && !isAlone) turns = new Map();
      turns.delete(deliveryId);
      turns.set(deliveryId, (turn += 1));
      return isAlone;
    },
    delete: deliveryId => void turns.delete(deliveryId),
    letIn: () => {
      letInAt = turn += 1;
    },
    last: () => [...turns.keys()].at(-1),
  };
}
