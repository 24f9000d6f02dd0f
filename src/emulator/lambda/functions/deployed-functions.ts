import type { CodeStore } from '../../code/code-store.ts';
import type { EmulatorClock } from '../../emulator-clock.ts';
import type { State } from '../../state/state.ts';
import { type FunctionReference, type FunctionScope, functionArn } from '../function-name.ts';
import type { DeployedFunction, ResolvedFunction } from '../function-registry.ts';
import type { FunctionSource } from '../function-source.ts';
import { resourceNotFound } from '../lambda-errors.ts';
import { AliasTable, type FunctionAlias } from './alias-table.ts';
import { chooseVersion } from './alias-weights.ts';
import { deployedFunction } from './deployed-function.ts';
import { type FunctionVersion, versionNumber, versionText } from './function-settings.ts';
import { VersionTable } from './version-table.ts';

export type DeployedFunctionsOptions = {
  readonly state: State;
  readonly code: CodeStore;
  readonly scope: FunctionScope;
  readonly clock: EmulatorClock;
  /** A function has this role from now on: told before it is invoked. */
  readonly onRole?: (functionName: string, roleArn: string) => void;
  /** Chooses among an alias's versions. @default Math.random */
  readonly random?: () => number;
};

type Listener = (functionName: string) => void;

/** What invocations of a function need: read when it is first invoked, and again when it has changed. */
type Known = {
  readonly versions: Map<number, DeployedFunction>;
  readonly aliases: Map<string, FunctionAlias>;
};

/** The functions that were deployed through the API, with their versions and aliases. */
export class DeployedFunctions implements FunctionSource {
  readonly versions: VersionTable;
  readonly aliases: AliasTable;
  readonly #options: DeployedFunctionsOptions;
  readonly #known = new Map<string, Known>();
  readonly #deletedListeners = new Set<Listener>();
  readonly #changedListeners = new Set<Listener>();
  readonly #random: () => number;

  constructor(options: DeployedFunctionsOptions) {
    this.#options = options;
    this.versions = new VersionTable(options.state);
    this.aliases = new AliasTable(options.state);
    this.#random = options.random ?? Math.random;
  }

  resolve({ name, qualifier }: FunctionReference): ResolvedFunction | undefined {
    const number = this.#numberOf(name, qualifier ?? '$LATEST');
    const deployed = number === undefined ? undefined : this.#deployed(name, number);
    if (number === undefined || deployed === undefined) return undefined;
    return { deployed, invokedArn: this.arnOf(name, qualifier), version: versionText(number) };
  }

  exists(name: string): boolean {
    return this.#known.has(name) || this.versions.exists(name, 0);
  }

  /** All of them, sorted: for the few callers that need no page. */
  names(): readonly string[] {
    return this.versions.names();
  }

  arnOf(name: string, qualifier?: string): string {
    return functionArn(this.#options.scope, name, qualifier);
  }

  /**
   * The version as it is kept that a name and a qualifier stand for; of an alias with weights, the first.
   *
   * @throws AwsError 404 ResourceNotFoundException
   */
  find({ name, qualifier }: Pick<FunctionReference, 'name' | 'qualifier'>): FunctionVersion {
    const number = versionNumber(qualifier ?? '$LATEST') ?? this.aliases.get(name, qualifier ?? '')?.version;
    const version = number === undefined ? undefined : this.versions.get(name, number);
    if (version === undefined) throw resourceNotFound(`Function not found: ${this.arnOf(name, qualifier)}`);
    return version;
  }

  /** A function is gone, with all that is kept of it: what works for it ends. Gives what ends the listening. */
  onDeleted(listener: Listener): () => void {
    return listen(this.#deletedListeners, listener);
  }

  /** The code or the settings of `$LATEST` are others from now on. Gives what ends the listening. */
  onChanged(listener: Listener): () => void {
    return listen(this.#changedListeners, listener);
  }

  /** To be called after each change that has been written: of anything, of `$LATEST`, or of all of it. */
  announce(name: string, what: 'version' | 'latest' | 'deleted'): void {
    this.#known.delete(name);
    if (what === 'latest') for (const listener of this.#changedListeners) listener(name);
    if (what === 'deleted') for (const listener of this.#deletedListeners) listener(name);
  }

  #numberOf(name: string, qualifier: string): number | undefined {
    const number = versionNumber(qualifier);
    if (number !== undefined) return number;
    const known = this.#known.get(name)?.aliases.get(qualifier);
    const alias = known ?? this.aliases.get(name, qualifier);
    if (alias === undefined) return undefined;
    if (known === undefined) this.#knownOf(name).aliases.set(qualifier, alias);
    return chooseVersion(alias, this.#random);
  }

  #deployed(name: string, number: number): DeployedFunction | undefined {
    const known = this.#known.get(name)?.versions.get(number);
    if (known !== undefined) return known;
    const version = this.versions.get(name, number);
    if (version === undefined) return undefined;
    this.#options.onRole?.(name, version.settings.Role);
    const deployed = deployedFunction(version, this.#options);
    this.#knownOf(name).versions.set(number, deployed);
    return deployed;
  }

  #knownOf(name: string): Known {
    let known = this.#known.get(name);
    if (known === undefined) {
      known = { versions: new Map(), aliases: new Map() };
      this.#known.set(name, known);
    }
    return known;
  }
}

function listen<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
