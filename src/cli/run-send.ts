import { LlxError } from '../errors/llx-error.ts';
import type { Fixture } from '../fixtures/fixture.ts';
import { type InvalidFixture, listFixtures, readFixtures } from '../fixtures/load-fixtures.ts';
import { selectCases } from '../smoke/select-cases.ts';
import { casesOf, type SmokeCase } from '../smoke/smoke-case.ts';
import { emulatorEndpoint } from './aws-target.ts';
import { readEmulatorState } from './emulator-client.ts';
import { findConfiguration } from './fixture-directories.ts';
import { onInterrupt } from './interrupt.ts';
import { masterCredentials } from './live/master-credentials.ts';
import { packagePaths } from './package-paths.ts';
import { sendCases } from './send-cases.ts';
import { type ReportStreams, SendingReport } from './sending-report.ts';

export type SendFlags = {
  /** Instead of those that the fixtures are for. */
  readonly function?: string;
  /** In a second, at most. */
  readonly rate?: number;
  readonly concurrency: number;
  readonly repeat: number;
  readonly endpoint?: string;
  readonly json?: boolean;
};

/** `llx fixtures send`: fixtures over Lambda's API, at a chosen rate. Gives the exit code; rejects with LlxError. */
export async function runSend(
  patterns: readonly string[],
  flags: SendFlags,
  { directory = process.cwd(), ...streams }: Partial<ReportStreams> & { readonly directory?: string } = {},
): Promise<number> {
  const { concurrency, repeat, rate } = flags;
  const endpoint = emulatorEndpoint(flags, process.env);
  const interrupt = onInterrupt();
  const { signal } = interrupt;
  try {
    const state = await readEmulatorState(endpoint, signal);
    const cases = await findCases(patterns, { directory, only: flags.function, running: state.functions });
    const sendable = cases.flatMap((one) => ('fixture' in one ? [one] : []));
    const report = new SendingReport({
      stdout: process.stdout,
      stderr: process.stderr,
      env: process.env,
      ...streams,
      total: sendable.length * repeat,
      json: flags.json === true,
    });
    for (const one of cases) if ('problem' in one) report.refuse(one.name, one.problem);
    try {
      await sendCases(sendable, {
        api: { endpoint, region: state.region, credentials: masterCredentials({}, state), signal },
        concurrency,
        repeat,
        ...(rate === undefined ? {} : { rate }),
        onSent: (sent) => report.add(sent),
      });
    } finally {
      report.end();
    }
    return report.isGood ? 0 : 1;
  } finally {
    interrupt.dispose();
  }
}

type Places = {
  readonly directory: string;
  readonly only: string | undefined;
  /** The emulator's functions. */
  readonly running: readonly { readonly name: string }[];
};

/** The project's fixtures that the patterns fit; where none of these does, of those that ship. */
async function findCases(
  patterns: readonly string[],
  { directory, only, running }: Places,
): Promise<readonly SmokeCase[]> {
  const configuration = await findConfiguration(directory);
  // The project knows the constructs of its functions, which fixtures may name.
  const functions = running.map(
    (one) => configuration?.functions.find(({ name }) => name === one.name) ?? one,
  );
  const read = async (folder: string): Promise<readonly SmokeCase[]> => {
    const fixtures = await readFixtures(await listFixtures([folder]));
    return only === undefined
      ? casesOf(fixtures, functions)
      : casesOf(fixtures.map(forFunction(only)), [{ name: only }]);
  };
  const own = configuration === undefined ? [] : await read(configuration.fixtureDirectory);
  const found = selectCases(own, patterns, directory);
  const shipped =
    found.unmatched.length === 0
      ? undefined
      : selectCases(await read(packagePaths.fixtures), found.unmatched, directory);
  const [unmatched] = shipped?.unmatched ?? [];
  const cases = [...found.cases, ...(shipped?.cases ?? [])];
  if (unmatched === undefined && cases.length > 0) return cases;
  const folder = configuration?.fixtureDirectory ?? packagePaths.fixtures;
  throw new LlxError('LLX_FIXTURE_UNKNOWN', {
    message: `Expected fixtures in ${folder}, found none${unmatched === undefined ? '' : ` that ${JSON.stringify(unmatched)} fits`}.`,
    mend: 'llx fixtures list',
  });
}

function forFunction(functionName: string): (fixture: Fixture | InvalidFixture) => Fixture | InvalidFixture {
  return (fixture) => ('problem' in fixture ? fixture : { ...fixture, functionName });
}
