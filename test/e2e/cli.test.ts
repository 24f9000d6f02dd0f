import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bin, type LlxProcess, projectDirectory, runLlx, startLlx } from '../support/llx-process.ts';

const examples = join(projectDirectory, '..', '..', '..', 'examples', 'hello');
let empty: string;

beforeAll(async () => {
  empty = await mkdtemp(join(tmpdir(), 'llx-empty-'));
});

afterAll(() => rm(empty, { recursive: true, force: true }));

describe('what goes wrong before anything runs', () => {
  test('an old Node.js is told what to do, and exits with 2', async () => {
    const copy = join(empty, 'bin');
    await cp(dirname(bin), copy, { recursive: true });
    await writeFile(join(empty, 'package.json'), '{"type":"module"}');
    const { code, stderr } = await runOld(join(copy, 'llx.js'));
    expect(code).toBe(2);
    expect(stderr).toBe(
      'LLX_NODE_VERSION: Expected Node.js 22.22 or newer, found 20.20.2.\n\n  npx -p node@24 -p llx llx\n',
    );
  });

  test('in a checkout an old Node.js hands over to the newer one', async () => {
    const { code, stdout } = await runOld(bin, '--version');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test('no configuration: a minimal one to paste, exit 2', async () => {
    const { code, stdout, stderr } = await runLlx(['dev', '--offline', '--plain'], { cwd: empty });
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^LLX_CONFIG_MISSING: Expected llx\.config\.ts /);
    expect(stderr).toContain("hello: { handler: 'src/hello.handler' }");
  });

  test('a configuration with a wrong value names the place, exit 2', async () => {
    await writeFile(join(empty, 'llx.config.mjs'), 'export default { functions: { a: { handler: 7 } } };');
    const { code, stderr } = await runLlx(['dev', '--offline', '--plain'], { cwd: empty });
    await rm(join(empty, 'llx.config.mjs'));
    expect(code).toBe(2);
    expect(stderr).toMatch(/^LLX_CONFIG_INVALID: .*functions\.a\.handler/s);
  });

  test('a port in use is named with the way out, exit 2', async () => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const taken = typeof address === 'object' ? String(address?.port) : '';
    const http = await runLlx(['dev', '--offline', '--plain', '--port', taken, '--mqtt-port', '0']);
    const mqtt = await runLlx(['emulator', '--port', '0', '--mqtt-port', taken]);
    server.close();
    expect(http.code).toBe(2);
    expect(http.stderr).toMatch(new RegExp(`^LLX_PORT_IN_USE: Expected port ${taken} .*--port 0`, 's'));
    expect(mqtt.code).toBe(2);
    expect(mqtt.stderr).toMatch(new RegExp(`^LLX_PORT_IN_USE: Expected port ${taken} .*--mqtt-port 0`, 's'));
  });

  test('--only that fits nothing lists the functions, exit 2', async () => {
    const { code, stderr } = await runLlx(['dev', '--offline', '--plain', '--only', 'nothing*']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^LLX_FUNCTION_UNKNOWN: .*who, echo/s);
  });

  test('with neither AWS credentials nor --offline it says how to have either, exit 2', async () => {
    const nothing = { HOME: '/nonexistent', AWS_EC2_METADATA_DISABLED: 'true' };
    const { code, stderr } = await runLlx(['dev', '--plain'], { env: nothing });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^LLX_REGION_MISSING: .*llx dev --offline/s);
    const regional = await runLlx(['dev', '--plain'], { env: { ...nothing, AWS_REGION: 'eu-west-1' } });
    expect(regional.code).toBe(2);
    expect(regional.stderr).toMatch(/^LLX_CREDENTIALS_MISSING: .*llx dev --offline/s);
  });

  test('an unknown flag is wrong usage, exit 2', async () => {
    const { code, stderr } = await runLlx(['dev', '--ofline']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^LLX_USAGE: unknown option '--ofline'/);
  });

  test('an emulator of its own and one elsewhere do not fit each other', async () => {
    const { code, stderr } = await runLlx(['dev', '--offline', '--endpoint', 'http://127.0.0.1:1']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^LLX_USAGE: option '--offline' cannot be used with option '--endpoint <url>'/);
  });

  test('a misspelled command is named, with the one that was meant', async () => {
    const { code, stderr } = await runLlx(['invok', 'hello']);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^LLX_USAGE: Expected a command \(dev, invoke, .*found "invok"\. Did you mean .*invoke/,
    );
  });

  test('an address that is not of this machine is wrong usage', async () => {
    const { code, stderr } = await runLlx([
      'emulator',
      '--host',
      '192.0.2.1',
      // Without a key it would not come so far.
      '--dev-key',
      '--port',
      '0',
      '--mqtt-port',
      '0',
    ]);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^LLX_USAGE: Expected --host to be an address of this machine, found 192\.0\.2\.1/,
    );
  });

  test('--help and --version answer on stdout, exit 0', async () => {
    const help = await runLlx(['--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toMatch(/dev .*invoke .*fixtures .*emulator /s);
    expect(await runLlx(['--version'])).toMatchObject({ code: 0, stdout: '0.1.0\n', stderr: '' });
  });

  test('no emulator at the endpoint: exit 3', async () => {
    for (const args of [
      ['invoke', 'who', '--endpoint', 'http://127.0.0.1:1'],
      ['dev', '--endpoint', 'http://127.0.0.1:1', '--plain'],
    ]) {
      const { code, stderr } = await runLlx(args);
      expect(code).toBe(3);
      expect(stderr).toMatch(/^LLX_UNREACHABLE: Expected an llx emulator at http:\/\/127\.0\.0\.1:1/);
    }
  });
});

