import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** In the event, and nowhere in what is saved of it. */
export const SECRET = 'Bearer c2VjcmV0LXRva2Vu';
/** Printed by the handler: clears a screen that obeys, and sets the title of its window. */
const HOSTILE_LINE = '\u001b[2J\u001b]0;owned\u0007\u009b31m\r\n\u202eback';

/** The source of a handler that greets in its own words. */
export const greetSource = (word: string, by: string) => `
export const handler = async (event: { readonly name: string }) => {
  console.log(${JSON.stringify(HOSTILE_LINE)} + event.name);
  return { greeting: '${word}, ' + event.name + '!', by: '${by}' };
};
`;

const FILES = {
  'package.json': JSON.stringify({ private: true, type: 'module' }),
  'llx.config.json': JSON.stringify({
    functions: {
      greet: { handler: 'src/greet.handler', deployed: 'deployed/greet.handler' },
      count: { handler: 'src/count.handler' },
    },
  }),
  'src/greet.ts': greetSource('Hello', 'local'),
  'deployed/greet.ts': greetSource('Hello', 'deployed'),
  'src/count.ts': 'export const handler = async (event: object) => Object.keys(event).length;\n',
  'fixtures/events/greet/ada.json': JSON.stringify({
    event: { name: 'Ada', headers: { authorization: SECRET } },
    expect: { answer: { greeting: 'Hello, Ada!', by: 'local' } },
  }),
  'fixtures/events/count/two.json': JSON.stringify({ event: { one: 1, two: 2 }, expect: { answer: 3 } }),
  // Stands for a developer who changes one word of an event and leaves.
  editor: '#!/bin/sh\nsed -i.before s/Ada/Grace/ "$1"\n',
};

/** A project whose local code differs from what is deployed, with an editor beside it. */
export async function makeGreetProject(): Promise<{
  readonly directory: string;
  readonly editor: string;
  write(file: string, text: string): Promise<void>;
  remove(): Promise<void>;
}> {
  const directory = await mkdtemp(join(tmpdir(), 'llx-greet-'));
  const write = async (file: string, text: string, mode = 0o644): Promise<void> => {
    await mkdir(dirname(join(directory, file)), { recursive: true });
    await writeFile(join(directory, file), text, { mode });
  };
  for (const [file, text] of Object.entries(FILES))
    await write(file, text, file === 'editor' ? 0o755 : 0o644);
  return {
    directory,
    editor: join(directory, 'editor'),
    write,
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}
