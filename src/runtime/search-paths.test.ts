import { describe, expect, it } from 'vitest';
import type { FunctionSpec } from './invocation.ts';
import { inOpt, searchPaths } from './search-paths.ts';
import { functionSpec } from './worker.test-support.ts';

function paths(settings: Partial<FunctionSpec>, opt?: string): unknown {
  return searchPaths(functionSpec({ root: '/task', ...settings }), {
    kept: { PATH: '/usr/bin:/bin' },
    runtimeDirectory: '/runtime',
    logStreamName: '',
    opt,
  });
}

describe('the search paths of a function', () => {
  it('are its task root’s, without layers', () => {
    const LD_LIBRARY_PATH = '/task:/task/lib';
    expect(paths({ runtime: 'nodejs22.x' })).toEqual({ LD_LIBRARY_PATH, NODE_PATH: '/task' });
    expect(paths({ runtime: 'python3.13' })).toEqual({ LD_LIBRARY_PATH, PYTHONPATH: '/runtime' });
    expect(paths({ runtime: 'provided.al2023' })).toEqual({ LD_LIBRARY_PATH });
  });

  it('are its layers’, too, where it has some', () => {
    const fixed = { PATH: '/usr/bin:/bin:/layers/bin', LD_LIBRARY_PATH: '/task:/task/lib:/layers/lib' };
    expect(paths({ runtime: 'nodejs22.x' }, '/layers')).toEqual({
      ...fixed,
      NODE_PATH: '/layers/nodejs/node22/node_modules:/layers/nodejs/node_modules:/task',
    });
    expect(paths({ runtime: 'python3.13' }, '/layers')).toEqual({
      ...fixed,
      PYTHONPATH: '/layers/python/lib/python3.13/site-packages:/layers/python:/runtime',
    });
    expect(paths({ runtime: 'provided.al2023' }, '/layers')).toEqual(fixed);
  });

  it('are what the function says, with /opt where it is here', () => {
    const environment = { PATH: '/opt/tools:/bin', NODE_PATH: '/opt/x', LD_LIBRARY_PATH: '/opt' };
    expect(paths({ runtime: 'nodejs22.x', environment }, '/layers')).toEqual({
      PATH: '/layers/tools:/bin',
      NODE_PATH: '/layers/x',
      LD_LIBRARY_PATH: '/layers',
    });
    expect(
      paths({ runtime: 'python3.13', environment: { PYTHONPATH: '/task/src' } }, '/layers'),
    ).toMatchObject({
      PYTHONPATH: '/task/src:/layers/python/lib/python3.13/site-packages:/layers/python',
    });
  });

  it.each([
    ['/opt/a', '/layers', '/layers/a'],
    ['/opt', '/layers', '/layers'],
    ['/optional', '/layers', '/optional'],
    ['opt/a', '/layers', 'opt/a'],
    ['/opt/a', undefined, '/opt/a'],
  ])('%s with %s is %s', (path, opt, expected) => {
    expect(inOpt(path, opt)).toBe(expected);
  });
});