describe('llx invoke', () => {
  let llx: LlxProcess;

  beforeAll(async () => {
    llx = await startLlx(['dev', '--offline', '--port', '0', '--mqtt-port', '0']);
  });

  afterAll(() => llx.stop());

  function invoke(...args: readonly string[]): ReturnType<typeof runLlx> {
    return runLlx(['invoke', ...args, '--endpoint', llx.ready.endpoint]);
  }

  test('prints the answer, exit 0', async () => {
    expect(await invoke('echo', '--data', '{"n":1}')).toEqual({ code: 0, stdout: '{"n":1}\n', stderr: '' });
  });

  test('--async returns when the event is queued', async () => {
    expect(await invoke('echo', '--async', '--data', '{}')).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('takes the event from a file, from stdin, and from a fixture', async () => {
    const file = join(empty, 'event.json');
    await writeFile(file, '{"from":"file"}');
    expect((await invoke('echo', '--event', file)).stdout).toBe('{"from":"file"}\n');
    const piped = await runLlx(['invoke', 'echo', '--event', '-', '--endpoint', llx.ready.endpoint], {
      input: '[1]',
    });
    expect(piped.stdout).toBe('[1]\n');
    const { stdout } = await invoke('echo', '--fixture', 'sqs/standard');
    expect(JSON.parse(stdout).Records[0]).toMatchObject({ eventSource: 'aws:sqs' });
  });

  test('fixtures are sent as often as is said, and a failure of one is exit 1', async () => {
    const send = (...args: readonly string[]) =>
      runLlx(['fixtures', 'send', 'sqs/standard', ...args, '--endpoint', llx.ready.endpoint], { cwd: empty });
    const echoed = await send('--function', 'echo', '--repeat', '20', '--concurrency', '3', '--rate', '500');
    expect([echoed.code, echoed.stderr]).toEqual([0, '']);
    expect(echoed.stdout).toMatch(/^20 sent in .*\/s\): 20 as expected\np50 .* · p95 .*\n$/);
    const failed = await send('--function', 'throws', '--repeat', '2');
    expect(failed.code).toBe(1);
    expect(failed.stdout).toMatch(
      /^sqs\/standard → throws: the function failed: .*OrderRejected.* \(2 times\)\n2 sent/,
    );
  });

  test('a function error is printed too, exit 1', async () => {
    const { code, stdout } = await invoke('throws');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ errorType: 'OrderRejected' });
  });

  test('--tail prints the log to stderr, --json everything on one line', async () => {
    const tail = await invoke('echo', '--tail');
    expect(tail.stdout).toBe('{}\n');
    expect(tail.stderr).toMatch(/^START RequestId: .*\tINFO\techo\nEND RequestId: .*REPORT RequestId: /s);
    const json = JSON.parse((await invoke('throws', '--json')).stdout);
    expect(json).toMatchObject({
      statusCode: 200,
      functionError: 'Unhandled',
      payload: { errorType: 'OrderRejected' },
    });
  });

  test('an unknown function and an event that is not JSON exit with 2', async () => {
    const unknown = await invoke('nobody');
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toMatch(/^LLX_FUNCTION_UNKNOWN: Expected a function named nobody/);
    const broken = await invoke('echo', '--data', '{n:1}');
    expect(broken.code).toBe(2);
    expect(broken.stderr).toMatch(/^LLX_EVENT_INVALID: Expected JSON in --data, found "\{n:1\}"/);
    const fixture = await invoke('echo', '--fixture', 'sqs/standart');
    expect(fixture.code).toBe(2);
    expect(fixture.stderr).toMatch(/^LLX_FIXTURE_UNKNOWN: .*sqs\/standard/s);
  });
});

describe('llx fixtures', () => {
  test('a reader that leaves is no defect', async () => {
    const child = spawn(process.execPath, [bin, 'fixtures', 'list'], { cwd: examples });
    child.stdout.destroy();
    let stderr = '';
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    const [code] = await once(child, 'close');
    expect([code, stderr]).toEqual([0, '']);
  });

  test('lists the project’s and the shipped events, and shows one', async () => {
    const { code, stdout } = await runLlx(['fixtures', 'list'], { cwd: examples });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^hello\/get +GET \/greet\?name=Ada$/m);
    expect(stdout).toMatch(/^kinesis\/records +/m);
    const shown = await runLlx(['fixtures', 'show', 'apigateway/http-get'], { cwd: empty });
    expect(JSON.parse(shown.stdout)).toMatchObject({ version: '2.0' });
  });
});

describe('llx dev --offline --once', () => {
  test('sends each fixture once, prints what happened, and exits with 0', async () => {
    const { code, stdout, stderr } = await runLlx(
      ['dev', '--offline', '--once', '--plain', '--port', '0', '--mqtt-port', '0'],
      { cwd: examples },
    );
    expect(stderr).toBe('');
    expect(stdout).toMatch(/hello +GET \/greet\?name=Ada +succeeded/);
    expect(stdout).toMatch(/6 fixtures sent, 6 answered, 0 failed\.\n$/);
    expect(code).toBe(0);
  });

  test('without a fixture it is a failure, never a green run', async () => {
    const { code, stdout } = await runLlx([
      'dev',
      '--offline',
      '--once',
      '--plain',
      '--port',
      '0',
      '--mqtt-port',
      '0',
    ]);
    expect(stdout).toContain('There is no fixture in ');
    expect(code).toBe(1);
  });
});

/** Runs a script in a Node.js that says it is 20.20.2. */
async function runOld(
  script: string,
  ...args: readonly string[]
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const old = "Object.defineProperty(process.versions, 'node', { value: '20.20.2' });";
  const child = spawn(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(old)}`, script, ...args],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}
