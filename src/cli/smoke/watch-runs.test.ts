import { expect, test } from 'vitest';
import { watchRuns } from './watch-runs.ts';

/** What changes during each run; where nothing is left to happen, the watch ends. */
async function runsOf(during: readonly (readonly string[])[], between: readonly (readonly string[])[] = []) {
  const interrupt = new AbortController();
  const notices: string[] = [];
  const [whileRunning, whileWaiting] = [during.values(), between.values()];
  let runs = 0;
  const watching = watchRuns({
    seen: {
      changesSoFar: async () => new Set(whileRunning.next().value),
      async changes(signal) {
        const { value, done } = whileWaiting.next();
        if (done) interrupt.abort(new Error('no more'));
        signal.throwIfAborted();
        return new Set(value);
      },
    },
    run: async () => {
      runs += 1;
      if (runs > 10) throw new Error('runs for ever');
    },
    configurationFile: '/p/llx.config.ts',
    root: '/p',
    signal: interrupt.signal,
    notice: (text) => notices.push(text),
  });
  await expect(watching).rejects.toThrow('no more');
  return { runs, notices };
}

const WAITING = 'Waiting for changes. Ctrl-C ends.';

test('it runs again for what changes while it waits', async () => {
  expect(await runsOf([[], []], [['/p/data.json']])).toEqual({ runs: 2, notices: [WAITING, WAITING] });
});

test('what changed in the midst of a run is run again for', async () => {
  expect(await runsOf([['/p/data.json'], []])).toEqual({ runs: 2, notices: [WAITING] });
});

test('what functions write at each run makes no run follow another for ever', async () => {
  const each = ['/p/out.txt', '/p/out/1.json'];
  expect(await runsOf([each, each, each, each], [['/p/src/a.ts']])).toEqual({
    runs: 4,
    notices: [
      'Not run again for what changes at each run: out.txt and 1 more.',
      WAITING,
      'Not run again for what changes at each run: out.txt and 1 more.',
      WAITING,
    ],
  });
});

test('code that changes in the midst of such a run is run again for', async () => {
  const each = ['/p/out.txt'];
  const { runs } = await runsOf([each, [...each, '/p/src/a.ts'], each]);
  expect(runs).toBe(3);
});

test('a configuration that changes is told', async () => {
  const { notices } = await runsOf([['/p/llx.config.ts'], []]);
  expect(notices[0]).toBe('/p/llx.config.ts changed: end this llx and start it again to use it.');
});
