import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CodeStore } from '../../code/code-store.ts';
import { TestClock } from '../../service.test-support.ts';
import { openState } from '../../state/open-state.ts';
import type { State } from '../../state/state.ts';
import { DeployedFunctions } from './deployed-functions.ts';
import { FunctionEditor } from './function-editor.ts';
import type { FunctionSettings } from './function-settings.ts';
import { SCOPE, START } from './functions.test-support.ts';

/** What can be seen of a version: here its timeout stands for all settings, its hash for its code. */
type Content = { readonly timeout: number; readonly hash: string };
type ModelFunction = {
  latest: Content;
  readonly versions: Map<number, Content>;
  readonly aliases: Map<string, number>;
};
type Model = {
  readonly functions: Map<string, ModelFunction>;
  /** Of names, also of those that are gone. */
  readonly lastNumbers: Map<string, number>;
};
type Real = { readonly functions: DeployedFunctions; readonly editor: FunctionEditor };
type Step = fc.Command<Model, Real>;

const TABLES = ['lambda_versions', 'lambda_aliases', 'lambda_version_numbers'];

let directory: string;
let state: State;
let code: CodeStore;
const clock = new TestClock(START);

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'llx-property-'));
  state = openState({ directory, ephemeral: true });
  code = new CodeStore({ directory, clock });
});

afterAll(() => {
  state.close();
  rmSync(directory, { recursive: true, force: true });
});

function settingsOf(timeout: number): FunctionSettings {
  return {
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Role: 'arn:aws:iam::000000000000:role/r',
    Description: '',
    Timeout: timeout,
    MemorySize: 128,
    Architectures: ['x86_64'],
    EphemeralStorage: { Size: 512 },
    TracingConfig: { Mode: 'PassThrough' },
    LoggingConfig: { LogFormat: 'Text', LogGroup: '/aws/lambda/f' },
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
  };
}

const codeOf = (hash: string) => ({ package: { kind: 'zip', sha256: hash, size: 1 } as const, layers: [] });

function seen({ functions }: Real, name: string, qualifier: string | undefined): Content | undefined {
  const spec = functions.resolve({ name, qualifier })?.deployed.spec;
  if (spec === undefined) return undefined;
  const hash = Buffer.from(spec.root.split('/').at(-1) ?? '', 'hex').toString('base64');
  return { timeout: spec.timeoutMs / 1000, hash };
}

/** Whatever was done, everything is as the model has it. */
function compare(model: Model, real: Real): void {
  expect(real.functions.names()).toEqual([...model.functions.keys()].sort());
  for (const [name, { latest, versions, aliases }] of model.functions) {
    expect(seen(real, name, undefined)).toEqual(latest);
    const kept = real.functions.versions.ofFunctionAfter({ functionName: name, version: 0 }, -1);
    expect(kept.map(({ version }) => version)).toEqual([...versions.keys()]);
    for (const [number, content] of versions) expect(seen(real, name, String(number))).toEqual(content);
    expect(real.functions.aliases.ofFunction(name).map((alias) => alias.name)).toEqual(
      [...aliases.keys()].sort(),
    );
    for (const [alias, number] of aliases) {
      expect(seen(real, name, alias)).toEqual(number === 0 ? latest : versions.get(number));
    }
  }
}

function step(text: string, check: (model: Model) => boolean, run: (model: Model, real: Real) => void): Step {
  return {
    check,
    run(model, real) {
      run(model, real);
      compare(model, real);
    },
    toString: () => text,
  };
}

const exists = (name: string) => (model: Model) => model.functions.has(name);

function known(model: Model, name: string): ModelFunction {
  return model.functions.get(name) ?? expect.unreachable();
}

const name = fc.constantFrom('f', 'g');
const alias = fc.constantFrom('live', 'next');
const content = fc.record({ timeout: fc.integer({ min: 1, max: 3 }), hash: fc.constantFrom('AAAA', 'BBBB') });

