import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.{ts,tsx}', 'cdk/**/*.test.ts', 'test/**/*.test.ts'],
    // The end-to-end tests run the built program: `dist/` is made anew before any test starts.
    globalSetup: ['test/support/build-once.ts'],
    // One more than CI has cores: a third of the time a file waits, for processes that start and for deadlines.
    maxWorkers: 3,
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
});
