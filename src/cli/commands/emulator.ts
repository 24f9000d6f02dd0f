import { type Command, Option } from 'commander';
import { QUOTA_PROFILES } from '../../protocol/quota-profile.ts';
import { bytes, count, countOrNone, domain, duration, factor, port, proxy, quotaFactors } from '../flags.ts';
import type { EmulatorCommandFlags } from '../run-emulator.ts';

export function addEmulatorCommand(program: Command): void {
  program
    .command('emulator')
    .description('Run the small AWS alone: sessions join with llx dev --endpoint URL')
    .option('--host <host>', 'address to listen on', '127.0.0.1')
    .option('--port <n>', 'port of the HTTP API; 0 takes a free one', port, 4566)
    .option('--mqtt-port <n>', 'port of the MQTT broker; 0 takes a free one', port, 1883)
    .option(
      '--wss-port <n>',
      'port of MQTT over WebSocket with SigV4; 0 takes a free one (8443; with --port 0 a free one)',
      port,
    )
    .option('--mtls-port <n>', 'port of MQTT with client certificates (8883; with --port 0 a free one)', port)
    .addOption(
      new Option('--broker-quotas <profile>', 'hold connections to the quotas of')
        .choices(Object.keys(QUOTA_PROFILES))
        .default('none'),
    )
    .option(
      '--scale-quotas <factors>',
      'multiply those of throughput by one factor, or each by its own: publishesPerSecond=0.5,keepAliveSeconds=0.1',
      quotaFactors,
      1,
    )
    .option('--data <dir>', 'keep what is deployed there (.llx/emulator)')
    .option('--ephemeral', 'keep nothing beyond this process')
    .option('--dev-key', 'know the development key test/test (on a loopback host, where there are no users)')
    .option('--no-dev-key', 'do not know it')
    .option(
      '--domain <name>',
      'serve functions at names below it, greet.example.org, behind a proxy with TLS',
      domain,
    )
    .option('--trusted-proxy <address...>', 'believe X-Forwarded-For of these addresses or networks', proxy)
    .option(
      '--master-key <file>',
      'what secrets of keys are made of (LLX_MASTER_KEY_FILE, ~/.config/llx/master.key)',
    )
    .option(
      '--max-body <bytes>',
      'of any request, with k or m for thousands or millions (what AWS takes)',
      bytes,
    )
    .option(
      '--caller-concurrency <n>',
      'requests of one caller at once (256 where others can reach it)',
      count,
    )
    .option('--caller-rate <n>', 'requests of one caller a second (1000 where others can reach it)', count)
    .option(
      '--caller-time <time>',
      'from request to answer: 30s, 15m (15.5 minutes where others can reach it)',
      duration,
    )
    .option(
      '--drain <time>',
      'how long what runs may take when it ends (25s where others can reach it)',
      duration,
    )
    .addOption(
      new Option('--isolation <kind>', 'where functions run: each in a process or in a container')
        .choices(['process', 'container'])
        .default('process'),
    )
    .option(
      '--container-image <image...>',
      'an image for all runtimes, or for one: nodejs24.x=IMAGE (AWS’s public base images)',
    )
    .option('--container-network <name>', 'of the container engine (bridge)')
    .option(
      '--container-warm <n>',
      'containers that wait for invocations to come, over all functions; 0 for none (2)',
      countOrNone,
    )
    .option('--container-cpus <n>', 'processors of each container (as Lambda: by its memory)', factor)
    .option('--no-stub', 'no stubs: every function is only what is deployed, and no session can join')
    .option('--plain', 'lines for people (the default)')
    .option('--json', 'one JSON object a line on stdout, nothing else')
    .option('--verbose', 'also show every message that is thrown away', false)
    .action(async (flags: EmulatorCommandFlags) => {
      const { runEmulator } = await import('../run-emulator.ts');
      // Whoever asks for a free port must not meet another emulator on a fixed one.
      const free = flags.port === 0;
      const ports = { wssPort: free ? 0 : 8443, mtlsPort: free ? 0 : 8883 };
      process.exitCode = await runEmulator({ ...ports, ...flags });
    });
}
