import { constants } from 'node:fs';
import { access, open, stat } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { join } from 'node:path';
import { type Launch, NotStarted, type PlanLaunch } from '../launch.ts';
import { entrypointFailure, noBootstrapFailure } from '../outcome.ts';
import { bootstrapPlaces } from '../source/source-entry.ts';

/** A function that brings its own runtime: `bootstrap` in its package, else in its layers. */
export const planProvided: PlanLaunch = async ({ spec, code, command }): Promise<Launch> => {
  const own = spec.code === 'source' ? bootstrapPlaces(spec) : ['bootstrap'];
  const places = own.map((place) => join(spec.root, place));
  if (code.opt !== undefined) places.push(join(code.opt, 'bootstrap'));
  const file = await firstFile(places);
  if (file === undefined) throw new NotStarted(noBootstrapFailure(places));
  try {
    await access(file, constants.X_OK);
    if (!isRunnable(await firstBytes(file))) throw Object.assign(new Error(file), { code: 'ENOEXEC' });
  } catch (error) {
    throw new NotStarted(entrypointFailure(file, error));
  }
  return {
    file,
    args: [],
    environment: command.environment,
    workingDirectory: spec.root,
    speaks: 'api',
  };
};

async function firstFile(places: readonly string[]): Promise<string | undefined> {
  for (const place of places) {
    const found = await stat(place).catch(() => undefined);
    if (found?.isFile()) return place;
  }
  return undefined;
}

const HEADER_BYTES = 20;

async function firstBytes(file: string): Promise<Buffer> {
  const opened = await open(file);
  try {
    const { buffer, bytesRead } = await opened.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await opened.close();
  }
}

/** https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html: e_machine. */
const ELF_MACHINES: { readonly [arch: string]: number } = { x64: 0x3e, arm64: 0xb7 };

/**
 * Whether the system itself runs a file that begins so. `execvp` would give one that it does not know to the shell,
 * which then complains of syntax errors in a program for another processor; Lambda does not.
 */
export function isRunnable(head: Buffer, machine: string = arch(), system: string = platform()): boolean {
  if (head.subarray(0, 2).toString() === '#!') return true;
  if (system === 'darwin') return isMachO(head);
  if (head.length < HEADER_BYTES || head.readUInt32BE(0) !== 0x7f454c46) return false;
  const found = head[5] === 2 ? head.readUInt16BE(18) : head.readUInt16LE(18);
  const expected = ELF_MACHINES[machine];
  return expected === undefined || expected === found;
}

function isMachO(head: Buffer): boolean {
  return head.length >= 4 && [0xfeedfacf, 0xcffaedfe, 0xcafebabe].includes(head.readUInt32BE(0));
}
