import { PassThrough, type Readable } from 'node:stream';
import type Docker from 'dockerode';
import type { ContainerCreateOptions } from 'dockerode';
import type { ExitStatus } from '../worker.ts';
import { containerExit } from './container-exit.ts';

/** A container that runs. */
export type RunningContainer = {
  readonly id: string;
  /** On this machine; 0 where the engine is on another one, or in a virtual machine. */
  readonly pid: number;
  /** In its network; undefined where it has none of its own. */
  readonly address: string | undefined;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** After its outputs have ended. */
  readonly exited: Promise<ExitStatus>;
  /** SIGKILL; resolves when the engine has been told. Idempotent, and never rejects. */
  kill(): Promise<void>;
};

/** What of containers llx needs of an engine. */
export interface ContainerEngine {
  /** Rejects with the engine's own words where it is not there. */
  ping(): Promise<void>;
  /** Whether there is an image; makes sure that there is one. Gives its entry point. */
  image(name: string): Promise<readonly string[]>;
  /** The address of this machine in a network; undefined in the machine's own. */
  gateway(network: string): Promise<string | undefined>;
  run(settings: ContainerCreateOptions): Promise<RunningContainer>;
  /** Removes containers with a label whose value does not fit; gives how many. */
  sweep(label: string, isLeft: (value: string) => boolean): Promise<number>;
}

/** Where an engine is asked: DOCKER_HOST, or its usual socket. */
export async function dockerEngine(options: { readonly socketPath?: string } = {}): Promise<ContainerEngine> {
  // Only who asked for containers waits for it.
  const { default: Docker } = await import('dockerode');
  return new DockerEngine(new Docker(options));
}

class DockerEngine implements ContainerEngine {
  readonly #docker: Docker;

  constructor(docker: Docker) {
    this.#docker = docker;
  }

  async ping(): Promise<void> {
    await this.#docker.ping();
  }

  async image(name: string): Promise<readonly string[]> {
    const image = this.#docker.getImage(name);
    const found = await image.inspect().catch(async (error: unknown) => {
      if (statusOf(error) !== 404) throw error;
      await this.#pull(name);
      return await image.inspect();
    });
    return [found.Config.Entrypoint ?? []].flat();
  }

  async gateway(network: string): Promise<string | undefined> {
    if (network === 'host') return undefined;
    const { IPAM } = await this.#docker.getNetwork(network).inspect();
    const { Gateway, Subnet } = IPAM?.Config?.find((config) => config.Gateway ?? config.Subnet) ?? {};
    const gateway = Gateway ?? firstAddress(Subnet);
    if (gateway !== undefined) return gateway;
    throw new Error(
      `a container in the network ${network} does not reach this machine: it has no gateway here (--container-network host is the machine's own)`,
    );
  }

  async run(settings: ContainerCreateOptions): Promise<RunningContainer> {
    const container = await this.#docker.createContainer(settings);
    try {
      const attached = await container.attach({ stream: true, stdout: true, stderr: true });
      const [stdout, stderr] = [new PassThrough(), new PassThrough()];
      container.modem.demuxStream(attached, stdout, stderr);
      const outputEnded = new Promise<void>((resolve) => {
        for (const event of ['end', 'error', 'close']) attached.once(event, () => resolve());
      });
      await container.start();
      const exited = outputEnded.then(async () => {
        const status = await exitOf(container);
        stdout.end();
        stderr.end();
        // Without an engine it is left over, and swept by the next llx.
        await container.remove({ force: true }).catch(() => undefined);
        return status;
      });
      const { State, NetworkSettings } = await container.inspect();
      const address = Object.values(NetworkSettings.Networks)[0]?.IPAddress;
      return {
        id: container.id,
        pid: State.Pid,
        address: address === '' ? undefined : address,
        stdout,
        stderr,
        exited,
        kill: () =>
          container.kill().then(
            () => undefined,
            // It has ended, or its engine has: `exited` says which.
            () => undefined,
          ),
      };
    } catch (error) {
      await container.remove({ force: true }).catch(() => undefined);
      throw error;
    }
  }

  async sweep(label: string, isLeft: (value: string) => boolean): Promise<number> {
    const found = await this.#docker.listContainers({ all: true, filters: { label: [label] } });
    const left = found.filter(({ Labels }) => isLeft(Labels[label] ?? ''));
    await Promise.all(
      left.map(({ Id }) =>
        this.#docker
          .getContainer(Id)
          .remove({ force: true })
          // Another llx removes it, too.
          .catch(() => undefined),
      ),
    );
    return left.length;
  }

  async #pull(name: string): Promise<void> {
    const progress = await this.#docker.pull(name);
    await new Promise<void>((resolve, reject) => {
      this.#docker.modem.followProgress(progress, (error: Error | null) =>
        error ? reject(error) : resolve(),
      );
    });
  }
}

/**
 * Asked only when its outputs have ended: of an engine that dies while it is asked, dockerode never hears
 * (https://github.com/apocas/docker-modem reads an answer to its end, and sees none that is broken off).
 */
async function exitOf(container: Docker.Container): Promise<ExitStatus> {
  try {
    const { StatusCode }: { StatusCode: number } = await container.wait();
    const { State } = await container.inspect();
    return containerExit(StatusCode, State.OOMKilled);
  } catch {
    return { code: null, signal: null, container: 'engine-lost' };
  }
}

/** What an engine gives itself in its default network, without saying so: `172.17.0.1` of `172.17.0.0/16`. */
function firstAddress(subnet: string | undefined): string | undefined {
  const [, network, last] = /^(\d+\.\d+\.\d+)\.(\d+)\/\d+$/.exec(subnet ?? '') ?? [];
  return network === undefined ? undefined : `${network}.${Number(last) + 1}`;
}

function statusOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : undefined;
}
