import type { IamConfig } from '../../emulator/identity/iam-config.ts';
import type { RecordConfig } from '../../fixtures/record/record-config.ts';
import type { ApisConfig } from '../../manifest/api-config.ts';
import type { IotConfig } from './topic-rules.ts';

/** One function of `llx.config.ts`. */
export type FunctionConfig = {
  /**
   * File and export, relative to the configuration, as in Lambda: `src/hello.handler`. The file's extension may be
   * left out. Nested exports are possible: `src/routes.orders.create`. Of an OS-only runtime, the program `bootstrap` in
   * the file's folder, else the one beside the configuration, is run. Only of a function of the CDK app in the same
   * folder may it be absent: the app's manifest knows it.
   */
  readonly handler?: string;
  /**
   * Lambda's runtime identifier: `nodejs24.x`, `python3.13`, `provided.al2023`. Of Node.js it decides about callback
   * handlers and the context object.
   *
   * @default 'nodejs24.x'
   */
  readonly runtime?: string;
  /**
   * Seconds, 1 to 900.
   *
   * @default 3
   */
  readonly timeout?: number;
  /**
   * MiB, 128 to 10240.
   *
   * @default 128
   */
  readonly memory?: number;
  /**
   * Environment variables, with Lambda's rules for their names.
   *
   * @default {}
   */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * Of the emulator: name or ARN of the function's role. Of a role that `iam.roles` does not have, nothing is denied.
   *
   * @default the function's name and `-role`
   */
  readonly role?: string;
  /**
   * Offline only: the handler that plays the deployed code, which answers while no session holds the function.
   *
   * @default `handler`, as it was when llx started
   */
  readonly deployed?: string;
  /** What the bundler has to know about the handler's code. */
  readonly bundling?: BundlingConfig;
};

export type BundlingConfig = {
  /**
   * Packages that stay `import`s, found in node_modules when the handler runs.
   *
   * @default []
   */
  readonly external?: readonly string[];
  /**
   * Identifiers that are replaced by an expression: `{ 'process.env.STAGE': '"dev"' }`.
   *
   * @default {}
   */
  readonly define?: Readonly<Record<string, string>>;
  /**
   * What a file is by its extension, in esbuild's words: `{ '.sql': 'text' }`.
   *
   * @default esbuild's own
   */
  readonly loader?: Readonly<Record<string, string>>;
  /**
   * File relative to the configuration.
   *
   * @default the nearest tsconfig.json above each source file
   */
  readonly tsconfig?: string;
};

/** The default export of `llx.config.ts`, or the whole of `llx.config.json`. */
export type LlxConfig = {
  /** By function name; those of a CDK app in the same folder also by construct path or id. May be absent beside one. */
  readonly functions?: Readonly<Record<string, FunctionConfig>>;
  /** @default 'us-east-1' */
  readonly region?: string;
  /**
   * Twelve digits.
   *
   * @default '000000000000'
   */
  readonly account?: string;
  /**
   * Folder of the project's own events, relative to the configuration.
   *
   * @default 'fixtures/events'
   */
  readonly fixtures?: string;
  /**
   * The lane that `llx dev` holds unless `--lane` names another.
   *
   * @default 'default'
   */
  readonly lane?: string;
  /** Of the emulator: who exists, and what he may do. */
  readonly iam?: IamConfig;
  /** Of the emulator: APIs in front of the functions, by name. They win over those of a CDK app's templates. */
  readonly apis?: ApisConfig;
  /** Of the emulator: messages on MQTT topics that invoke functions. */
  readonly iot?: IotConfig;
  /** What is replaced before an invocation becomes a fixture, and how large that may be. */
  readonly record?: RecordConfig;
};

/**
 * Gives a configuration its types; it is returned as it is.
 *
 * @example
 * import { defineConfig } from 'llx';
 *
 * export default defineConfig({
 *   functions: { hello: { handler: 'src/hello.handler' } },
 * });
 */
export function defineConfig(config: LlxConfig): LlxConfig {
  return config;
}
