import type { Command } from 'commander';
import { port } from '../flags.ts';
import type { EmulatorCommandFlags } from '../run-emulator.ts';

export function addEmulatorCommand(program: Command): void {
  program
    .command('emulator')
    .description('Run the small AWS alone: sessions join with llx dev --endpoint URL')
    .option('--host <host>', 'address to listen on', '127.0.0.1')
    .option('--port <n>', 'port of the HTTP API; 0 takes a free one', port, 4566)
    .option('--mqtt-port <n>', 'port of the MQTT broker; 0 takes a free one', port, 1883)
    .option('--no-stub', 'no stubs: every function is only what is deployed, and no session can join')
    .option('--plain', 'lines for people (the default)')
    .option('--json', 'one JSON object a line on stdout, nothing else')
    .option('--verbose', 'also show every message that is thrown away', false)
    .action(async (flags: EmulatorCommandFlags) => {
      const { runEmulator } = await import('../run-emulator.ts');
      process.exitCode = await runEmulator(flags);
    });
}
