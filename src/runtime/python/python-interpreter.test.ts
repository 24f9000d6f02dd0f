import { describe, expect, it } from 'vitest';
import { NotStarted } from '../launch.ts';
import { type AskPython, askPython, findPython, type PythonInterpreter } from './python-interpreter.ts';

const notices: string[] = [];

function installed(found: Readonly<Record<string, string>>): AskPython {
  return async (name) => {
    const version = found[name];
    return version === undefined
      ? undefined
      : { executable: `/usr/bin/python${version}`, version, hasRuntimeClient: false };
  };
}

async function find(runtime: string, ask: AskPython, named?: string): Promise<PythonInterpreter> {
  notices.length = 0;
  return findPython(runtime, { ask, named, onNotice: (text) => notices.push(text) });
}

describe('the interpreter of a runtime', () => {
  it('is the one of its version', async () => {
    const { executable } = await find('python3.13', installed({ 'python3.13': '3.13', python3: '3.11' }));
    expect(executable).toBe('/usr/bin/python3.13');
    expect(notices).toEqual([]);
  });

  it('is another where that is not there, and the developer is told', async () => {
    const { executable } = await find('python3.13', installed({ python3: '3.11' }));
    expect(executable).toBe('/usr/bin/python3.11');
    expect(notices).toEqual([
      'Expected Python 3.13 for functions of python3.13, found 3.11 (/usr/bin/python3.11), which runs them now.',
    ]);
  });

  it('is first the one of the project’s virtual environment', async () => {
    const ask = installed({ '/project/.venv/bin/python3': '3.12', 'python3.12': '3.12' });
    const asked: string[] = [];
    const found = await findPython(
      'python3.12',
      { ask: (name) => ask(asked[asked.push(name) - 1] ?? ''), named: undefined, onNotice: () => {} },
      '/project',
    );
    expect({ version: found.version, asked }).toEqual({
      version: '3.12',
      asked: ['/project/.venv/bin/python3'],
    });
  });

  it('is the one that the developer names, and no other', async () => {
    const ask = installed({ '/opt/py': '3.13', 'python3.13': '3.13' });
    expect((await find('python3.13', ask, '/opt/py')).executable).toBe('/usr/bin/python3.13');
    await expect(find('python3.13', ask, '/elsewhere')).rejects.toThrow(NotStarted);
  });

  it('is missing with what to do', async () => {
    const error: unknown = await find('python3.12', installed({})).catch((thrown: unknown) => thrown);
    if (!(error instanceof NotStarted)) throw error;
    const { payload, ...failure } = error.failure;
    expect(failure).toEqual({ status: 'failed', failure: 'init', errorType: 'Llx.RuntimeMissing' });
    expect(JSON.parse(Buffer.from(payload).toString())).toEqual({
      errorType: 'Llx.RuntimeMissing',
      errorMessage:
        'expected an interpreter for python3.12, found none by the name python3.12 or python3: ' +
        'install Python 3.12, or name an interpreter in LLX_PYTHON',
    });
  });

  it('says nothing of itself when it is no Python', async () => {
    expect(await askPython(process.env)('/absent')).toBe(undefined);
    expect(await askPython(process.env)('false')).toBe(undefined);
    expect(await askPython(process.env)('echo')).toBe(undefined);
  });
});
