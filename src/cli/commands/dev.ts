import { type Command, Option } from 'commander';
import type { HandlerCredentialsMode } from '../../credentials/handler-credentials.ts';
import { brokerUrl, lane, port, url } from '../flags.ts';
import type { DevFlags } from '../run-dev.ts';

const HANDLER_CREDENTIALS: readonly HandlerCredentialsMode[] = ['assume-role', 'forward', 'ambient'];

export function addDevCommand(program: Command): void {
  program
    .command('dev', { isDefault: true })
    .description('Run the functions of this project on this machine, as they stand on disk')
    .addOption(
      new Option('--offline', 'with an emulator in this process; no AWS is needed').conflicts([
        'endpoint',
        'broker',
        'profile',
      ]),
    )
    .option('--endpoint <url>', 'with an emulator that runs elsewhere (llx emulator), as with AWS', url)
    .option('--broker <url>', 'over a broker of your own: mqtt:, mqtts:, ws: or wss:', brokerUrl)
    .option('--region <name>', 'AWS region; else where every AWS tool finds it')
    .option('--profile <name>', 'AWS profile; else where every AWS tool finds it')
    .addOption(
      new Option(
        '--credentials <mode>',
        'what the handlers get: their role, what the function sent, or yours',
      )
        .choices(HANDLER_CREDENTIALS)
        .default('assume-role'),
    )
    .option('--synth', 'synthesize the CDK app first; else only when it is newer than its manifest')
    .option('--no-synth', 'take the manifest of the CDK app as it is')
    .option('--only <glob...>', 'serve only the functions whose names fit')
    .option('--lane <name>', 'the lane to hold: 1 to 32 of a-z, 0-9 and -', lane)
    .option('--takeover', 'take the lane when another session holds it', false)
    .option(
      '--observe',
      'only watch: the deployed code runs, copies of its events and answers come here',
      false,
    )
    .option('--host <host>', 'address that the emulator listens on', '127.0.0.1')
    .option('--port <n>', 'port of the emulator’s HTTP API; 0 takes a free one', port, 4566)
    .option('--mqtt-port <n>', 'port of its MQTT broker; 0 takes a free one', port, 1883)
    .option('--data <dir>', 'with --offline: keep what is deployed there (.llx/emulator)')
    .option('--ephemeral', 'with --offline: keep nothing of it')
    .option('--wss-port <n>', 'with --offline: also MQTT over WebSocket with SigV4, on this port', port)
    .option('--mtls-port <n>', 'with --offline: also MQTT with client certificates, on this port', port)
    .option('--screen-reader', 'a screen to be read aloud; else as INK_SCREEN_READER says')
    .option('--plain', 'lines instead of a screen')
    .option('--json', 'one JSON object a line on stdout, nothing else')
    .option('--verbose', 'also show every message that is thrown away', false)
    .option(
      '--record [dir]',
      'write each invocation as a fixture, without secrets (into the folder of the fixtures)',
    )
    .option('--once', 'send each fixture of the project once, print what happened, end')
    .action(async (flags: DevFlags) => {
      // Loaded here: `--help` and the other commands start without it.
      const { runDev } = await import('../run-dev.ts');
      process.exitCode = await runDev(flags);
    });
}
