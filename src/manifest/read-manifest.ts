import { readFile } from 'node:fs/promises';
import { LlxError } from '../errors/llx-error.ts';
import { parseJson } from '../fixtures/json-text.ts';
import { checkManifest } from './check-manifest.ts';
import type { CdkApp } from './find-cdk-app.ts';
import { MANIFEST_VERSION, type Manifest } from './manifest.ts';

/** Rejects with a LlxError: LLX_MANIFEST_MISSING, or LLX_MANIFEST_INVALID with all that is wrong. */
export async function readManifest({ folder, manifestFile }: CdkApp): Promise<Manifest> {
  const json = await readFile(manifestFile, 'utf8').catch((cause: unknown) => {
    throw new LlxError('LLX_MANIFEST_MISSING', {
      message: `Expected the manifest of the CDK app in ${folder} at ${manifestFile}, found none.`,
      mend: "Let the app write it:\n  import { LiveLambda } from 'llx/cdk';\n  LiveLambda.enable(app);\nThen: npx cdk synth",
      cause,
    });
  });
  const outcome = parseJson(json);
  if (outcome.status === 'fault') {
    const { line, column, reason } = outcome.fault;
    throw invalid(manifestFile, [`line ${line}, column ${column}: ${reason}`]);
  }
  const version = versionOf(outcome.value);
  if (version !== MANIFEST_VERSION) {
    throw invalid(manifestFile, [`version: expected ${MANIFEST_VERSION}, found ${JSON.stringify(version)}.`]);
  }
  const checked = checkManifest(outcome.value);
  if ('problems' in checked) throw invalid(manifestFile, checked.problems);
  return checked.manifest;
}

function versionOf(written: unknown): unknown {
  return typeof written === 'object' && written !== null && 'version' in written ? written.version : null;
}

function invalid(file: string, problems: readonly string[]): LlxError {
  return new LlxError('LLX_MANIFEST_INVALID', {
    message: `Expected a manifest of this version of llx in ${file}, found:\n${problems.map((one) => `  ${one}`).join('\n')}`,
    mend: 'The CDK app and the command must use the same llx. Write the manifest anew: npx cdk synth',
  });
}
