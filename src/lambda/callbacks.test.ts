import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Callbacks } from './callbacks.ts';

function recorded(): { readonly callbacks: Callbacks; readonly answers: unknown[] } {
  const answers: unknown[] = [];
  const callbacks = new Callbacks({
    succeed: (result) => answers.push({ result }),
    fail: (error) => answers.push({ error }),
  });
  return { callbacks, answers };
}

describe('a callback', () => {
  it('answers when the event loop is empty', () => {
    const { callbacks, answers } = recorded();
    callbacks.callback(null, 1);
    expect(answers).toEqual([]);
    callbacks.loopEmpty();
    expect(answers).toEqual([{ result: 1 }]);
  });

  it('answers at once when it does not wait', () => {
    const { callbacks, answers } = recorded();
    callbacks.members.callbackWaitsForEmptyEventLoop = false;
    callbacks.callback(null, 1);
    expect(answers).toEqual([{ result: 1 }]);
    expect(callbacks.members.callbackWaitsForEmptyEventLoop).toBe(false);
  });

  it('fails at once', () => {
    const { callbacks, answers } = recorded();
    callbacks.callback('no');
    expect(answers).toEqual([{ error: 'no' }]);
  });

  it('that is never called answers null', () => {
    const { callbacks, answers } = recorded();
    callbacks.loopEmpty();
    expect(answers).toEqual([{ result: null }]);
  });
});

describe('the context', () => {
  it('answers at once with done, succeed and fail', () => {
    for (const [act, expected] of [
      [(c: Callbacks) => c.members.done(undefined, 1), { result: 1 }],
      [(c: Callbacks) => c.members.done('no'), { error: 'no' }],
      [(c: Callbacks) => c.members.succeed(2), { result: 2 }],
      [(c: Callbacks) => c.members.fail('no'), { error: 'no' }],
      [(c: Callbacks) => c.members.fail(), { error: 'handled' }],
    ] as const) {
      const { callbacks, answers } = recorded();
      act(callbacks);
      expect(answers).toEqual([expected]);
    }
  });
});

it('whatever is called, in any order, there is one answer once the event loop is empty', () => {
  const acts = {
    callback: (c: Callbacks) => c.callback(null, 1),
    error: (c: Callbacks) => c.callback(new Error('x')),
    done: (c: Callbacks) => c.members.done(null, 2),
    fail: (c: Callbacks) => c.members.fail('x'),
    hurry: (c: Callbacks) => {
      c.members.callbackWaitsForEmptyEventLoop = false;
    },
    empty: (c: Callbacks) => c.loopEmpty(),
  };
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...Object.values(acts))), (sequence) => {
      const { callbacks, answers } = recorded();
      for (const act of sequence) act(callbacks);
      callbacks.loopEmpty();
      expect(answers).toHaveLength(1);
    }),
  );
});
