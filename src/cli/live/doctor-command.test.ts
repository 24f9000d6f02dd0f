import { expect, test } from 'vitest';
import { doctorCommand } from './doctor-command.ts';

test('the doctor is sent where the command went, without the secrets of its URL', () => {
  expect(doctorCommand()).toBe('llx doctor');
  expect(doctorCommand({ endpoint: 'http://127.0.0.1:4566', profile: 'work' })).toBe(
    'llx doctor --endpoint http://127.0.0.1:4566 --profile work',
  );
  expect(doctorCommand({ broker: 'mqtts://me:secret@broker.example:8883', region: 'eu-west-1' })).toBe(
    'llx doctor --broker mqtts://broker.example:8883 --region eu-west-1',
  );
});

test('a profile with a space, or worse, is one word', () => {
  expect(doctorCommand({ profile: "anna's own; rm -rf" })).toBe(
    String.raw`llx doctor --profile 'anna'\''s own; rm -rf'`,
  );
});
