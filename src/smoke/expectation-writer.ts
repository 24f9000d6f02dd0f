import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { isObject } from '../fixtures/event-fields.ts';
import { parseExactly } from '../fixtures/exact-number.ts';
import type { Expectation } from '../fixtures/expect/expectation.ts';
import { isOwnError } from '../fixtures/expect/observed.ts';
import { fixtureParts } from '../fixtures/fixture.ts';
import { unsecretExpectation } from '../fixtures/record/unsecret-expectation.ts';
import type { RedactionRules } from '../fixtures/redact/redaction-rules.ts';
import type { RunnableCase } from './smoke-case.ts';
import type { WorldInvocation } from './world.ts';

/** What is expected from now on, or why that stays as it is. */
export type ExpectationUpdate =
  | { readonly expectation: Expectation; readonly written: boolean }
  | { readonly refused: string };

export type ExpectationWriterOptions = {
  /** What is never written: as of recordings. */
  readonly rules?: RedactionRules;
  /** Secrets, wherever they stand. */
  readonly secrets?: readonly string[];
  /** Whether clock or chance are fixed for all cases. @default false */
  readonly fixed?: boolean;
};

/** Between two clocks of one machine. */
const SKEW_MS = 2_000;

/** `--update`: writes into fixtures what their functions do now. One for each run. */
export class ExpectationWriter {
  readonly #options: ExpectationWriterOptions;
  /** What this run expects by now, by file: several functions may share a fixture. */
  readonly #expected = new Map<string, Promise<ExpectationUpdate>>();

  constructor(options: ExpectationWriterOptions = {}) {
    this.#options = options;
  }

  /** What the fixture says beside its expectation stays as it is. */
  async update(one: RunnableCase, observed: WorldInvocation): Promise<ExpectationUpdate> {
    const { failedBecause = 'handler', error } = observed;
    // Nobody wants to expect that a function does not build, or is killed.
    if (error !== undefined && (failedBecause !== 'handler' || isOwnError(error))) {
      return { refused: `Not written: ${error.errorType} is no answer of the function.` };
    }
    const known = this.#expected.get(one.file);
    if (known !== undefined) {
      const update = await known;
      return 'expectation' in update ? { ...update, written: false } : update;
    }
    const update = write(one, observed, this.#options);
    this.#expected.set(one.file, update);
    return await update;
  }
}

async function write(
  { file, fixture }: RunnableCase,
  observed: WorldInvocation,
  { fixed = false, ...options }: ExpectationWriterOptions,
): Promise<ExpectationUpdate> {
  const now = Date.now();
  const expectation = unsecretExpectation(fixture, observed, {
    ...options,
    fixed: fixed || fixture.clock !== undefined || fixture.seed !== undefined,
    from: now - observed.durationMs - SKEW_MS,
    to: now + SKEW_MS,
  });
  // A run that took too long changes nothing of what is demanded.
  if (isDeepStrictEqual(expectation, fixture.expect)) return { expectation, written: false };
  try {
    const content: unknown = parseExactly((await readFile(file, 'utf8')).replace(/^\ufeff/, ''));
    await replace(file, `${JSON.stringify(withExpectation(content, expectation), undefined, 2)}\n`);
  } catch (error) {
    return { refused: `Not written: ${error instanceof Error ? error.message : String(error)}` };
  }
  return { expectation, written: true };
}

/** An envelope keeps its keys in their order; an event alone becomes one. */
function withExpectation(content: unknown, expect: Expectation): unknown {
  const isEnvelope = isObject(content) && fixtureParts(content, []).event !== content;
  return isEnvelope ? { ...content, expect } : { event: content, expect };
}

/** Whole or not at all: who interrupts it must not lose a fixture. */
async function replace(file: string, text: string): Promise<void> {
  const beside = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(beside, text);
    await rename(beside, file);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}
