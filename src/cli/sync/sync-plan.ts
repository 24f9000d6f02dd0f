import { isDeepStrictEqual } from 'node:util';
import { functionNameOf, type HandlerPackage } from './handler-package.ts';
import type { Triggers } from './package-metadata.ts';

/** What the plan looks at of a package. */
export type WantedHandler = Pick<
  HandlerPackage,
  'control' | 'functionName' | 'place' | 'version' | 'digest' | 'triggers'
>;

/** A function that an earlier round of the same source deployed. */
export type DeployedHandler = {
  readonly control: string;
  readonly functionName: string;
  readonly version: string;
  readonly digest: string;
  /** Whether requests go to what was deployed: nobody has moved the alias since. */
  readonly isLive: boolean;
  /** Of the live version, where one is asked for. */
  readonly role?: string | undefined;
  readonly triggers: Triggers;
};

/** A package that cannot be read, or is none. */
export type UnreadablePackage = {
  readonly place: string;
  /** Where so much could be read. */
  readonly control?: string;
  readonly reasons: readonly string[];
};

export type SyncAction<Wanted extends WantedHandler = WantedHandler> =
  | { readonly type: 'deploy'; readonly wanted: Wanted; readonly was: DeployedHandler | undefined }
  | { readonly type: 'remove'; readonly was: DeployedHandler };

/** A package that is not deployed; what ran of its control path goes on. */
export type Refusal = {
  readonly place: string;
  readonly control: string | undefined;
  readonly reasons: readonly string[];
};

export type SyncPlan<Wanted extends WantedHandler = WantedHandler> = {
  readonly actions: readonly SyncAction<Wanted>[];
  readonly refusals: readonly Refusal[];
  /** Handlers that would be removed, were it known what the unreadable packages are, or their followers not refused. */
  readonly kept: readonly DeployedHandler[];
};

export type Facts<Wanted extends WantedHandler = WantedHandler> = {
  readonly packages: readonly Wanted[];
  readonly unreadable: readonly UnreadablePackage[];
  readonly deployed: readonly DeployedHandler[];
  /** Functions of that name which are not of this source. */
  readonly foreign: ReadonlySet<string>;
  /** Whether handlers without a package are removed. */
  readonly prune: boolean;
  /** Of all functions; undefined: whatever they have. */
  readonly role?: string | undefined;
};

/**
 * What makes the deployed functions equal to the store. Two packages that claim the same are both refused, and so is one that
 * claims what a handler goes on serving whose own package is refused.
 */
export function syncPlan<Wanted extends WantedHandler>(facts: Facts<Wanted>): SyncPlan<Wanted> {
  const { packages, unreadable, deployed, prune, role } = facts;
  const refused = refusedPackages(facts);
  const running = new Map(deployed.map((handler) => [handler.functionName, handler]));
  const accepted = packages
    .filter((wanted) => !refused.has(wanted))
    .sort((one, other) => (one.control < other.control ? -1 : 1));
  const deploys = accepted.flatMap((wanted): SyncAction<Wanted>[] => {
    const was = running.get(wanted.functionName);
    return was !== undefined && isDeployed(wanted, was, role) ? [] : [{ type: 'deploy', wanted, was }];
  });
  const kept = keptGone(facts, refused.keys());
  return {
    actions: [
      ...deploys,
      ...withoutPackage(facts)
        .filter((was) => prune && !kept.includes(was))
        .map((was): SyncAction<Wanted> => ({ type: 'remove', was })),
    ],
    refusals: [
      ...unreadable.map(({ place, control, reasons }) => ({ place, control, reasons })),
      ...[...refused].map(([{ place, control }, reasons]) => ({ place, control, reasons })),
    ],
    kept: prune ? kept : [],
  };
}

function withoutPackage({ packages, unreadable, deployed }: Facts): readonly DeployedHandler[] {
  const inStore = namesOf([...packages, ...unreadable]);
  return deployed.filter(({ functionName }) => !inStore.has(functionName));
}

