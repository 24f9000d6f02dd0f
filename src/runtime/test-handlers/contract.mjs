import { execFile, spawn } from 'node:child_process';

console.log('loading');
let count = 0;

export const echo = async (event) => event;
export const counts = async () => ++count;
export const context = async (
  _event,
  { awsRequestId, invokedFunctionArn, functionVersion, getRemainingTimeInMillis },
) => ({
  requestId: awsRequestId,
  arn: invokedFunctionArn,
  version: functionVersion,
  isInTime: getRemainingTimeInMillis() > 0,
});
export const variables = async (names) =>
  Object.fromEntries(names.map((name) => [name, process.env[name] ?? null]));
export const fails = async ({ message }) => {
  throw new RangeError(message);
};
export const prints = async ({ text }) => {
  process.stdout.write(`${text}: one\n`);
  process.stderr.write(`${text}: two\n`);
  process.stdout.write(`${text}: ü, no line end`);
};
export const exits = async ({ code }) => {
  process.stdout.write('last words');
  process.exit(code);
};
export const kills = async ({ signal }) => process.kill(process.pid, signal);
export const sleeps = async () => {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  process.stdout.write(`${child.pid}\n`);
  await new Promise(() => {});
};
export const letters = async ({ bytes }) => 'a'.repeat(bytes);
export const grows = async () => {
  const kept = [];
  for (;;) {
    kept.push(Buffer.alloc(16 * 1024 * 1024, 1));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};
export const stdin = () =>
  new Promise((resolve) => process.stdin.on('data', () => {}).on('end', () => resolve('end')));
export const leaves = () =>
  new Promise((resolve) =>
    execFile('sh', ['-c', 'sleep 60 & echo $!'], { timeout: 100 }, (_e, out) => resolve(out)),
  );
