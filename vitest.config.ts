import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Integration and chaos tests own ports and processes: they wait more than they compute, so that two cores carry three
    // workers (443 s rather than 537 s, 9 808 tests).
    maxWorkers: 3,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
