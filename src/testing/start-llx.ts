import type { StartProject } from '../cli/offline-project/project.ts';
import { startOfflineProject } from '../cli/offline-project.ts';

/**
 * Starts the functions of a project in this process, beside an emulator of their own on free ports: no AWS is needed.
 * Several at once know nothing of each other. Close it, or declare it with `await using`.
 *
 * @example
 * const llx = await startLlx();
 * const { answer } = await llx.invoke('orders', { id: 7 });
 * await llx.close();
 *
 * @throws an error with a `code` of docs/errors.md, such as LLX_CONFIG_MISSING.
 */
export const startLlx: StartProject = (options) => startOfflineProject(options);
