import type { Command } from 'commander';
import { addTargetOptions } from '../aws-target.ts';
import { lane } from '../flags.ts';
import type { InvokeFlags } from '../run-invoke.ts';

export function addInvokeCommand(program: Command): void {
  const command = program
    .command('invoke')
    .description('Invoke a function of a running llx or in AWS, and print its answer')
    .argument('<function>', 'name or ARN')
    .option('--event <file>', 'the event from a JSON file; - reads stdin')
    .option('--data <json>', 'the event itself, or @FILE')
    .option('--fixture <name>', 'the event of a fixture (llx fixtures list)')
    .option('--qualifier <q>', 'version or alias')
    .option('--lane <name>', 'the lane to invoke, instead of the default one', lane)
    .option('--async', 'do not wait for an answer (InvocationType Event)')
    .option('--tail', 'print the end of the function’s log to stderr')
    .option('--json', 'status, answer, error and log as one JSON object');
  addTargetOptions(command).action(async (name: string, flags: InvokeFlags) => {
    const { runInvoke } = await import('../run-invoke.ts');
    process.exitCode = await runInvoke(name, flags);
  });
}
