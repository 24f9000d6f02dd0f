import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.{ts,tsx}', 'cdk/**/*.test.ts', 'test/**/*.test.ts'],
    // The end-to-end tests run the built program: `dist/` is made anew before any test starts.
    globalSetup: ['test/support/build-once.ts'],
    // Two cores: more files at once only make child processes wait for each other.
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
});