/** Of functions: two control paths of one name are one function. */
function namesOf(packages: readonly { readonly control?: string }[]): ReadonlySet<string> {
  return new Set(packages.flatMap(({ control }) => (control === undefined ? [] : [functionNameOf(control)])));
}

/**
 * Handlers without a package that stay. Each could be that of a package which cannot be read; and what was renamed, as long as
 * nobody else may serve what it serves.
 */
function keptGone(facts: Facts, refused: Iterable<WantedHandler>): readonly DeployedHandler[] {
  const gone = withoutPackage(facts);
  const { prune, unreadable } = facts;
  if (!prune || unreadable.some(({ control }) => control === undefined)) return gone;
  return gone.filter(handedOverBy([...refused]));
}

/** Whether a handler serves what one of these is to serve instead. */
export function handedOverBy(
  followers: readonly Pick<WantedHandler, 'functionName' | 'triggers'>[],
): (handler: Pick<DeployedHandler, 'functionName' | 'triggers'>) => boolean {
  return (handler) => {
    const claims = new Set(claimsOf(handler));
    return followers.some(
      (each) =>
        each.functionName !== handler.functionName && claimsOf(each).some((claim) => claims.has(claim)),
    );
  };
}

function isDeployed(wanted: WantedHandler, was: DeployedHandler, role: string | undefined): boolean {
  return (
    was.isLive &&
    (role === undefined || was.role === role) &&
    was.digest === wanted.digest &&
    was.control === wanted.control &&
    isDeepStrictEqual(was.triggers, wanted.triggers)
  );
}

function refusedPackages<Wanted extends WantedHandler>(
  facts: Facts<Wanted>,
): ReadonlyMap<Wanted, readonly string[]> {
  const { packages, deployed, unreadable, foreign } = facts;
  const refused = new Map<Wanted, string[]>();
  const refuse = (wanted: Wanted, reason: string): void => {
    refused.set(wanted, [...(refused.get(wanted) ?? []), reason]);
  };
  for (const wanted of packages) {
    if (foreign.has(wanted.functionName)) {
      refuse(wanted, `the function ${wanted.functionName} is there and is not of this source`);
    }
    for (const { place, control } of unreadable) {
      if (control === undefined || functionNameOf(control) !== wanted.functionName) continue;
      const claim =
        control === wanted.control ? `control path ${control}` : `function name ${wanted.functionName}`;
      refuse(wanted, `${place} claims the ${claim}, too`);
    }
    for (const other of packages) {
      if (other === wanted) continue;
      // Those of the same control path share their function's name, too: that is said in one sentence.
      const common =
        other.control === wanted.control
          ? [`the control path ${wanted.control}`]
          : claimsOf(other).filter((claim) => claimsOf(wanted).includes(claim));
      for (const claim of common) refuse(wanted, `${other.place} claims ${claim}, too`);
    }
  }
  // A refusal keeps what runs, which may be what another package claims, which is refused then, …
  for (let before = -1; before !== refused.size; ) {
    before = refused.size;
    const held = namesOf([...unreadable, ...refused.keys()]);
    const running = [
      ...deployed.filter(({ functionName }) => held.has(functionName)),
      ...keptGone(facts, refused.keys()),
    ];
    for (const wanted of packages) {
      if (refused.has(wanted)) continue;
      for (const handler of running) {
        if (handler.functionName === wanted.functionName) continue;
        const claims = claimsOf(handler);
        for (const claim of claimsOf(wanted).filter((each) => claims.includes(each))) {
          refuse(wanted, `${handler.control} goes on serving ${claim}`);
        }
      }
    }
  }
  return refused;
}

/** What no two handlers can have. Routes are equal whatever their parameters are called. */
function claimsOf({ functionName, triggers }: Pick<WantedHandler, 'functionName' | 'triggers'>): string[] {
  const { routes, queues, topics } = triggers;
  return [
    `the function name ${functionName}`,
    ...routes.map((route) => `the route ${route.replaceAll(/\{\w+(\+?)\}/g, '{$1}')}`),
    ...queues.map((queue) => `the queue ${queue}`),
    ...topics.map((topic) => `the topic ${topic}`),
  ];
}
