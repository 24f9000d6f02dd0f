import { afterEach, test } from 'vitest';
import { log, offered, served, succeeded } from './session-events.ts';
import { type StartedScreen, startScreen } from './started-screen.ts';

const started: StartedScreen[] = [];

afterEach(async () => {
  for (const screen of started.splice(0)) await screen.close();
});

const EVENTS = [
  ...served('resize'),
  offered('1'),
  log('1', 'read two orders'),
  log('1', 'two of them'),
  succeeded('1'),
  offered('2', { functionName: 'resize' }),
  log('2', 'read an image'),
];
const FIXTURES = [
  { name: 'orders/create', file: '/f/orders/create.json', event: {} },
  { name: 'orders/delete', file: '/f/orders/delete.json', event: {}, functionName: 'resize' },
  { name: 'sqs/message', file: '/f/sqs/message.json', event: {} },
];

async function opened(key: string, place: string): Promise<StartedScreen['terminal']> {
  const screen = startScreen(EVENTS, { columns: 120, actions: { fixtures: async () => FIXTURES } });
  started.push(screen);
  const { terminal } = screen;
  await terminal.shows('following');
  terminal.type(key);
  await terminal.shows(place);
  return terminal;
}

const INVOCATIONS = { key: '1', place: '[1 invocations]' };
const FUNCTIONS = { key: '2', place: '[2 functions]' };
const FIXTURE_TREE = { key: '3', place: '3 fixtures' };
const LOGS = { key: '4', place: 'LOGS' };

test.each([
  { ...INVOCATIONS, query: '-fn:resize "two orders"', count: '1/2' },
  { ...FUNCTIONS, query: '-fn:resize', count: '1/2' },
  { ...FUNCTIONS, query: 'status:serving -status:"build error"', count: '2/2' },
  { ...FIXTURE_TREE, query: 'fn:orders', count: '1/3' },
  { ...FIXTURE_TREE, query: '-fn:resize -"sqs/m"', count: '1/3' },
  { ...LOGS, query: '"read two"', count: '1/3' },
  { ...LOGS, query: 'FN:orders -read', count: '1/3' },
])('at $place the terms $query fit $count', async ({ key, place, query, count }) => {
  const terminal = await opened(key, place);
  terminal.type(`/${query}`);
  await terminal.shows((text) => text.includes(`/${query}   ${count}\n`));
});

test.each([
  { ...FUNCTIONS, query: 'source:sqs', count: '2/2', left: 'source:' },
  { ...FIXTURE_TREE, query: 'delete status:failed', count: '1/3', left: 'status:' },
  { ...LOGS, query: 'status:failed read', count: '2/3', left: 'status:' },
])('at $place the terms $query are applied without $left, which is said', async (one) => {
  const terminal = await opened(one.key, one.place);
  terminal.type(`/${one.query}`);
  const without = `without ${one.left}, which is not known here`;
  await terminal.shows((text) => text.includes(`/${one.query}   ${one.count}, ${without}\n`));
  terminal.type('\r');
  await terminal.shows(`Filtered ${without}.`);
});
