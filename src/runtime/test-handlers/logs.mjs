import { execFileSync } from 'node:child_process';
import { writeSync } from 'node:fs';

console.log('while loading');
export const all = async () => {
  console.log('one', { two: 2 });
  console.error('bad\nnews');
  process.stdout.write('in ');
  process.stdout.write('pieces\nrest');
  process.stderr.write(Buffer.from('bytes\n'));
  console.table([{ a: 1 }]);
};
export const raw = async () => {
  writeSync(1, 'from below\n');
  execFileSync('echo', ['from a child'], { stdio: ['ignore', 'inherit', 'inherit'] });
};
export const levels = async () => {
  for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal']) console[level](level);
};
export const error = async () => console.error('it failed:', new TypeError('typed'));
export const many = async ({ lines }) => {
  for (let line = 0; line < lines; line += 1) console.log(line);
  process.exit(3);
};
