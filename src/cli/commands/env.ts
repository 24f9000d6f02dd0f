import { type Command, Option } from 'commander';
import { url } from '../flags.ts';
import type { EnvFlags, Shell } from '../run-env.ts';

const SHELLS: readonly Shell[] = ['bash', 'fish', 'powershell', 'json'];

export function addEnvCommand(program: Command): void {
  program
    .command('env')
    .description('Print the variables that lead AWS tools to a running llx: eval "$(llx env)"')
    .addOption(new Option('--shell <name>', 'whose words to print; else your shell’s').choices(SHELLS))
    .option('--endpoint <url>', 'of the emulator', url, 'http://127.0.0.1:4566')
    .action(async (flags: EnvFlags) => {
      const { runEnv } = await import('../run-env.ts');
      process.exitCode = await runEnv(flags);
    });
}
