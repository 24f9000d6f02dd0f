import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';

const write = (file) => {
  try {
    writeFileSync(file, 'x');
    return 'written';
  } catch (error) {
    return error.code;
  }
};
const status = (name) =>
  new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(readFileSync('/proc/self/status', 'utf8'))?.[1];

/** What this process may do. */
export const look = async () => ({
  written: Object.fromEntries(['/var/task/x', '/x', '/tmp/x'].map((file) => [file, write(file)])),
  root: process.env.LAMBDA_TASK_ROOT,
  capabilities: status('CapEff'),
  noNewPrivileges: status('NoNewPrivs'),
  home: process.env.HOME,
});

/** Where this process has its own things. */
export const places = async () => {
  writeFileSync(`${process.env.LAMBDA_TASK_ROOT}/written`, 'x');
  writeFileSync(`${tmpdir()}/written`, 'x');
  return { root: process.env.LAMBDA_TASK_ROOT, directory: process.cwd(), temporary: tmpdir() };
};
