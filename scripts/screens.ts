import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { copyApp } from '../test/cdk/support/app-copy.ts';
import { TmuxTerminal } from '../test/e2e/terminal/tmux-terminal.ts';
import { screenPicture } from './screen-picture.ts';
import { ShopTraffic } from './shop-traffic.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const directory = join(root, 'docs', 'screens');
const SIZE = { columns: 118, rows: 30 } as const;
/** `cdk synth` comes first. */
const START_MS = 120_000;
/** Lambda waits a minute before it runs an asynchronous invocation again. */
const RETRY_MS = 90_000;

/** What differs from run to run and tells a reader nothing. */
const MASKS: readonly (readonly [RegExp, string])[] = [
  [/(?<![\d:])\d\d:\d\d:\d\d/g, '09:41:07'],
  [/(09:41:07)\.\d{3}/g, '$1.250'],
  [
    /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g,
    '1b7c2d3e-4f50-4a61-8b72-9c83adb4ce15',
  ],
  [/127\.0\.0\.1:\d+/g, '127.0.0.1:4566'],
  [/(connected )[\d.]+ ms/g, '$10.6 ms'],
];

/** Drives the built llx through the sample app and keeps a picture of each screen in docs/screens. */
async function takePictures(): Promise<void> {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const app = await copyApp(join(root, 'examples', 'sample-app'));
  const terminal = await TmuxTerminal.open({ ...SIZE, cwd: app.directory });

  async function picture(name: string, title: string): Promise<void> {
    const styled = MASKS.reduce(
      (text, [pattern, mask]) => text.replace(pattern, mask),
      (await terminal.screen({ styled: true })).replaceAll(app.directory, '~/shop'),
    );
    const madeBy = `Made by scripts/screens.ts from a run of llx ${version}`;
    await writeFile(join(directory, `${name}.svg`), screenPicture(styled, { title, ...SIZE, madeBy }));
  }

  let traffic: ShopTraffic | undefined;

  /** The list, when something of each kind is in it. */
  async function invocations(traffic: ShopTraffic): Promise<void> {
    await traffic.makeSlow();
    await terminal.shows(/(CartCleanup|ReorderButton)\w+.* reloaded/);
    for (const fixture of ['reorder-button/double', 'orders-queue/one-bad-message', 'orders-api/get'])
      await traffic.send(fixture);
    await terminal.shows(/✗ timed out/);
    await terminal.shows('×2', RETRY_MS);
    await traffic.send('cart-cleanup/nightly');
    await terminal.shows(/● running +[3-9] s …/);
    await terminal.type('f');
    await terminal.shows('following the newest');
    await picture('invocations', 'The list of invocations');
  }

  try {
    await mkdir(directory, { recursive: true });
    const llx = join(root, 'bin', 'llx.js');
    await terminal.command(`clear; ${process.execPath} ${llx} dev --offline --port 0 --mqtt-port 0`);
    const first = await terminal.shows('Functions: ', START_MS);
    traffic = new ShopTraffic(app.directory, /http:\/\/127\.0\.0\.1:\d+/.exec(first)?.[0] ?? '');

    await terminal.type('3');
    await terminal.shows(/▾ orders-api 3/);
    await terminal.type('a');
    await terminal.shows(/fixtures sent/);
    await terminal.type('jjjjjjjj');
    await terminal.shows(/❯ +post .*✓ as expected/);
    await terminal.type('v');
    await terminal.shows('Expected');
    await picture('fixtures', 'Fixtures, each with its result beside the one that was expected');

    await traffic.failAsynchronously();
    await terminal.type('1');
    await terminal.shows(/following the newest[\s\S]*✗ failed InvalidOrder/);

    await terminal.type('/POST -not');
    await terminal.shows(/\/POST -not .*\d\/\d/);
    await terminal.keys('Enter');
    await terminal.shows(/fit “POST -not”/);
    await terminal.type('g');
    await terminal.keys('Enter');
    await terminal.shows('[1 event]');
    await picture('invocation', 'The event of an invocation');
    await terminal.type('4');
    await terminal.shows(/^ *total/m);
    await picture('timeline', 'Where the time of an invocation went');

    await changeHandler(app.directory);
    await terminal.shows(/OrdersApi\w+ reloaded/);
    await terminal.type('r');
    await terminal.shows('ran again');
    await terminal.keys('Escape');
    await terminal.shows(/fit “POST -not”/);
    await terminal.type('g');
    await terminal.keys('Enter');
    await terminal.shows('replay of');
    await terminal.type('d');
    await terminal.shows('~ .body');
    await picture('diff', 'What new code answers to the same event');

    await terminal.keys('Escape');
    await terminal.shows(/fit “POST -not”/);
    await terminal.keys('Escape');
    await terminal.shows(/following the newest|\d+ invocations/);
    await invocations(traffic);
    await terminal.type('2');
    await terminal.shows('STATE');
    await picture('functions', 'The functions of the app');
    await terminal.type('4');
    await terminal.shows('LOGS');
    await picture('logs', 'What all functions print');
    await terminal.type('1');
    await terminal.shows('SOURCE');
    await terminal.type(':log');
    await terminal.shows(':log');
    await picture('palette', 'Commands, found by their letters');
    await terminal.keys('Escape');
    await terminal.shows('SOURCE');
    await terminal.type('?');
    await terminal.shows('Keys: ');
    await picture('help', 'The keys of the screen that one is in');
    await terminal.keys('C-c');
    await terminal.shows(/\d+ invocations: /);
  } finally {
    await terminal.close();
    await traffic?.close();
    await app.remove();
  }
}

/** As a developer would: the total with a tax on it. */
async function changeHandler(app: string): Promise<void> {
  const file = join(app, 'src', 'handlers', 'orders-api.ts');
  const source = await readFile(file, 'utf8');
  await writeFile(file, source.replace('total: totalOf(order)', 'total: totalOf(order) * 1.19'));
}

if (process.argv.includes('--write')) await takePictures();
else
  process.stdout.write(
    'Makes docs/screens/*.svg from the built llx, in tmux: node scripts/screens.ts --write\n',
  );
