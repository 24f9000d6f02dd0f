import type { CodeStore } from '../../code/code-store.ts';
import type { EmulatorClock } from '../../emulator-clock.ts';
import type { State } from '../../state/state.ts';
import type { FunctionReference } from '../function-name.ts';
import type { ResolvedFunction } from '../function-registry.ts';
import type { FunctionSource } from '../function-source.ts';

export type DeployedFunctionsOptions = {
  readonly state: State;
  readonly code: CodeStore;
  readonly scope: { readonly account: string; readonly region: string };
  readonly clock: EmulatorClock;
};

/** The functions that were deployed through the API, with their versions, aliases and layers. */
export class DeployedFunctions implements FunctionSource {
  readonly #listeners = { deleted: new Set<Listener>(), changed: new Set<Listener>() };
  readonly #state: State;

  constructor(options: DeployedFunctionsOptions) {
    this.#state = options.state;
  }

  resolve(_reference: FunctionReference): ResolvedFunction | undefined {
    return undefined;
  }

  exists(name: string): boolean {
    const sql = 'SELECT 1 FROM lambda_versions WHERE function_name = ? AND version = 0';
    return this.#state.statement(sql).get(name) !== undefined;
  }

  names(): readonly string[] {
    return [];
  }

  /** A function is gone, with all its versions: what belongs to it goes, too. Gives what ends the listening. */
  onDeleted(listener: Listener): () => void {
    return listen(this.#listeners.deleted, listener);
  }

  /** The code or the settings of a function are others from now on. Gives what ends the listening. */
  onChanged(listener: Listener): () => void {
    return listen(this.#listeners.changed, listener);
  }
}

type Listener = (functionName: string) => void;

function listen(listeners: Set<Listener>, listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
