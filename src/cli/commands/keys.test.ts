import { Command } from 'commander';
import { expect, test } from 'vitest';
import { addKeysCommand } from './keys.ts';

test('a scope is one value, so that the name of the key may follow it', () => {
  const program = new Command();
  addKeysCommand(program);
  const create = program.commands[0]?.commands[0];
  const flags = ['--scope', 'deploy', '--scope', 'invoke@orders-*,users', 'ci'];
  expect(create?.parseOptions(flags).operands).toEqual(['ci']);
  expect(create?.opts().scope).toEqual(['deploy', 'invoke@orders-*,users']);
});
