import { resolve } from 'node:path';
import { printable } from '../../session/printable.ts';
import { sizeText } from '../../tui/lines/size-text.ts';
import { type AwsTarget, awsTarget, type TargetFlags } from '../aws-target.ts';
import { onInterrupt } from '../interrupt.ts';
import { carryOutDeployment, type DeployRequest, planDeployment } from './deploy/deploy-function.ts';
import type { UrlAccess } from './deploy/deployed-function.ts';
import { accessText, jsonDeployment, jsonPlan, liveText, planText, uploadText } from './deploy-text.ts';
import { openLambda } from './lambda-calls.ts';
import { type FunctionPackage, type PackageFlags, packageFunction } from './package/package-function.ts';
import { NO_PROGRESS, type StepProgress, stepProgress } from './step-progress.ts';

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

type Stream = { readonly isTTY?: boolean; write(text: string): unknown };
type Surroundings = { readonly stdout: Stream; readonly stderr: Stream; readonly env: NodeJS.ProcessEnv };

/**
 * `llx deploy DIR --name NAME`: packages a folder, makes a version of it and moves the alias there. The steps go to
 * stderr and the address to stdout. Gives the exit code; rejects with LlxError.
 */
export async function runDeploy(
  directory: string,
  flags: DeployFlags,
  { stdout, stderr, env }: Surroundings = process,
): Promise<number> {
  const interrupt = onInterrupt();
  const progress = flags.json === true ? NO_PROGRESS : stepProgress(flags.dryRun === true ? 2 : 3, stderr);
  try {
    // Before anything is built: whoever has to start an emulator first is told at once.
    const target = await awsTarget(flags, { env, signal: interrupt.signal });
    const code = await packaged(resolve(directory), flags, progress, stderr);
    interrupt.signal.throwIfAborted();
    const lambda = await openLambda(target, interrupt.signal);
    try {
      const request = requestOf(flags, target);
      progress.begin(`Comparing with what is deployed at ${target.describe()}`);
      const plan = await planDeployment(lambda, request, code);
      if (flags.dryRun === true) {
        progress.end(`Compared with what is deployed at ${target.describe()}: nothing was changed there`);
        stdout.write(flags.json === true ? jsonPlan(request, plan, code) : planText(request, plan));
        return 0;
      }
      const deployment = await carryOutDeployment(lambda, request, code, plan, (version) => {
        progress.end(`${uploadText(plan)} ${target.describe()}: version ${version}`);
        progress.begin(`Moving the alias ${request.alias}`);
      });
      progress.end(liveText(request, deployment));
      if (flags.json === true) {
        stdout.write(jsonDeployment(request, deployment, code));
      } else {
        stderr.write(accessText(deployment));
        // Alone on stdout: curl $(llx deploy …)
        if (deployment.address !== undefined) stdout.write(`${deployment.address}\n`);
      }
      return 0;
    } finally {
      lambda.close();
    }
  } finally {
    interrupt.dispose();
  }
}

async function packaged(
  directory: string,
  flags: DeployFlags,
  progress: StepProgress,
  stderr: Stream,
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
