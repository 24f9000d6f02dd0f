import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { repository } from './synthesize.ts';

const LEFT_OUT = ['.llx', 'cdk.out', 'node_modules'];

/** A CDK app elsewhere, with packages as after an install: those of this repository, and llx itself. */
export async function copyApp(
  source: string,
): Promise<{ readonly directory: string; remove(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'llx-app-'));
  await cp(source, directory, { recursive: true, filter: (path) => !LEFT_OUT.includes(basename(path)) });
  const packages = join(directory, 'node_modules');
  await mkdir(packages);
  const installed = await readdir(join(repository, 'node_modules'));
  await Promise.all(
    installed.map((name) => symlink(join(repository, 'node_modules', name), join(packages, name))),
  );
  await symlink(repository, join(packages, 'llx'));
  await writeFile(join(directory, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  // By it NodejsFunction knows where the project begins.
  await writeFile(join(directory, 'package-lock.json'), '{}');
  return { directory, remove: () => rm(directory, { recursive: true, force: true }) };
}
