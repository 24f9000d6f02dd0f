import { resolve } from 'node:path';
import { printable } from '../../session/printable.ts';
import { sizeText } from '../../tui/lines/size-text.ts';
import type { AwsTarget, TargetFlags } from '../aws-target.ts';
import {
  carryOutDeployment,
  type Deployment,
  type DeployRequest,
  planDeployment,
} from './deploy/deploy-function.ts';
import { readRuntime, type UrlAccess } from './deploy/deployed-function.ts';
import { accessText, deploymentFacts, liveText, planFacts, planText, uploadText } from './deploy-text.ts';
import { type FunctionPackage, type PackageFlags, packageFunction } from './package/package-function.ts';
import { type OutputStream, type Surroundings, writeJson } from './platform-output.ts';
import { NO_PROGRESS, type StepProgress, stepProgress } from './step-progress.ts';
import { withLambda } from './with-lambda.ts';

export type DeployFlags = TargetFlags &
  PackageFlags & {
    readonly name: string;
    readonly memory?: number;
    readonly timeout?: number;
    readonly env: Readonly<Record<string, string>>;
    readonly removeEnv?: readonly string[];
    readonly role?: string;
    readonly alias: string;
    /** Of the requests that the new version gets, 0..1. */
    readonly share?: number;
    /** `false`: none is made. */
    readonly url?: UrlAccess | false;
    readonly dryRun?: boolean;
    readonly json?: boolean;
  };

/**
 * `llx deploy DIR --name NAME`: packages a folder, makes a version of it and moves the alias there. The steps go to
 * stderr and the address to stdout. Gives the exit code; rejects with LlxError.
 */
export async function runDeploy(
  directory: string,
  flags: DeployFlags,
  { stdout, stderr, env }: Surroundings = process,
): Promise<number> {
  const { json = false, dryRun = false } = flags;
  const progress = json ? NO_PROGRESS : stepProgress(dryRun ? 2 : 3, stderr);
  try {
    // The target first: whoever has to start an emulator is told before anything is built.
    return await withLambda(flags, env, async (lambda, { signal }) => {
      const place = lambda.target.describe();
      const deployedRuntime = await readRuntime(lambda, flags.name);
      const found = deployedRuntime === undefined ? {} : { deployedRuntime };
      const code = await packaged(resolve(directory), { ...flags, ...found }, progress, stderr);
      signal.throwIfAborted();
      const request = requestOf(flags, lambda.target);
      progress.begin(`Comparing with what is deployed at ${place}`);
      const plan = await planDeployment(lambda, request, code);
      if (dryRun) {
        progress.end(`Compared with what is deployed at ${place}: nothing was changed there`);
        if (json) writeJson(stdout, planFacts(request, plan, code));
        else stdout.write(planText(request, plan));
        return 0;
      }
      const deployment = await carryOutDeployment(lambda, request, code, plan, (version, carriedOut) => {
        progress.end(`${uploadText(carriedOut)} ${place}: version ${version}`);
        progress.begin(`Moving the alias ${request.alias}`);
      });
      progress.end(liveText(request, deployment));
      if (json) writeJson(stdout, deploymentFacts(request, deployment, code));
      else printAddress(deployment, stdout, stderr);
      return 0;
    });
  } finally {
    progress.close();
  }
}

function printAddress(deployment: Deployment, stdout: OutputStream, stderr: OutputStream): void {
  stderr.write(accessText(deployment));
  // Alone on stdout: curl $(llx deploy …)
  if (deployment.address !== undefined) stdout.write(`${deployment.address}\n`);
}

async function packaged(
  directory: string,
  flags: DeployFlags,
  progress: StepProgress,
  stderr: OutputStream,
): Promise<FunctionPackage> {
  progress.begin(`Packaging ${flags.name}`);
  const code = await packageFunction(directory, flags);
  const files = code.files === 1 ? '1 file' : `${code.files} files`;
  progress.end(
    `Packaged ${flags.name}: ${files}, ${sizeText(code.zip.byteLength)} (${code.runtime}, ${printable(code.handler)})`,
  );
  for (const notice of code.notices) stderr.write(`${printable(notice)}\n`);
  return code;
}

function requestOf(flags: DeployFlags, { endpoint }: AwsTarget): DeployRequest {
  const { memory, timeout, role, url, share } = flags;
  return {
    functionName: flags.name,
    alias: flags.alias,
    settings: {
      environment: flags.env,
      removedVariables: flags.removeEnv ?? [],
      ...(memory === undefined ? {} : { memory }),
      ...(timeout === undefined ? {} : { timeout }),
      ...(role === undefined ? {} : { role }),
      ...(url === undefined || url === false ? {} : { url }),
      // In AWS the whole world would reach it: there it has to be said.
      firstUrl: url === false ? undefined : endpoint === undefined ? 'iam' : 'public',
    },
    ...(share === undefined ? {} : { share }),
  };
}
