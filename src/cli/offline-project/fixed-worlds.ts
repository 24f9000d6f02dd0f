import { LlxError } from '../../errors/llx-error.ts';
import type { FixedValues } from '../../runtime/invocation.ts';
import { amzDate } from '../../signature/signature-v4.ts';
import type { FixedWorld } from './project.ts';

/** What is fixed in the invocations of a project: by itself, or by the invocation, which wins. */
export class FixedWorlds {
  /** The clocks that stand still somewhere, as signatures have them: `YYYYMMDDTHHMMSSZ`. */
  readonly standingClocks = new Map<string, Date>();
  /** Of all invocations; undefined: nothing. */
  readonly always: FixedValues | undefined;

  /** @throws LlxError LLX_USAGE */
  constructor(world: FixedWorld) {
    this.always = this.#check(world);
  }

  /** @throws LlxError LLX_USAGE for a clock that is no time, or a seed that is no integer. */
  of(world: FixedWorld): FixedValues | undefined {
    const own = this.#check(world);
    return own === undefined ? this.always : { ...this.always, ...own };
  }

  #check({ clock, seed }: FixedWorld): FixedValues | undefined {
    if (clock === undefined && seed === undefined) return undefined;
    if (seed !== undefined && !Number.isSafeInteger(seed)) throw wrong('seed', 'an integer', seed, '7');
    const instant = clock === undefined ? undefined : new Date(clock);
    const epochMs = instant?.getTime();
    if (Number.isNaN(epochMs)) throw wrong('clock', 'a time', clock, '2026-01-01T00:00:00Z');
    if (instant !== undefined) this.standingClocks.set(amzDate(instant), instant);
    return { ...(epochMs === undefined ? {} : { epochMs }), ...(seed === undefined ? {} : { seed }) };
  }
}

function wrong(name: string, expected: string, found: unknown, example: string): LlxError {
  return new LlxError('LLX_USAGE', {
    message: `Expected ${name} to be ${expected}, found ${String(found)}.`,
    mend: `As in ${name}: ${example}`,
  });
}
