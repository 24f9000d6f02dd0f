/** `cdk.out/llx.manifest.json`: what a CDK app tells llx of its functions. Written by `llx/cdk`, read by `llx`. */

import type { ApisConfig } from './api-config.ts';

export const MANIFEST_FILE = 'llx.manifest.json';

/** Another shape of the file has another number. */
export const MANIFEST_VERSION = 1;

export type Manifest = {
  readonly version: typeof MANIFEST_VERSION;
  /** The folder in which the app was synthesized, where its cdk.json is; relative to the manifest. */
  readonly root: string;
  /** The app's own program, relative to `root`; absent where it was not started from a file. */
  readonly app?: string;
  /** Written by an app that ran without the CDK's CLI, and so without an account and a region. @default false */
  readonly withoutCdk?: boolean;
  /** That `llx dev` holds when no other is asked for. */
  readonly lane?: string;
  /** Every template of the app, nested ones under their stack's path. */
  readonly stacks: readonly ManifestStack[];
  /** Those with a Node.js runtime, live or not. */
  readonly functions: readonly ManifestFunction[];
  /** In front of the functions, which they name as `functions` does. */
  readonly apis?: ApisConfig;
};

export type ManifestStack = {
  /** As `cdk deploy` takes it: `Shop`, `Prod/Shop`. */
  readonly path: string;
  /** Relative to the manifest. */
  readonly template: string;
};

/** Where a function is deployed. */
export type StackPlace = {
  /** CloudFormation's name. */
  readonly name: string;
  /** As `cdk deploy` takes it. */
  readonly path: string;
  /** In the cloud assembly. */
  readonly artifact: string;
  /** Absent for a stack that is deployed wherever the credentials lead. */
  readonly region?: string;
  readonly account?: string;
  /** Logical ids of the nested stacks on the way to the function, from the outside. */
  readonly nested?: readonly string[];
};

/** How a source entry became known, the surest first. */
export type FoundBy = 'given' | 'asset' | 'metafile' | 'comment' | 'source-map' | 'default';

export type SourceEntry = {
  /** Relative to the manifest's `root`. */
  readonly file: string;
  readonly exportName: string;
  readonly foundBy: FoundBy;
};

/** What the bundler has to know of a function's code, in esbuild's words. */
export type Bundling = {
  /** Packages that stay `import`s. */
  readonly external?: readonly string[];
  readonly define?: Readonly<Record<string, string>>;
  /** By file extension. */
  readonly loader?: Readonly<Record<string, string>>;
  /** A file, relative to the project. */
  readonly tsconfig?: string;
};

export type ManifestFunction = {
  /** The construct's. */
  readonly path: string;
  readonly logicalId: string;
  readonly stack: StackPlace;
  /** Where the app gives one that is known before the deployment. */
  readonly physicalName?: string;
  /** The same at every synth, and no other function's: its name offline. */
  readonly name: string;
  /** The function's own, also where a stub stands before it. */
  readonly handler: string;
  readonly runtime: string;
  /** Seconds. */
  readonly timeout: number;
  /** MiB. */
  readonly memory: number;
  /** Variables whose values are known before the deployment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Names of the others. */
  readonly unresolved: readonly string[];
  readonly entry?: SourceEntry;
  /** Why there is no entry, and what to do; absent where there is one. */
  readonly problem?: string;
  readonly bundling?: Bundling;
  /** The package that is deployed, a folder relative to the manifest. */
  readonly asset?: string;
  /** ARNs, and folders relative to the manifest; without the stub's. */
  readonly layers: readonly string[];
  readonly sources: readonly EventSource[];
  /** Whether a stub stands before it in this synth. */
  readonly live: boolean;
};

/** What of the same template invokes a function. Names are physical ones where the app gives them, else logical ids. */
export type EventSource =
  | { readonly type: 'url' }
  | { readonly type: 'http'; readonly api: 'http' | 'rest'; readonly method: string; readonly path: string }
  | { readonly type: 'websocket'; readonly route: string }
  | { readonly type: 'schedule'; readonly expression: string }
  | { readonly type: 'rule'; readonly pattern: unknown }
  | { readonly type: 'queue'; readonly name: string }
  | { readonly type: 'topic'; readonly name: string }
  | { readonly type: 'table'; readonly name: string }
  | { readonly type: 'stream'; readonly name: string }
  | { readonly type: 'bucket'; readonly name: string; readonly events: readonly string[] }
  | { readonly type: 'iot'; readonly sql: string }
  | { readonly type: 'logs'; readonly pattern: string }
  | { readonly type: 'task'; readonly stateMachine: string; readonly state: string };
