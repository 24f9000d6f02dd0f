import { describeEvent } from '../fixtures/event-source.ts';
import { findFixture, listFixtures, readFixtures } from '../fixtures/load-fixtures.ts';
import { fixtureDirectories } from './fixture-directories.ts';

/** `llx fixtures list` */
export async function listFixturesCommand({ json }: { readonly json?: boolean }): Promise<void> {
  const [project, ...shipped] = await fixtureDirectories(process.cwd());
  const files = await listFixtures(project === undefined ? shipped : [project, ...shipped]);
  const rows = (await readFixtures(files)).map((fixture) => {
    const { name, file } = fixture;
    if ('problem' in fixture) {
      // A row is a line, though there may be several problems.
      return { name, kind: 'invalid', label: `! ${fixture.problem.replace(/\s+/g, ' ')}`, file };
    }
    const { kind, label } = describeEvent(fixture.event);
    const { functionName } = fixture;
    return { name, kind, label, ...(functionName === undefined ? {} : { function: functionName }), file };
  });
  if (json === true) {
    for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`);
    return;
  }
  const width = Math.max(...rows.map(({ name }) => name.length));
  for (const { name, label } of rows) process.stdout.write(`${name.padEnd(width)}  ${label}\n`);
}

/** `llx fixtures show NAME` */
export async function showFixtureCommand(name: string): Promise<void> {
  const { event } = await findFixture(name, await fixtureDirectories(process.cwd()));
  process.stdout.write(`${JSON.stringify(event, undefined, 2)}\n`);
}
