import { dateText } from '../../session/time-text.ts';
import { sizeText } from '../../tui/lines/size-text.ts';
import type { TargetFlags } from '../aws-target.ts';
import { listAliases, listVersions } from './function-versions.ts';
import { type Surroundings, writeRows } from './platform-output.ts';
import { withLambda } from './with-lambda.ts';

export type VersionsFlags = TargetFlags & { readonly json?: boolean };

/** `llx versions FN`: what was published, the newest first, and which aliases lead there. Gives the exit code. */
export async function runVersions(
  functionName: string,
  flags: VersionsFlags,
  surroundings: Surroundings = process,
): Promise<number> {
  const rows = await withLambda(flags, surroundings.env, async (lambda) => {
    const [versions, aliases] = await Promise.all([
      listVersions(lambda, functionName),
      listAliases(lambda, functionName),
    ]);
    return versions.map((version) => ({
      type: 'version',
      function: functionName,
      ...version,
      aliases: aliases
        .filter(
          ({ FunctionVersion, RoutingConfig }) =>
            FunctionVersion === version.version ||
            Object.hasOwn(RoutingConfig?.AdditionalVersionWeights ?? {}, version.version),
        )
        .flatMap(({ Name }) => Name ?? []),
    }));
  });
  writeRows(
    rows,
    [
      { title: 'VERSION', value: ({ version }) => version, align: 'right' },
      { title: 'PUBLISHED', value: ({ lastModified }) => dateText(lastModified) },
      { title: 'RUNTIME', value: ({ runtime }) => runtime, importance: 2 },
      { title: 'SIZE', value: ({ codeSize }) => sizeText(codeSize), align: 'right', importance: 3 },
      { title: 'CODE', value: ({ codeSha256 }) => codeSha256.slice(0, 12), importance: 1 },
      { title: 'ALIASES', value: ({ aliases }) => aliases.join(', '), cut: true },
      { title: 'DESCRIPTION', value: ({ description }) => description, cut: true },
    ],
    { json: flags.json, empty: `${functionName} has no published versions: llx deploy makes one.` },
    surroundings,
  );
  return 0;
}
