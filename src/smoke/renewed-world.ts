import type { StartWorld, World, WorldInvocation, WorldInvokeOptions } from './world.ts';

type Held = { readonly world: World; users: number; isLeft: boolean; closing?: Promise<void> };

/**
 * A function's world, and a fresh one after an invocation that was given up: that one still runs, and what it does must not
 * be taken for the doing of those after it.
 */
export class RenewedWorld implements World {
  readonly #start: () => Promise<World>;
  #current: Promise<Held> | undefined;
  readonly #left = new Set<Promise<void>>();

  /** Rejects when it cannot be started, or with the signal's reason. */
  static async start(
    startWorld: StartWorld,
    functionName: string,
    signal: AbortSignal,
  ): Promise<RenewedWorld> {
    const start = () => startWorld(functionName, signal);
    return new RenewedWorld(start, await start());
  }

  constructor(start: () => Promise<World>, first: World) {
    this.#start = start;
    this.#current = Promise.resolve({ world: first, users: 0, isLeft: false });
  }

  async invoke(functionName: string, event: unknown, options: WorldInvokeOptions): Promise<WorldInvocation> {
    this.#current ??= this.#start().then((world) => ({ world, users: 0, isLeft: false }));
    const taken = this.#current;
    const held = await taken.catch((error: unknown) => {
      // The next one tries again.
      if (this.#current === taken) this.#current = undefined;
      throw error;
    });
    held.users += 1;
    try {
      return await held.world.invoke(functionName, event, options);
    } finally {
      held.users -= 1;
      if (options.signal?.aborted === true) {
        held.isLeft = true;
        if (this.#current === taken) this.#current = undefined;
      }
      this.#closeUnused(held);
    }
  }

  /** Rejects where one of them cannot be closed; all of them are tried. */
  async close(): Promise<void> {
    const held = await this.#current?.catch(() => undefined);
    this.#current = undefined;
    if (held !== undefined) {
      held.isLeft = true;
      this.#closeUnused(held);
    }
    await Promise.allSettled(this.#left);
    await Promise.all(this.#left);
  }

  /** Others may still be in it. */
  #closeUnused(held: Held): void {
    if (!held.isLeft || held.users > 0 || held.closing !== undefined) return;
    held.closing = held.world.close();
    // Who closes this one is told.
    held.closing.catch(() => undefined);
    this.#left.add(held.closing);
  }
}
