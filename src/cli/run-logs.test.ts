import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SYSTEM_CLOCK } from '../emulator/emulator-clock.ts';
import { addStateRoute } from '../emulator/http/state-route.ts';
import { LogStore } from '../emulator/logs/log-store.ts';
import { logsService } from '../emulator/logs/logs-service.ts';
import { temporaryState } from '../emulator/service.test-support.ts';
import { openServicePort } from '../emulator/service-port.test-support.ts';
import { type LogsFlags, runLogs } from './run-logs.ts';

const AT = new Date(2026, 2, 1, 12, 0, 0, 5).getTime();

let state: ReturnType<typeof temporaryState>;
let store: LogStore;
let port: Awaited<ReturnType<typeof openServicePort>>;

beforeEach(async () => {
  state = temporaryState();
  store = new LogStore({ state, clock: SYSTEM_CLOCK });
  const scope = { account: '000000000000', region: 'us-east-1' };
  const logs = logsService({ store, clock: SYSTEM_CLOCK, scope, flush: () => undefined });
  port = await openServicePort([logs], (app, endpoint) =>
    addStateRoute(app, () => ({ ...scope, endpoint: endpoint(), mqtt: '', access: 'open', functions: [] })),
  );
});

afterEach(async () => {
  await port.close();
  store.close();
  await state.remove();
});

/** Lines of `orders`, one millisecond after the other, in streams by turns where there are several. */
function append(messages: readonly string[], streams: readonly string[] = ['stream']): void {
  store.append(
    messages.map((message, index) => ({
      groupName: '/aws/lambda/orders',
      streamName: streams[index % streams.length] ?? 'stream',
      at: AT + index,
      message,
    })),
  );
}

type Printed = { code: number; stdout: string; stderr: string };

/** What `llx logs` prints; `onOutput` sees all of it whenever there is more. */
async function logs(
  flags: Partial<LogsFlags> = {},
  { name = 'orders', isTTY = false, onOutput = (_text: string): void => undefined } = {},
): Promise<Printed> {
  const printed: Printed = { code: -1, stdout: '', stderr: '' };
  const stdout = {
    isTTY,
    write(text: string) {
      printed.stdout += text;
      onOutput(printed.stdout);
    },
  };
  const stderr = {
    write(text: string) {
      printed.stderr += text;
      onOutput(printed.stdout);
    },
  };
  printed.code = await runLogs(
    name,
    { endpoint: port.endpoint, since: AT - 1_000, ...flags },
    { stdout, stderr, env: {} },
  );
  return printed;
}

