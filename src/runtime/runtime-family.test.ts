import { describe, expect, it } from 'vitest';
import { runtimeFamily, unsupportedFailure } from './runtime-family.ts';

describe('the family of a runtime identifier', () => {
  it.each([
    ['nodejs24.x', 'nodejs'],
    ['python3.9', 'python'],
    ['python3.14', 'python'],
    ['provided', 'provided'],
    ['provided.al2', 'provided'],
    ['provided.al2023', 'provided'],
    ['python2.7', undefined],
    ['java21', undefined],
    ['dotnet10', undefined],
    ['ruby3.4', undefined],
    ['go1.x', undefined],
    ['nodejs', undefined],
    ['', undefined],
  ])('of %j is %s', (runtime, family) => {
    expect(runtimeFamily(runtime)).toBe(family);
  });

  it('an invocation of a function without one is told so', () => {
    const { payload, ...failure } = unsupportedFailure({ runtime: 'java21' });
    expect(failure).toEqual({ status: 'failed', failure: 'init', errorType: 'Llx.RuntimeUnsupported' });
    expect(JSON.parse(Buffer.from(payload).toString())).toEqual({
      errorType: 'Llx.RuntimeUnsupported',
      errorMessage: 'Runtime java21 is not run by llx: expected nodejs*.x, python3.* or provided.*',
    });
  });
});
