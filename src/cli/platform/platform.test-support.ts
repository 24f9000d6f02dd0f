import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createSessionStore } from '../../session/store.ts';
import { withoutProject } from '../configuration.ts';
import { startConfiguredEmulator } from '../offline.ts';
import type { Surroundings } from './platform-output.ts';

export type Printed = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** An emulator in this process, for commands that are its clients, and a folder for what they deploy. */
export type TestPlatform = {
  readonly endpoint: string;
  /** Writes the files of a function; gives its folder. */
  folder(name: string, files: Readonly<Record<string, string>>): Promise<string>;
  /** What a command prints, and its exit code. */
  run(
    command: (surroundings: Surroundings) => Promise<number>,
    stdout?: { readonly isTTY: boolean; readonly columns: number },
  ): Promise<Printed>;
  close(): Promise<void>;
};

export async function openTestPlatform(): Promise<TestPlatform> {
  const directory = await mkdtemp(join(tmpdir(), 'llx-platform-'));
  const flags = { host: '127.0.0.1', port: 0, mqttPort: 0, ephemeral: true, stub: false } as const;
  const emulator = await startConfiguredEmulator(withoutProject(directory), flags, createSessionStore(), {
    stateInUse: 'fail',
  });
  return {
    endpoint: emulator.endpoint,
    async folder(name, files) {
      for (const [path, text] of Object.entries(files)) {
        const file = join(directory, name, path);
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, text);
      }
      return join(directory, name);
    },
    async run(command, terminal) {
      const printed = { stdout: '', stderr: '' };
      const into = (stream: keyof typeof printed) => ({
        ...terminal,
        write: (text: string) => {
          printed[stream] += text;
        },
      });
      const env = { AWS_ENDPOINT_URL: emulator.endpoint, NO_COLOR: '1' };
      const code = await command({ stdout: into('stdout'), stderr: into('stderr'), env });
      return { code, ...printed };
    },
    async close() {
      await emulator.close();
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
