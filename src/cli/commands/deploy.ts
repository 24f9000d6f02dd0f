import { type Command, InvalidArgumentError, Option } from 'commander';
import { addTargetOptions } from '../aws-target.ts';
import { appended } from '../flags.ts';
import { keyValue } from '../platform/key-value.ts';
import { aliasName, functionName, percent } from '../platform/platform-flags.ts';
import type { DeployFlags } from '../platform/run-deploy.ts';

export function addDeployCommand(program: Command): void {
  const command = program
    .command('deploy')
    .description('Make a folder a live function: package it, publish a version, move its alias there')
    .argument('<dir>', 'Node.js or TypeScript, Python, or a program named bootstrap')
    .requiredOption('--name <name>', 'of the function', functionName)
    .option('--runtime <id>', 'of Lambda, such as nodejs24.x; else what the folder looks like')
    .option('--handler <handler>', 'file and export, such as src/orders.create; else the usual ones')
    .option('--memory <mib>', 'in MiB; else as it is, at first 128', wholeNumber(128, 10_240))
    .option('--timeout <seconds>', 'else as it is, at first 3', wholeNumber(1, 900))
    .option(
      '--env <name=value>',
      'set a variable; without =value as it is in this shell; may be repeated',
      (text: string, before: Readonly<Record<string, string>>) => keyValue(text, before),
      {},
    )
    .option('--remove-env <name>', 'remove a variable; others stay as they are; may be repeated', appended)
    .option('--role <arn>', 'that Lambda assumes for it; AWS wants one for a new function')
    .option('--alias <name>', 'that requests come by', aliasName, 'live')
    .option('--share <percent>', 'of the requests that the new version gets beside the old one', percent)
    .addOption(
      new Option('--url <access>', 'who may call its URL (public; with --aws iam)').choices([
        'public',
        'iam',
      ]),
    )
    .option('--no-url', 'make no URL')
    .option(
      '--include <path>',
      'file or folder of DIR that a bundle does not find by itself; may be repeated',
      appended,
    )
    .option(
      '--external <name>',
      'package that stays out of the bundle, as one of a layer; may be repeated',
      appended,
    )
    .option('--no-bundle', 'the folder goes into the package as it is')
    .option('--dry-run', 'package it and say what would be done; change nothing')
    .option('--json', 'one JSON object on stdout, nothing else');
  addTargetOptions(command).action(async (directory: string, { url, bundle, ...flags }: Parsed) => {
    const { runDeploy } = await import('../platform/run-deploy.ts');
    process.exitCode = await runDeploy(directory, {
      ...flags,
      // Commander says true for what was not asked.
      ...(url === true || url === undefined ? {} : { url }),
      ...(bundle === false ? { bundle } : {}),
    });
  });
}

type Parsed = Omit<DeployFlags, 'url'> & { readonly url?: DeployFlags['url'] | true };

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}, found "${text}".`);
  };
}
