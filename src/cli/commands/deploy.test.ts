import { Command } from 'commander';
import { expect, test } from 'vitest';
import { addDeployCommand } from './deploy.ts';

test('flags that may be repeated take one value each, so that the folder may follow them', () => {
  const program = new Command();
  addDeployCommand(program);
  const [deploy] = program.commands;
  const flags = ['--remove-env', 'A', '--remove-env', 'B', '--include', 'views', '--external', 'sharp'];
  expect(deploy?.parseOptions([...flags, './greet', '--name', 'greet']).operands).toEqual(['./greet']);
  expect(deploy?.opts()).toMatchObject({
    removeEnv: ['A', 'B'],
    include: ['views'],
    external: ['sharp'],
    name: 'greet',
  });
});
