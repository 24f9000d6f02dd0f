import type { Command } from 'commander';
import { LlxError } from '../../errors/llx-error.ts';
import { lane, port, url } from '../flags.ts';
import type { DevFlags } from '../run-dev.ts';

export function addDevCommand(program: Command): void {
  program
    .command('dev', { isDefault: true })
    .description('Run the functions of this project on this machine, as they stand on disk')
    .option('--offline', 'with an emulator in this process; no AWS is needed')
    .option('--endpoint <url>', 'with an emulator that runs elsewhere (llx emulator)', url)
    .option('--only <glob...>', 'serve only the functions whose names fit')
    .option('--lane <name>', 'the lane to hold: 1 to 32 of a-z, 0-9 and -', lane)
    .option('--takeover', 'take the lane when another session holds it', false)
    .option('--host <host>', 'address that the emulator listens on', '127.0.0.1')
    .option('--port <n>', 'port of the emulator’s HTTP API; 0 takes a free one', port, 4566)
    .option('--mqtt-port <n>', 'port of its MQTT broker; 0 takes a free one', port, 1883)
    .option('--plain', 'lines instead of a screen')
    .option('--json', 'one JSON object a line on stdout, nothing else')
    .option('--verbose', 'also show every message that is thrown away', false)
    .option('--once', 'send each fixture of the project once, print what happened, end')
    .action(async (flags: DevFlags) => {
      if (flags.offline !== true && flags.endpoint === undefined) throw liveUnavailable();
      // Loaded here: `--help` and the other commands start without it.
      const { runDev } = await import('../run-dev.ts');
      process.exitCode = await runDev(flags);
    });
}

function liveUnavailable(): LlxError {
  return new LlxError('LLX_LIVE_UNAVAILABLE', {
    message: 'Expected --offline or --endpoint: this version cannot connect to AWS IoT Core yet.',
    mend: 'llx dev --offline',
  });
}
