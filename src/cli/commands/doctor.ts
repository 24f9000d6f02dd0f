import type { Command } from 'commander';
import { brokerUrl, url } from '../flags.ts';
import type { DoctorFlags } from '../run-doctor.ts';

export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('Check what llx dev needs: account, network, permissions, broker, functions')
    .option('--endpoint <url>', 'of an emulator in place of AWS (llx emulator)', url)
    .option('--broker <url>', 'another MQTT broker in place of IoT Core', brokerUrl)
    .option('--profile <name>', 'of the AWS configuration files')
    .option('--region <region>', 'of the functions')
    .option('--probe', 'also try what llx assumes of AWS and could not be verified', false)
    .option('--json', 'one JSON object a line on stdout, nothing else')
    .action(async (flags: DoctorFlags) => {
      const { runDoctor } = await import('../run-doctor.ts');
      process.exitCode = await runDoctor(flags);
    });
}
