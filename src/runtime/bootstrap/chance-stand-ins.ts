import { syncBuiltinESMExports } from 'node:module';
import { SeededChance } from './seeded-chance.ts';

type Crypto = typeof import('node:crypto');

type Callback = (error: unknown, filled: unknown) => void;

/** Takes the place of a function; `own` is that one, called on the same object. */
type StandIn = (own: (...parameters: unknown[]) => unknown, parameters: unknown[]) => unknown;

/**
 * Stand in the place of what Node.js gives by chance, so that a seed can decide. Each calls Node's own first, which
 * checks what it is given, and replaces what that drew. Keys, and what other native code draws, stay chance.
 */
export class ChanceStandIns {
  #chance: SeededChance | undefined;

  /** Before the handler's code is loaded: it may take single functions out of `node:crypto`. */
  install(crypto: Crypto = process.getBuiltinModule('node:crypto')): void {
    const uuid: StandIn = (own, parameters) => {
      const drawn = own(...parameters);
      return this.#chance?.uuid() ?? drawn;
    };
    replace(Math, 'random', (own) => this.#chance?.fraction() ?? own());
    replace(crypto, 'randomUUID', uuid);
    // Of newer releases: where it is missing nothing is replaced.
    replace(crypto, 'randomUUIDv7', (own, parameters) => {
      const drawn = own(...parameters);
      return this.#chance?.uuidAt(Date.now()) ?? drawn;
    });
    replace(crypto, 'randomInt', this.#integer);
    replace(crypto, 'randomBytes', this.#bytes);
    replace(crypto, 'randomFill', this.#fill);
    replace(crypto, 'randomFillSync', this.#fillNow);
    // That of `node:crypto` itself calls this one.
    const web: object = Object.getPrototypeOf(crypto.webcrypto);
    replace(web, 'randomUUID', uuid);
    replace(web, 'getRandomValues', this.#fillNow);
    // What `import { randomUUID } from 'node:crypto'` is bound to.
    syncBuiltinESMExports();
  }

  /** Anew: the same seed draws the same. Undefined: chance. */
  set(seed: number | undefined): void {
    this.#chance = seed === undefined ? undefined : new SeededChance(seed);
  }

  readonly #integer: StandIn = (own, parameters) => {
    const callback = parameters.at(-1);
    const limits = isCallback(callback) ? parameters.slice(0, -1) : parameters;
    const drawn = own(...limits);
    const [first = 0, second] = limits.map(Number);
    const [minimum, maximum] = second === undefined ? [0, first] : [first, second];
    const fraction = this.#chance?.fraction();
    const chosen = fraction === undefined ? drawn : minimum + Math.floor(fraction * (maximum - minimum));
    if (!isCallback(callback)) return chosen;
    process.nextTick(() => callback(null, chosen));
    return undefined;
  };

  readonly #bytes: StandIn = (own, [size, callback]) => {
    if (!isCallback(callback)) return this.#overwrite(own(size));
    return this.#later(
      (done) => own(size, done),
      callback,
      () => Number(size),
    );
  };

  readonly #fillNow: StandIn = (own, parameters) => {
    const [, offset, size] = parameters;
    return this.#overwrite(own(...parameters), offset, size);
  };

  readonly #fill: StandIn = (own, parameters) => {
    const callback = parameters.at(-1);
    if (!isCallback(callback)) return own(...parameters);
    const [target, offset, size] = parameters.slice(0, -1);
    return this.#later(
      (done) => own(...parameters.slice(0, -1), done),
      callback,
      () => regionOf(target, offset, size).length,
      (filled) => regionOf(filled, offset, size),
    );
  };

  /** Drawn when it is asked for: what ends first must not decide who gets what. */
  #later(
    ask: (done: Callback) => unknown,
    callback: Callback,
    size: () => number,
    region: (filled: unknown) => Buffer = regionOf,
  ): unknown {
    let drawn: Buffer | undefined;
    const asked = ask((error, filled) => {
      drawn?.copy(region(filled));
      callback(error, filled);
    });
    drawn = this.#chance?.bytes(size());
    return asked;
  }

  #overwrite(filled: unknown, offset?: unknown, size?: unknown): unknown {
    if (this.#chance !== undefined) {
      const region = regionOf(filled, offset, size);
      this.#chance.bytes(region.length).copy(region);
    }
    return filled;
  }
}

function isCallback(value: unknown): value is Callback {
  return typeof value === 'function';
}

/** What `crypto.randomFill` fills: `offset` and `size` count elements, as there. */
function regionOf(filled: unknown, offset: unknown = 0, size?: unknown): Buffer {
  const bytes = ArrayBuffer.isView(filled)
    ? Buffer.from(filled.buffer, filled.byteOffset, filled.byteLength)
    : filled instanceof ArrayBuffer || filled instanceof SharedArrayBuffer
      ? Buffer.from(filled)
      : Buffer.alloc(0);
  const unit =
    ArrayBuffer.isView(filled) && 'BYTES_PER_ELEMENT' in filled ? Number(filled.BYTES_PER_ELEMENT) : 1;
  const start = Number(offset) * unit;
  return bytes.subarray(start, size === undefined ? undefined : start + Number(size) * unit);
}

function replace(owner: object, name: string, standIn: StandIn): void {
  const descriptor = Object.getOwnPropertyDescriptor(owner, name);
  const original: unknown = descriptor?.value;
  if (typeof original !== 'function') return;
  const value = {
    [name](this: unknown, ...parameters: unknown[]): unknown {
      return standIn((...given) => Reflect.apply(original, this, given), parameters);
    },
  }[name];
  Object.defineProperty(owner, name, { ...descriptor, value });
}
