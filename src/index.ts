export type { BundlingConfig, FunctionConfig, LlxConfig } from './cli/configuration/llx-config.ts';
export { defineConfig } from './cli/configuration/llx-config.ts';