const create = fc.tuple(name, content).map(([functionName, { timeout, hash }]) =>
  step(
    `create ${functionName}`,
    () => true,
    (model, { editor }) => {
      const parts = { settings: settingsOf(timeout), code: codeOf(hash) };
      if (model.functions.has(functionName)) {
        expect(() => editor.create(functionName, parts)).toThrow('already exist');
        return;
      }
      editor.create(functionName, parts);
      model.functions.set(functionName, {
        latest: { timeout, hash },
        versions: new Map(),
        aliases: new Map(),
      });
    },
  ),
);

const change = fc.tuple(name, content).map(([functionName, { timeout, hash }]) =>
  step(
    `change ${functionName} to ${timeout} ${hash}`,
    exists(functionName),
    (model, { editor, functions }) => {
      const { revisionId } = functions.find({ name: functionName, qualifier: undefined });
      const parts = () => ({ settings: settingsOf(timeout), code: codeOf(hash) });
      const changed = editor.change(functionName, revisionId, parts);
      expect(changed.revisionId).not.toBe(revisionId);
      expect(() => editor.change(functionName, revisionId, parts)).toThrow('Revision Id');
      known(model, functionName).latest = { timeout, hash };
    },
  ),
);

const publish = name.map((functionName) =>
  step(`publish ${functionName}`, exists(functionName), (model, { editor }) => {
    const { latest, versions } = known(model, functionName);
    const newest = [...versions].at(-1);
    const { version } = editor.publish(functionName);
    if (newest !== undefined && newest[1].timeout === latest.timeout && newest[1].hash === latest.hash) {
      expect(version).toBe(newest[0]);
      return;
    }
    const next = (model.lastNumbers.get(functionName) ?? 0) + 1;
    expect(version).toBe(next);
    versions.set(next, latest);
    model.lastNumbers.set(functionName, next);
  }),
);

const putAlias = fc.tuple(name, alias, fc.nat(3)).map(([functionName, aliasName, pick]) =>
  step(`alias ${functionName}:${aliasName}`, exists(functionName), (model, { editor }) => {
    const { versions, aliases } = known(model, functionName);
    const numbers = [0, ...versions.keys()];
    const version = numbers[pick % numbers.length] ?? 0;
    editor.putAlias({ functionName, name: aliasName, version, description: '', weights: {} });
    aliases.set(aliasName, version);
  }),
);

const deleteAlias = fc.tuple(name, alias).map(([functionName, aliasName]) =>
  step(`delete alias ${functionName}:${aliasName}`, exists(functionName), (model, { editor }) => {
    editor.deleteAlias(functionName, aliasName);
    known(model, functionName).aliases.delete(aliasName);
  }),
);

const deleteVersion = fc.tuple(name, fc.integer({ min: 1, max: 4 })).map(([functionName, number]) =>
  step(`delete version ${functionName}:${number}`, exists(functionName), (model, { editor }) => {
    const { versions, aliases } = known(model, functionName);
    if ([...aliases.values()].includes(number)) {
      expect(() => editor.deleteVersion(functionName, number)).toThrow('referenced by an alias');
      return;
    }
    editor.deleteVersion(functionName, number);
    versions.delete(number);
  }),
);

const deleteFunction = name.map((functionName) =>
  step(`delete ${functionName}`, exists(functionName), (model, { editor }) => {
    editor.delete(functionName);
    model.functions.delete(functionName);
  }),
);

test('whatever is done to functions, versions and aliases, they are as a simple model of them has it', () => {
  const steps = [create, change, publish, putAlias, deleteAlias, deleteVersion, deleteFunction];
  fc.assert(
    fc.property(fc.commands(steps, { maxCommands: 60, size: 'max' }), (commands) => {
      for (const table of TABLES) state.database.exec(`DELETE FROM ${table}`);
      const functions = new DeployedFunctions({ state, code, scope: SCOPE, clock });
      const editor = new FunctionEditor({ functions, state, code, clock });
      fc.modelRun(
        () => ({
          model: { functions: new Map(), lastNumbers: new Map() },
          real: { functions, editor },
        }),
        commands,
      );
    }),
    { numRuns: 60 },
  );
});
