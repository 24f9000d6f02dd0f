import { printable } from '../../session/printable.ts';
import type { OutputStream } from '../platform/platform-output.ts';
import { writeJson } from '../platform/platform-output.ts';
import type { RoundEvent } from './sync-round.ts';

/** What `llx sync` prints: lines for people, or with `--json` an object each. What stays as it is is said once. */
export class SyncReport {
  readonly #stdout: OutputStream;
  readonly #json: boolean;
  #said = new Set<string>();
  #saying = new Set<string>();
  #problems = 0;

  constructor(stdout: OutputStream, json: boolean) {
    this.#stdout = stdout;
    this.#json = json;
  }

  /** Packages that are not as the store wants them, of the last round. */
  get problems(): number {
    return this.#problems;
  }

  beginRound(): void {
    this.#saying = new Set();
    this.#problems = 0;
  }

  event(event: RoundEvent): void {
    if (event.type !== 'deployed' && event.type !== 'removed') {
      if (event.type !== 'kept') this.#problems += 1;
      const said = JSON.stringify(event);
      this.#saying.add(said);
      if (this.#said.has(said)) return;
    }
    this.say(event, eventText(event));
  }

  /** A problem that has gone, and comes again, is told again. */
  endRound(): void {
    this.#said = this.#saying;
  }

  say(facts: { readonly type: string }, text: string): void {
    if (this.#json) writeJson(this.#stdout, facts);
    else this.#stdout.write(`${printable(text)}\n`);
  }
}

function eventText(event: RoundEvent): string {
  switch (event.type) {
    case 'deployed': {
      const { control, version, previousVersion, functionVersion, dryRun } = event;
      const was = previousVersion === undefined ? '' : ` (was ${previousVersion})`;
      return dryRun === true
        ? `${control} ${version}${was} would be deployed`
        : `${control} ${version}${was} is live: ${event.function}, version ${functionVersion}`;
    }
    case 'removed':
      return `${event.control} ${event.version} ${event.dryRun === true ? 'would be' : 'is'} removed`;
    case 'refused': {
      const name = event.control === undefined ? event.place : `${event.control} (${event.place})`;
      return `${name} is refused: ${event.reasons.join('; ')}`;
    }
    case 'failed':
      return `${event.control} failed, and is tried again: ${event.reasons.join('; ')}`;
    case 'waiting':
      return `${event.control} is being changed: it waits for the next round`;
    case 'kept':
      return `${event.control} is not removed while a package that may follow it is not deployed`;
    default: {
      const exhaustive: never = event;
      return exhaustive;
    }
  }
}
