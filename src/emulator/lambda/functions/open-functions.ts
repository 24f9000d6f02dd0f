import { CodeLinks } from '../../code/code-links.ts';
import { CodeStore } from '../../code/code-store.ts';
import type { EmulatorClock } from '../../emulator-clock.ts';
import type { ApiOperation } from '../../http/api-operation.ts';
import type { Principal } from '../../identity/principal.ts';
import type { State } from '../../state/state.ts';
import type { FunctionScope } from '../function-name.ts';
import type { FunctionRegistry } from '../function-registry.ts';
import { DeployedFunctions } from './deployed-functions.ts';
import { FunctionEditor } from './function-editor.ts';
import { functionOperations } from './function-operations.ts';
import { FunctionPolicies } from './function-policies.ts';
import { LayerTable } from './layer-table.ts';
import { TagTable } from './tag-table.ts';

export type OpenFunctionsOptions = {
  readonly state: State;
  readonly scope: FunctionScope;
  readonly clock: EmulatorClock;
  readonly registry: FunctionRegistry;
  readonly identities: {
    roleArnOf(functionName: string): string;
    setRoleOf(functionName: string, roleArn: string): void;
    checkFunctionRole(principal: Principal, roleArn: string): void;
  };
  /** `http://127.0.0.1:4566`: where links to code lead. */
  readonly endpoint: () => string;
  readonly concurrency: {
    /** Undefined where none is reserved. */
    reservedOf(functionName: string): number | undefined;
    /** What the account has beside what is reserved. */
    readonly unreserved: number;
  };
  /** Whether functions may run what lies elsewhere on this machine. @default true */
  readonly takesDirectories?: boolean;
  readonly onNotice: (text: string) => void;
};

export type OpenFunctions = {
  readonly functions: DeployedFunctions;
  readonly policies: FunctionPolicies;
  readonly code: CodeStore;
  readonly links: CodeLinks;
  readonly operations: readonly ApiOperation[];
  /** Idempotent. */
  close(): void;
};

/** Functions, their code and everything that can be said of them. */
export function openFunctions(options: OpenFunctionsOptions): OpenFunctions {
  const {
    state,
    scope,
    clock,
    registry,
    identities,
    endpoint,
    concurrency,
    onNotice,
    takesDirectories = true,
  } = options;
  const code = new CodeStore({ directory: state.directory, clock, takesDirectories });
  const functions = new DeployedFunctions({
    state,
    code,
    scope,
    clock,
    onRole: (functionName, roleArn) => identities.setRoleOf(functionName, roleArn),
  });
  const layers = new LayerTable(state);
  const policies = new FunctionPolicies(state);
  const links = new CodeLinks({ endpoint, clock });
  const operations = functionOperations({
    scope,
    clock,
    registry,
    functions,
    editor: new FunctionEditor({ functions, state, code, clock }),
    layers,
    tags: new TagTable(state),
    policies,
    state,
    code,
    links,
    checkRole: (principal, roleArn) => identities.checkFunctionRole(principal, roleArn),
    roleArnOf: (functionName) => identities.roleArnOf(functionName),
    reservedConcurrency: (functionName) => concurrency.reservedOf(functionName),
    unreservedConcurrency: () => concurrency.unreserved,
  });
  const endCleaning = code.keepClean(
    () => [...functions.versions.hashes(), ...layers.hashes()],
    (error) => onNotice(`Code that no function needs could not be removed: ${String(error)}`),
  );
  return { functions, policies, code, links, operations, close: endCleaning };
}
