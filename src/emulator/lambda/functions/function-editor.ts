import { isDeepStrictEqual } from 'node:util';
import type { CodeStore } from '../../code/code-store.ts';
import type { EmulatorClock } from '../../emulator-clock.ts';
import type { State } from '../../state/state.ts';
import { resourceConflict, revisionMismatch } from '../lambda-errors.ts';
import type { FunctionAlias } from './alias-table.ts';
import type { DeployedFunctions } from './deployed-functions.ts';
import { deleteFunctionRows, deleteQualifierRows } from './function-rows.ts';
import type { FunctionCode, FunctionSettings, FunctionVersion } from './function-settings.ts';

type Change = { readonly settings?: FunctionSettings; readonly code?: FunctionCode };

type Publication = {
  readonly revisionId?: string | undefined;
  readonly description?: string | undefined;
  /** What to keep in place of a developer's directory. @default that of `$LATEST` */
  readonly code?: FunctionCode | undefined;
};

/** Changes deployed functions: each method writes all of its change or nothing, and then says so. */
export class FunctionEditor {
  readonly #functions: DeployedFunctions;
  readonly #state: State;
  readonly #code: CodeStore;
  readonly #clock: EmulatorClock;
  readonly #randomId: () => string;

  constructor(options: {
    readonly functions: DeployedFunctions;
    readonly state: State;
    readonly code: CodeStore;
    readonly clock: EmulatorClock;
    /** @default a UUID */
    readonly randomId?: (() => string) | undefined;
  }) {
    this.#functions = options.functions;
    this.#state = options.state;
    this.#code = options.code;
    this.#clock = options.clock;
    this.#randomId = options.randomId ?? (() => crypto.randomUUID());
  }

  /**
   * @param also what is written together with it
   * @throws AwsError 409 ResourceConflictException
   */
  create(name: string, parts: Required<Change>, also: () => void = () => {}): FunctionVersion {
    const created = this.#state.transaction(() => {
      if (this.#functions.versions.exists(name, 0)) {
        throw resourceConflict(`Function already exist: ${name}`);
      }
      const latest = { ...parts, ...this.#stamp(), functionName: name, version: 0 };
      this.#functions.versions.put(latest);
      also();
      return latest;
    });
    this.#functions.announce(name, 'latest');
    return created;
  }

  /**
   * Changes `$LATEST`.
   *
   * @throws AwsError 404 ResourceNotFoundException, 412 PreconditionFailedException
   */
  change(
    name: string,
    revisionId: string | undefined,
    changeOf: (latest: FunctionVersion) => Change,
  ): FunctionVersion {
    const { before, after } = this.#state.transaction(() => {
      const latest = this.#latest(name, revisionId);
      const changed = { ...latest, ...changeOf(latest), ...this.#stamp() };
      this.#functions.versions.put(changed);
      return { before: latest, after: changed };
    });
    this.#release(before.code);
    this.#functions.announce(name, 'latest');
    return after;
  }

  /**
   * Makes a version of what `$LATEST` is now; where nothing has changed since the newest version, that one is the answer.
   *
   * @throws AwsError 404 ResourceNotFoundException, 412 PreconditionFailedException
   */
  publish(name: string, publication: Publication = {}): FunctionVersion {
    return this.#state.transaction(() => {
      const latest = this.#latest(name, publication.revisionId);
      const { description = latest.settings.Description, code = latest.code } = publication;
      const newest = this.#functions.versions.newest(name);
      if (newest !== undefined && sameContent(newest, { ...latest, code })) return newest;
      const published = {
        ...latest,
        ...this.#stamp(),
        code,
        version: this.#functions.versions.nextNumber(name),
        settings: { ...latest.settings, Description: description },
      };
      this.#functions.versions.put(published);
      return published;
    });
  }

  /** @throws AwsError 409 ResourceConflictException where an alias leads to it */
  deleteVersion(name: string, number: number): void {
    const gone = this.#state.transaction(() => {
      const leadsToIt = ({ version, weights }: FunctionAlias): boolean =>
        version === number || Object.hasOwn(weights, String(number));
      if (this.#functions.aliases.ofFunction(name).some(leadsToIt)) {
        throw resourceConflict(`Version ${number} is currently referenced by an alias`);
      }
      const version = this.#functions.versions.get(name, number);
      this.#functions.versions.delete(name, number);
      deleteQualifierRows(this.#state, name, String(number));
      return version;
    });
    if (gone !== undefined) this.#release(gone.code);
    this.#functions.announce(name, 'version');
  }

  /** With its versions and aliases, and all that other parts keep of it. */
  delete(name: string): void {
    const codes = this.#state.transaction(() => {
      const versions = this.#functions.versions.ofFunctionAfter({ functionName: name, version: -1 }, -1);
      deleteFunctionRows(this.#state, name);
      return versions.map(({ code }) => code);
    });
    for (const code of codes) this.#release(code);
    this.#functions.announce(name, 'deleted');
  }

  /** Makes an alias, or gives it another content and revision. */
  putAlias(alias: Omit<FunctionAlias, 'revisionId'>): FunctionAlias {
    const kept = { ...alias, revisionId: this.#randomId() };
    this.#functions.aliases.put(kept);
    this.#functions.announce(alias.functionName, 'version');
    return kept;
  }

  /** With what belongs to it: a later alias of this name does not let in whom this one did. */
  deleteAlias(functionName: string, name: string): void {
    this.#state.transaction(() => {
      this.#functions.aliases.delete(functionName, name);
      deleteQualifierRows(this.#state, functionName, name);
    });
    this.#functions.announce(functionName, 'version');
  }

  /** The permissions of a version or an alias have changed: who read it before has an old revision. */
  touch(functionName: string, qualifier: string | undefined): void {
    const alias = this.#functions.aliases.get(functionName, qualifier ?? '');
    if (alias !== undefined) {
      this.putAlias(alias);
      return;
    }
    const { version } = this.#functions.find({ name: functionName, qualifier });
    this.#functions.versions.setRevision(functionName, version, this.#randomId());
  }

  /** @throws AwsError 412 PreconditionFailedException where a caller has seen another state of it */
  checkRevision(version: FunctionVersion, revisionId: string | undefined): void {
    if (revisionId !== undefined && revisionId !== version.revisionId) {
      throw revisionMismatch('GetFunction/GetAlias');
    }
  }

  #latest(name: string, revisionId: string | undefined): FunctionVersion {
    const latest = this.#functions.find({ name, qualifier: undefined });
    this.checkRevision(latest, revisionId);
    return latest;
  }

  #release({ package: code, layers }: FunctionCode): void {
    if (code.kind === 'zip') this.#code.release(code.sha256);
    for (const layer of layers) this.#code.release(layer);
  }

  #stamp(): { readonly revisionId: string; readonly lastModified: number } {
    return { revisionId: this.#randomId(), lastModified: this.#clock.now() };
  }
}

/** A description is no reason for another version. */
function sameContent(one: FunctionVersion, other: FunctionVersion): boolean {
  const content = ({ code, settings }: FunctionVersion): unknown => ({ code, ...settings, Description: '' });
  return isDeepStrictEqual(content(one), content(other));
}
