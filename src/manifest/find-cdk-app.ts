import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { MANIFEST_FILE } from './manifest.ts';

/** A folder with a CDK app, synthesized or not. All paths are absolute. */
export type CdkApp = {
  readonly folder: string;
  /** Absent where a `cdk.out` is all there is. */
  readonly cdkJson?: string;
  /** Where its manifest is, or would be. */
  readonly manifestFile: string;
};

/** The first CDK app in a folder or above it: by its cdk.json, or by a manifest in a `cdk.out`. */
export function findCdkApp(directory: string): CdkApp | undefined {
  for (let folder = resolve(directory); ; folder = dirname(folder)) {
    const cdkJson = join(folder, 'cdk.json');
    const isApp = existsSync(cdkJson);
    const manifestFile = join(folder, (isApp ? outputOf(cdkJson) : undefined) ?? 'cdk.out', MANIFEST_FILE);
    if (isApp) return { folder, cdkJson, manifestFile };
    if (existsSync(manifestFile)) return { folder, manifestFile };
    if (folder === dirname(folder)) return undefined;
  }
}

/** https://docs.aws.amazon.com/cdk/v2/guide/cli.html#cli-config: `output` is relative to cdk.json. */
function outputOf(cdkJson: string): string | undefined {
  try {
    const written: unknown = JSON.parse(readFileSync(cdkJson, 'utf8'));
    const output = typeof written === 'object' && written !== null && 'output' in written && written.output;
    return typeof output === 'string' ? output : undefined;
  } catch {
    // The CDK says what is wrong with its own file; llx needs one word of it.
    return undefined;
  }
}
