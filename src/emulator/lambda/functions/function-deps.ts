import type { CodeLinks } from '../../code/code-links.ts';
import type { CodeStore } from '../../code/code-store.ts';
import type { EmulatorClock } from '../../emulator-clock.ts';
import type { Principal } from '../../identity/principal.ts';
import type { State } from '../../state/state.ts';
import type { FunctionScope } from '../function-name.ts';
import type { FunctionRegistry } from '../function-registry.ts';
import type { DeployedFunctions } from './deployed-functions.ts';
import type { FunctionEditor } from './function-editor.ts';
import type { FunctionPolicies } from './function-policies.ts';
import type { LayerTable } from './layer-table.ts';
import type { TagTable } from './tag-table.ts';

/** What the operations of functions and layers work on. */
export type FunctionDeps = {
  readonly scope: FunctionScope;
  readonly clock: EmulatorClock;
  /** Knows the functions of the configuration, which the operations show and do not change. */
  readonly registry: FunctionRegistry;
  readonly functions: DeployedFunctions;
  readonly editor: FunctionEditor;
  readonly layers: LayerTable;
  readonly tags: TagTable;
  readonly policies: FunctionPolicies;
  readonly state: State;
  readonly code: CodeStore;
  readonly links: CodeLinks;
  /** @throws AwsError 400 InvalidParameterValueException for a role that Lambda cannot assume, 403 for one that is not his to give */
  readonly checkRole: (principal: Principal, roleArn: string) => void;
  /** ARN of the role of a function of the configuration. */
  readonly roleArnOf: (functionName: string) => string;
  /** Undefined where none is reserved. */
  readonly reservedConcurrency: (functionName: string) => number | undefined;
  /** Of the account, without what functions have reserved. */
  readonly unreservedConcurrency: () => number;
};