describe('llx logs', () => {
  test('prints what was logged, with its time, further lines below the first, control characters shown', async () => {
    append(['START RequestId: r Version: $LATEST\n', 'two\nlines', '\u001b[31mred\u0007']);
    expect(await logs()).toEqual({
      code: 0,
      stdout: [
        '12:00:00.005  START RequestId: r Version: $LATEST',
        '12:00:00.006  two',
        '              lines',
        '12:00:00.007  ␛[31mred␇',
        '',
      ].join('\n'),
      stderr: '',
    });
  });

  test('colours by kind where there is a terminal', async () => {
    append([
      'START RequestId: r Version: $LATEST',
      '2026-03-01T12:00:00.000Z\tr\tERROR\tno stock',
      '{"level":"WARN","message":"slow"}',
      'plain',
    ]);
    const { stdout } = await logs({}, { isTTY: true });
    const styles = stdout.split('\n').map(
      (line) =>
        line
          .split('  ')
          .slice(1)
          .join('  ')
          .match(/^\u001b\[(\d+)m/)?.[1],
    );
    expect(styles).toEqual(['2', '31', '33', undefined, undefined]);
  });

  test('--json is one object a line', async () => {
    append(['{"a":1}']);
    const { stdout } = await logs({ json: true });
    expect(JSON.parse(stdout)).toEqual({
      type: 'log',
      time: new Date(AT).toISOString(),
      stream: 'stream',
      message: '{"a":1}',
      eventId: expect.stringMatching(/^\d{56}$/),
    });
  });

  test('by time, pattern, ARN and group', async () => {
    append(['one ERROR', 'two', 'three ERROR']);
    const messages = async (...args: Parameters<typeof logs>) =>
      (await logs(...args)).stdout.split('\n').map((line) => line.slice(14));
    expect(await messages({ since: AT + 1 })).toEqual(['two', 'three ERROR', '']);
    expect(await messages({ filter: 'ERROR -one' })).toEqual(['three ERROR', '']);
    const name = 'arn:aws:lambda:us-east-1:000000000000:function:orders:live';
    expect(await messages({ since: AT + 2 }, { name })).toEqual(['three ERROR', '']);
    expect(await messages({ since: AT + 2 }, { name: '/aws/lambda/orders' })).toEqual(['three ERROR', '']);
  });

  test('--request-id shows all lines of one invocation, also those that do not name it', async () => {
    append(
      [
        'START RequestId: id-1 Version: 1',
        'START RequestId: id-2 Version: 1',
        'of a, unnamed',
        'of b, unnamed',
        'REPORT RequestId: id-1\tDuration: 1 ms',
        'REPORT RequestId: id-2\tDuration: 1 ms',
        'START RequestId: id-3 Version: 1',
        'of nobody here',
        'of c',
      ],
      ['first', 'second'],
    );
    const { stdout } = await logs({ requestId: 'id-1' });
    expect(stdout.split('\n').map((line) => line.slice(14))).toEqual([
      'START RequestId: id-1 Version: 1',
      'of a, unnamed',
      'REPORT RequestId: id-1\tDuration: 1 ms'.replace('\t', '    '),
      '',
    ]);
    expect((await logs({ requestId: 'id-1', filter: 'unnamed' })).stdout).toBe(
      '12:00:00.007  of a, unnamed\n',
    );
  });

  test('-f goes on with what comes, each line once, until it is interrupted', async () => {
    append(['first']);
    const outputs: string[] = [];
    const { code, stdout } = await logs(
      { follow: true },
      {
        onOutput(text) {
          outputs.push(text);
          if (outputs.length === 1) append(['first again', 'second']);
          if (outputs.length === 3) process.emit('SIGINT');
        },
      },
    );
    expect(code).toBe(0);
    expect(stdout.split('\n').map((line) => line.slice(14))).toEqual(['first', 'first again', 'second', '']);
  });

  test('-f waits for a group that is not there yet, and says so', async () => {
    let told = 0;
    const { stderr } = await logs(
      { follow: true },
      {
        onOutput() {
          told += 1;
          if (told === 1) append(['at last']);
          else process.emit('SIGINT');
        },
      },
    );
    expect(stderr).toBe(`Waiting for the first line of /aws/lambda/orders at ${port.endpoint} …\n`);
  });

  test('says what is wrong: no group, no pattern, no name, no emulator', async () => {
    await expect(logs()).rejects.toMatchObject({
      code: 'LLX_FUNCTION_UNKNOWN',
      message: `Expected a log group /aws/lambda/orders at ${port.endpoint}, found none.`,
    });
    append(['x']);
    await expect(logs({ filter: '{ $.a = ' })).rejects.toMatchObject({ code: 'LLX_USAGE', exitCode: 2 });
    await expect(logs({ filter: '{ $.a = ', requestId: 'id-1' })).rejects.toMatchObject({
      code: 'LLX_USAGE',
    });
    await expect(logs({}, { name: 'not a name' })).rejects.toMatchObject({ code: 'LLX_USAGE' });
    await expect(logs({ endpoint: 'http://127.0.0.1:1' })).rejects.toMatchObject({
      code: 'LLX_UNREACHABLE',
      exitCode: 3,
    });
  });
});
