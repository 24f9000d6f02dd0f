import type { AliasTarget, DeployedFunction, UrlAccess } from './deployed-function.ts';

/** What a deployment asks for; what is left out stays as it is, or is Lambda's default. */
export type WantedFunction = {
  readonly codeSha256: string;
  readonly runtime: string;
  readonly handler: string;
  readonly memory?: number;
  readonly timeout?: number;
  /** Variables to set: those that are not named stay. */
  readonly environment: Readonly<Record<string, string>>;
  readonly removedVariables: readonly string[];
  readonly role?: string;
  readonly url?: UrlAccess;
  /** Used where there is no URL yet; undefined: none is made. */
  readonly firstUrl: UrlAccess | undefined;
};

export type ChangedSettings = {
  readonly runtime?: string;
  readonly handler?: string;
  readonly memory?: number;
  readonly timeout?: number;
  /** All of them. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly role?: string;
};

/** What has to be done so that a function is as wanted. Its version and its alias follow from that. */
export type DeployChanges = {
  readonly create: boolean;
  readonly code: boolean;
  /** Undefined: nothing changes. */
  readonly settings: ChangedSettings | undefined;
  readonly url: { readonly access: UrlAccess; readonly was: UrlAccess | undefined } | undefined;
};

export function deployChanges(deployed: DeployedFunction | undefined, wanted: WantedFunction): DeployChanges {
  return {
    create: deployed === undefined,
    code: deployed?.codeSha256 !== wanted.codeSha256,
    settings: changedSettings(deployed, wanted),
    url: changedUrl(deployed, wanted),
  };
}

function changedSettings(
  deployed: DeployedFunction | undefined,
  { environment: set, removedVariables, ...wanted }: WantedFunction,
): ChangedSettings | undefined {
  const { runtime, handler, memory, timeout, role } = wanted;
  const before = deployed?.environment ?? {};
  const environment = Object.fromEntries(
    Object.entries({ ...before, ...set }).filter(([name]) => !removedVariables.includes(name)),
  );
  const named = { runtime, handler, memory, timeout, role };
  const changed = Object.fromEntries(
    Object.entries(named).filter(
      ([name, value]) => value !== undefined && value !== deployed?.[name as keyof typeof named],
    ),
  );
  const settings: ChangedSettings = sameEntries(before, environment) ? changed : { ...changed, environment };
  return Object.keys(settings).length === 0 ? undefined : settings;
}

function sameEntries(
  one: Readonly<Record<string, string>>,
  other: Readonly<Record<string, string>>,
): boolean {
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && one[name] === other[name])
  );
}

function changedUrl(
  deployed: DeployedFunction | undefined,
  { url, firstUrl }: WantedFunction,
): DeployChanges['url'] {
  const was = deployed?.url?.access;
  const access = url ?? (was === undefined ? firstUrl : was);
  return access === undefined || access === was ? undefined : { access, was };
}

/**
 * Where the alias leads once `version` is published.
 *
 * @param share of the requests, 0..1, that the version gets beside the one that was there; undefined: all
 */
export function nextAlias(
  alias: AliasTarget | undefined,
  version: string,
  share: number | undefined,
): AliasTarget {
  if (share === undefined || alias === undefined || alias.version === version)
    return { version, weights: {} };
  return { version: alias.version, weights: { [version]: share } };
}

export function sameAlias(one: AliasTarget | undefined, other: AliasTarget): boolean {
  const shares = (alias: AliasTarget) => JSON.stringify(Object.entries(alias.weights).sort());
  return one !== undefined && one.version === other.version && shares(one) === shares(other);
}
