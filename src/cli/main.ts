import { Command, CommanderError } from 'commander';
import { didYouMean } from '../checks/near-miss.ts';
import { isLlxError, LlxError } from '../errors/llx-error.ts';
import { addAliasCommand } from './commands/alias.ts';
import { addDeleteCommand } from './commands/delete.ts';
import { addDeployCommand } from './commands/deploy.ts';
import { addDevCommand } from './commands/dev.ts';
import { addDoctorCommand } from './commands/doctor.ts';
import { addEmulatorCommand } from './commands/emulator.ts';
import { addEnvCommand } from './commands/env.ts';
import { addFixturesCommand } from './commands/fixtures.ts';
import { addInvokeCommand } from './commands/invoke.ts';
import { addKeysCommand } from './commands/keys.ts';
import { addListCommand } from './commands/list.ts';
import { addLogsCommand } from './commands/logs.ts';
import { addRollbackCommand } from './commands/rollback.ts';
import { addScheduleCommand } from './commands/schedule.ts';
import { addSmokeCommand } from './commands/smoke.ts';
import { addSyncCommand } from './commands/sync.ts';
import { addVersionsCommand } from './commands/versions.ts';
import { errorText } from './error-text.ts';
import { version } from './package-paths.ts';

/** What may still be on its way when a command has ended: output to a slow reader, above all. */
const LINGER_MS = 1_500;

/** The program: `argv` without node and script. Sets the exit code; never throws. */
export async function main(argv: readonly string[]): Promise<void> {
  endWithParent();
  // A defect: Node.js would print it as it is, and it may quote a signed URL.
  process.on('uncaughtException', (error) => {
    process.stderr.write(`${errorText(error)}\n`);
    process.exit(1);
  });
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreLeftReader);
  const program = new Command('llx')
    .description('Your AWS Lambda functions run on your laptop, live.')
    .version(version(), '-V, --version')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ outputError: () => undefined });
  addDevCommand(program);
  addInvokeCommand(program);
  addFixturesCommand(program);
  addSmokeCommand(program);
  addEmulatorCommand(program);
  addLogsCommand(program);
  addEnvCommand(program);
  addKeysCommand(program);
  addDoctorCommand(program);
  addDeployCommand(program);
  addListCommand(program);
  addVersionsCommand(program);
  addAliasCommand(program);
  addRollbackCommand(program);
  addDeleteCommand(program);
  addScheduleCommand(program);
  addSyncCommand(program);
  try {
    process.exitCode = 0;
    refuseUnknownCommand(program, argv[0]);
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    process.exitCode = report(error);
  }
  // A native client that waits for a TLS failure, which it delays by up to 30 s, must not hold up a command that is done.
  setTimeout(() => process.exit(), LINGER_MS).unref();
}

/** `llx fixtures list | head`: who has read enough is no defect. */
function ignoreLeftReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

/** `dev` is the default command: without this a misspelled one would be its argument. */
function refuseUnknownCommand(program: Command, first: string | undefined): void {
  const names = program.commands.map((command) => command.name());
  if (first === undefined || first.startsWith('-') || [...names, 'help'].includes(first)) return;
  throw new LlxError('LLX_USAGE', {
    message: `Expected a command (${names.join(', ')}), found "${first.slice(0, 60)}".${didYouMean(first, names)}`,
    mend: 'llx --help',
  });
}

/** Prints what ended the program; gives the exit code. */
function report(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    return report(
      new LlxError('LLX_USAGE', {
        message: error.message.replace(/^error: /, ''),
        mend: 'See what there is: llx --help',
      }),
    );
  }
  process.stderr.write(`${errorText(error)}\n`);
  return isLlxError(error) ? error.exitCode : 1;
}

/** An old Node.js handed over to this process (bin/hand-over.js): when it is gone, so is this one. */
function endWithParent(): void {
  if (process.env.LLX_HANDED_OVER === undefined) return;
  delete process.env.LLX_HANDED_OVER;
  process.once('disconnect', () => process.exit(1));
  // The channel alone must not keep a finished command alive.
  process.channel?.unref();
}
