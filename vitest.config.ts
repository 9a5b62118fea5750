import { defineConfig } from 'vitest/config';

/** `unit` is the quick loop of `npm run check`; `npm test` runs every project (see scripts/test.ts). */
export default defineConfig({
  test: {
    // Most tests wait for timers, disks and other processes: one file at a time leaves a small machine idle.
    maxWorkers: 3,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/*/test/**/*.test.{ts,tsx}', 'tests/architecture/*.test.ts'],
          // Tests start real processes and real sockets, on machines that may be busy with other things.
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'scenario',
          include: ['tests/{scenario,fault,hostile}/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          expect: { poll: { timeout: 15_000 } },
          fileParallelism: false,
        },
      },
    ],
  },
});
