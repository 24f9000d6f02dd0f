import { doctorChecks } from './doctor/doctor-checks.ts';
import {
  createJsonDoctorWriter,
  createPlainDoctorWriter,
  type DoctorWriter,
  summarise,
} from './doctor/doctor-writer.ts';
import { Facts } from './doctor/facts.ts';
import { openSetup, type SetupFlags } from './doctor/open-setup.ts';
import { runChecks } from './doctor/run-checks.ts';
import { onInterrupt } from './interrupt.ts';

export type DoctorFlags = SetupFlags & {
  readonly json?: boolean;
  readonly probe: boolean;
};

type Surroundings = {
  readonly stdout: { readonly isTTY?: boolean; write(text: string): unknown };
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: () => string;
};

/** `llx doctor`: tells what is in order and what mends the rest; gives the exit code. */
export async function runDoctor(
  flags: DoctorFlags,
  { stdout, env, cwd }: Surroundings = process,
): Promise<number> {
  const interrupt = onInterrupt();
  const facts = new Facts();
  try {
    const writer = createWriter(flags, { stdout, env });
    const checks = doctorChecks(await openSetup(flags, { env, directory: cwd() }), {
      probe: flags.probe,
    });
    const findings = await runChecks(checks, {
      facts,
      signal: interrupt.signal,
      onFinding: (finding) => writer.finding(finding),
    });
    const summary = summarise(findings);
    writer.summary(summary);
    return summary.exitCode;
  } finally {
    facts.close();
    interrupt.dispose();
  }
}

function createWriter({ json }: DoctorFlags, { stdout, env }: Omit<Surroundings, 'cwd'>): DoctorWriter {
  return json === true
    ? createJsonDoctorWriter(stdout)
    : createPlainDoctorWriter(stdout, { colour: stdout.isTTY === true && env.NO_COLOR === undefined });
}
