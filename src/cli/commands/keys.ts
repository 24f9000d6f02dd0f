import type { Command } from 'commander';
import { appended, duration } from '../flags.ts';
import type { CreateKeyFlags, KeyFlags, RevokeKeyFlags } from '../run-keys.ts';

export function addKeysCommand(program: Command): void {
  const keys = program.command('keys').description('Access keys of an emulator that others can reach');
  addPlaceOptions(keys.command('create'))
    .argument('<name>', 'whose it is: a person, or ci')
    .description('Make a key and print its secret, once; a server that runs takes it at once')
    .option(
      '--scope <scope>',
      'what it opens: admin, deploy, invoke, read or lambda:Get*, of some functions: invoke@orders-*,users (admin); may be repeated',
      appended,
    )
    .option('--policy <file>', 'what it opens as an IAM policy instead')
    .option('--expires <time>', 'how long it is good: 12h, 90d (until it is revoked)', duration)
    .action(async (name: string, flags: CreateKeyFlags) => {
      const { createKey } = await import('../run-keys.ts');
      process.exitCode = await createKey(name, flags);
    });
  addPlaceOptions(keys.command('list'))
    .description('Show the keys that there are, without their secrets')
    .action(async (flags: KeyFlags) => {
      const { listKeys } = await import('../run-keys.ts');
      process.exitCode = await listKeys(flags);
    });
  addPlaceOptions(keys.command('revoke'))
    .argument('[keys...]', 'ids or names')
    .option('--all', 'every key')
    .description('End keys: they open nothing from that moment on, on a server that runs, too')
    .action(async (names: readonly string[], flags: RevokeKeyFlags) => {
      const { revokeKeys } = await import('../run-keys.ts');
      process.exitCode = await revokeKeys(names, flags);
    });
}

function addPlaceOptions(command: Command): Command {
  return command
    .option('--data <dir>', 'of the emulator, as its own --data (.llx/emulator)')
    .option(
      '--master-key <file>',
      'what the secrets are made of (LLX_MASTER_KEY_FILE, ~/.config/llx/master.key)',
    )
    .option('--json', 'one JSON object a line on stdout, nothing else');
}
