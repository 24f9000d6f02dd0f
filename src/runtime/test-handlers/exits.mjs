import { spawn } from 'node:child_process';

export const exit = async ({ code }) => {
  console.log('last words');
  process.exit(code);
};
export const kill = async ({ signal }) => {
  process.kill(process.pid, signal);
  await new Promise((resolve) => setTimeout(resolve, 60_000));
};
export const uncaught = async () => {
  setTimeout(() => {
    throw new RangeError('nobody catches');
  });
  await new Promise((resolve) => setTimeout(resolve, 60_000));
};
export const unhandled = async () => {
  Promise.reject(new RangeError('nobody handles'));
  await new Promise((resolve) => setTimeout(resolve, 60_000));
};
export const spin = async () => {
  console.log('spinning');
  for (;;);
};
export const sleep = async () => {
  console.log('sleeping');
  await new Promise((resolve) => setTimeout(resolve, 60_000));
};
export const child = async ({ detached }) => {
  const options = { stdio: 'ignore', detached };
  const { pid } = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], options);
  console.log(pid);
  await new Promise((resolve) => setTimeout(resolve, 60_000));
};
export const leavesChild = async () => {
  const options = { stdio: 'inherit', detached: true };
  const { pid } = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 30_000)'], options);
  console.log(pid);
  process.exit(5);
};
export const closesPipe = async () => {
  (await import('node:fs')).closeSync(4);
  await new Promise((resolve) => setTimeout(resolve, 60_000));
};
export const writesPipe = async () => {
  (await import('node:fs')).writeSync(4, 'not a frame at all');
  await new Promise((resolve) => setTimeout(resolve, 60_000));
};
