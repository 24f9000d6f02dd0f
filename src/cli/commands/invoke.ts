import type { Command } from 'commander';
import { lane, url } from '../flags.ts';
import type { InvokeFlags } from '../run-invoke.ts';

export function addInvokeCommand(program: Command): void {
  program
    .command('invoke')
    .description('Invoke a function of a running llx, and print its answer')
    .argument('<function>', 'name or ARN')
    .option('--event <file>', 'the event from a JSON file; - reads stdin')
    .option('--data <json>', 'the event itself')
    .option('--fixture <name>', 'the event of a fixture (llx fixtures list)')
    .option('--qualifier <q>', 'version or alias')
    .option('--lane <name>', 'the lane to invoke, instead of the default one', lane)
    .option('--async', 'do not wait for an answer (InvocationType Event)')
    .option('--tail', 'print the end of the function’s log to stderr')
    .option('--endpoint <url>', 'of the emulator', url, 'http://127.0.0.1:4566')
    .option('--json', 'status, answer, error and log as one JSON object')
    .action(async (name: string, flags: InvokeFlags) => {
      const { runInvoke } = await import('../run-invoke.ts');
      process.exitCode = await runInvoke(name, flags);
    });
}
