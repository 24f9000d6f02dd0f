import { buildAll } from '../../scripts/build.ts';

/** vitest's global setup: end-to-end tests and worker processes run what users run. */
export async function setup(): Promise<void> {
  if (process.env.LLX_TEST_DIST === 'ready') return;
  await buildAll();
}
