import type { Command } from 'commander';

export function addFixturesCommand(program: Command): void {
  const fixtures = program
    .command('fixtures')
    .description('Events on disk: those of this project, and those that ship');
  fixtures
    .command('list')
    .description('Names, with what kind of event each is')
    .option('--json', 'one JSON object a line')
    .action(async (flags: { readonly json?: boolean }) => {
      const { listFixturesCommand } = await import('../run-fixtures.ts');
      await listFixturesCommand(flags);
    });
  fixtures
    .command('show')
    .description('Print the event of a fixture')
    .argument('<name>', 'such as apigateway/http-get')
    .action(async (name: string) => {
      const { showFixtureCommand } = await import('../run-fixtures.ts');
      await showFixtureCommand(name);
    });
}
