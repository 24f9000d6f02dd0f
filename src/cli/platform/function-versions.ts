import {
  type AliasConfiguration,
  ListAliasesCommand,
  ListVersionsByFunctionCommand,
} from '@aws-sdk/client-lambda';
import { LlxError } from '../../errors/llx-error.ts';
import type { LambdaCalls } from './lambda-calls.ts';

export type PublishedVersion = {
  readonly version: string;
  readonly description: string;
  readonly codeSha256: string;
  /** Bytes of the package. */
  readonly codeSize: number;
  /** ISO 8601. */
  readonly lastModified: string;
  readonly runtime: string;
};

/** All that are published, the newest first; without `$LATEST`. Rejects with LLX_FUNCTION_UNKNOWN. */
export async function listVersions(
  lambda: LambdaCalls,
  FunctionName: string,
): Promise<readonly PublishedVersion[]> {
  const versions: PublishedVersion[] = [];
  let Marker: string | undefined;
  do {
    const input = { FunctionName, ...(Marker === undefined ? {} : { Marker }) };
    const page = await lambda.call('ListVersionsByFunction', FunctionName, (client, options) =>
      client.send(new ListVersionsByFunctionCommand(input), options),
    );
    for (const { Version = '', ...each } of page.Versions ?? []) {
      if (Version === '$LATEST') continue;
      versions.push({
        version: Version,
        description: each.Description ?? '',
        codeSha256: each.CodeSha256 ?? '',
        codeSize: each.CodeSize ?? 0,
        lastModified: each.LastModified ?? '',
        runtime: each.Runtime ?? '',
      });
    }
    Marker = page.NextMarker;
  } while (Marker !== undefined);
  return versions.sort((a, b) => Number(b.version) - Number(a.version));
}

export async function listAliases(
  lambda: LambdaCalls,
  FunctionName: string,
): Promise<readonly AliasConfiguration[]> {
  const aliases: AliasConfiguration[] = [];
  let Marker: string | undefined;
  do {
    const input = { FunctionName, ...(Marker === undefined ? {} : { Marker }) };
    const page = await lambda.call('ListAliases', FunctionName, (client, options) =>
      client.send(new ListAliasesCommand(input), options),
    );
    aliases.push(...(page.Aliases ?? []));
    Marker = page.NextMarker;
  } while (Marker !== undefined);
  return aliases;
}

/** @throws LlxError LLX_VERSION_UNKNOWN where it is none of them */
export function knownVersion(
  functionName: string,
  version: string,
  versions: readonly PublishedVersion[],
): string {
  if (versions.some((each) => each.version === version)) return version;
  const known = versions.map((each) => each.version).slice(0, 10);
  throw new LlxError('LLX_VERSION_UNKNOWN', {
    message: `Expected a version of ${functionName} (${known.length === 0 ? 'there is none' : known.join(', ')}), found ${version}.`,
    mend: `See which there are: llx versions ${functionName}`,
  });
}
