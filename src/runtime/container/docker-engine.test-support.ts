import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import Docker from 'dockerode';
import { build } from 'esbuild';
import { GroupGuard } from '../group-guard.ts';
import { descendants } from '../process-memory.ts';

const run = promisify(execFile);
const guard = new GroupGuard();

/** Why no engine can be started here; undefined where one can. It needs the rights of root. */
export const noDockerEngine = reasonAgainst();

/** For names of tests. */
export const dockerSkipped =
  noDockerEngine === undefined ? '' : ` (skipped: no Docker engine: ${noDockerEngine})`;

export const TEST_IMAGE = 'llx-test:node';
/** Of the machine itself: the engine is started without a bridge, which not every sandbox lets it make. */
export const TEST_NETWORK = 'host';

const BOOTSTRAPS = {
  bootstrap: fileURLToPath(new URL('../bootstrap/main.ts', import.meta.url)),
  'container-bootstrap': fileURLToPath(new URL('../bootstrap/container-main.ts', import.meta.url)),
};

/** An engine of a test file's own, with an image made of this machine's files. */
export class TestEngine {
  readonly directory: string;
  readonly docker: Docker;
  #process: ChildProcess | undefined;

  constructor(directory: string) {
    this.directory = directory;
    this.docker = new Docker({ socketPath: join(directory, 'docker.sock') });
  }

  static async start(): Promise<TestEngine> {
    const engine = new TestEngine(await mkdtemp(join(tmpdir(), 'llx-docker-')));
    await engine.open();
    await engine.#importImage();
    return engine;
  }

  get socketPath(): string {
    return join(this.directory, 'docker.sock');
  }

  /** Starts it, or starts it again after `kill`. */
  async open(): Promise<void> {
    const place = (name: string): string => join(this.directory, name);
    await rm(place('pid'), { force: true });
    const child = spawn(
      'dockerd',
      [
        ...['--iptables=false', '--bridge=none', '--storage-driver=vfs'],
        ...['--data-root', place('data'), '--exec-root', place('exec'), '--pidfile', place('pid')],
        ...['--host', `unix://${this.socketPath}`],
      ],
      { stdio: ['ignore', 'ignore', 'pipe'], detached: true },
    );
    this.#process = child;
    // A test that is killed must leave no engine behind.
    if (child.pid !== undefined) child.once('exit', guard.watch(child.pid));
    const log: string[] = [];
    await new Promise<void>((resolve, reject) => {
      createInterface({ input: child.stderr }).on('line', (line) => {
        log.push(line);
        if (line.includes('API listen on')) resolve();
      });
      child.once('error', reject);
      child.once('exit', () => reject(new Error(`dockerd ended:\n${log.slice(-5).join('\n')}`)));
    });
  }

  /** SIGKILL to the engine, then to what it has left: a second start would wait for that for ten seconds. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
    for (const pid of processesOf(this.directory)) {
      for (const one of [...descendants(pid), pid]) endProcess(one);
    }
    await this.#unmount();
    for (const place of ['exec', 'data/containerd']) {
      await rm(join(this.directory, place), { recursive: true, force: true, maxRetries: 10 });
    }
  }

  async close(): Promise<void> {
    await this.docker.ping().catch(() => this.open());
    for (const { Id } of await this.docker.listContainers({ all: true })) {
      await this.docker.getContainer(Id).remove({ force: true });
    }
    await this.#end('SIGTERM');
    await this.#unmount();
    await rm(this.directory, { recursive: true, force: true, maxRetries: 10 });
  }

  /** Where llx's own bootstraps are, as in `dist/`. */
  async bootstraps(): Promise<string> {
    const outdir = join(this.directory, 'bootstraps');
    await build({
      entryPoints: BOOTSTRAPS,
      outdir,
      bundle: true,
      platform: 'node',
      format: 'esm',
      outExtension: { '.js': '.mjs' },
    });
    return join(outdir, 'bootstrap.mjs');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }

  /** An engine leaves the mount of the machine's network behind; one that was killed, those of its containers. */
  async #unmount(): Promise<void> {
    const mounts = readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .map((line) => line.split(' ')[1] ?? '');
    for (const place of mounts) {
      if (place.startsWith(`${this.directory}/`)) await run('umount', [place]);
    }
  }

  async #importImage(): Promise<void> {
    const root = join(this.directory, 'image');
    const programs = {
      '/usr/local/bin/node': process.execPath,
      '/bin/sh': '/bin/sh',
      '/bin/sleep': '/bin/sleep',
    };
    for (const [target, source] of Object.entries(programs)) {
      await copy(source, join(root, target));
      for (const library of await librariesOf(source)) await copy(library, join(root, library));
    }
    for (const folder of ['tmp', 'proc', 'sys', 'dev', 'etc', 'opt', 'var/task', 'var/llx']) {
      await mkdir(join(root, folder), { recursive: true });
    }
    const tar = spawn('tar', ['-C', root, '-c', '.'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [repo, tag] = TEST_IMAGE.split(':');
    const progress = await this.docker.importImage(tar.stdout, { repo, tag });
    await new Promise<void>((resolve, reject) => {
      this.docker.modem.followProgress(progress, (error: Error | null) =>
        error ? reject(error) : resolve(),
      );
    });
    await rm(root, { recursive: true });
  }
}

/** Those that were started with this directory: of containerd, and of the shim of each container. */
function processesOf(directory: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'latin1').includes(directory);
      } catch {
        // It has ended meanwhile.
        return false;
      }
    })
    .map(Number);
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // ESRCH: it went with another.
  }
}

async function copy(source: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  // Of a link, what it leads to.
  await copyFile(source, target);
}

async function librariesOf(program: string): Promise<readonly string[]> {
  const { stdout } = await run('ldd', [program]);
  return [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, path = '']) => path);
}

function reasonAgainst(): string | undefined {
  if (process.platform !== 'linux') return 'dockerd runs on Linux';
  if (process.getuid?.() !== 0) return 'dockerd needs root';
  const has = (name: string): boolean =>
    (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, name)));
  return has('dockerd') ? undefined : 'dockerd is not installed (apt-get install docker.io)';
}
