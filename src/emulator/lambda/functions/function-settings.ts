import type { StoredCode } from '../../code/code-store.ts';
import type { SystemLogLevel } from '../platform-log.ts';

/** The settings of one version, in the words and the shape in which `GetFunctionConfiguration` shows them. */
export type FunctionSettings = {
  readonly Runtime: string;
  readonly Handler: string;
  /** ARN */
  readonly Role: string;
  readonly Description: string;
  /** Seconds. */
  readonly Timeout: number;
  /** MB */
  readonly MemorySize: number;
  readonly Environment?: { readonly Variables: Readonly<Record<string, string>> };
  readonly Layers?: readonly { readonly Arn: string; readonly CodeSize: number }[];
  readonly Architectures: readonly string[];
  readonly EphemeralStorage: { readonly Size: number };
  readonly TracingConfig: { readonly Mode: string };
  readonly DeadLetterConfig?: { readonly TargetArn: string };
  readonly LoggingConfig: LoggingConfig;
  readonly SnapStart: { readonly ApplyOn: string; readonly OptimizationStatus: 'Off' };
  readonly KMSKeyArn?: string;
  readonly VpcConfig?: {
    readonly SubnetIds: readonly string[];
    readonly SecurityGroupIds: readonly string[];
    readonly VpcId: string;
    readonly Ipv6AllowedForDualStack: boolean;
  };
};

export type LoggingConfig = {
  readonly LogFormat: string;
  readonly LogGroup: string;
  readonly ApplicationLogLevel?: string;
  readonly SystemLogLevel?: SystemLogLevel;
};

/** Where a version's code is. */
export type FunctionCode = {
  readonly package:
    | ({ readonly kind: 'zip' } & StoredCode)
    /** Of the developer: used as it is, and never kept. */
    | { readonly kind: 'directory'; readonly path: string };
  /** Hashes, in the order of `Layers`: a layer's version may be deleted, and still works in the functions that have it. */
  readonly layers: readonly string[];
};

/** A version as it is kept. */
export type FunctionVersion = {
  readonly functionName: string;
  /** 0 is `$LATEST`. */
  readonly version: number;
  readonly revisionId: string;
  /** Epoch milliseconds. */
  readonly lastModified: number;
  readonly code: FunctionCode;
  readonly settings: FunctionSettings;
};

/** The number that a qualifier stands for; undefined for what may be an alias, and for `0` and `01`, which nothing is. */
export function versionNumber(qualifier: string): number | undefined {
  if (qualifier === '$LATEST') return 0;
  return /^[1-9]\d{0,14}$/.test(qualifier) ? Number(qualifier) : undefined;
}

/** `$LATEST`, or the number. */
export function versionText(version: number): string {
  return version === 0 ? '$LATEST' : String(version);
}
