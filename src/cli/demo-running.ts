interface Running {
  stop(): Promise<void>;
}

/** Everybody who has been started, so that nothing is left running where somebody cannot start. */
export interface DemoRunning {
  /** Waits for somebody to have started. @throws what keeps it from that */
  readonly begun: <T extends Running>(starting: Promise<T>) => Promise<T>;
  /** Ends everybody, who came last first: what the gateways send on their way out still finds somebody. */
  readonly stop: () => Promise<void>;
}

export function createDemoRunning(): DemoRunning {
  const running: Running[] = [];
  return {
    begun: async starting => {
      const started = await starting;
      running.push(started);
      return started;
    },
    stop: async () => {
      for (const each of running.toReversed()) await each.stop();
    },
  };
}
