import { isLlxError } from '../../errors/llx-error.ts';
import { type Deploying, deployHandler, releaseTriggers, removeHandler } from './apply-action.ts';
import type { AuditEntry, AuditTrail } from './audit-trail.ts';
import type { DeployedState, RunningHandler } from './deployed-state.ts';
import type { HandlerPackage } from './handler-package.ts';
import { readPackages } from './read-packages.ts';
import type { Store } from './store.ts';
import { storeUnreadable } from './store-unreadable.ts';
import { handedOverBy, type SyncAction, type SyncPlan, syncPlan } from './sync-plan.ts';

/** What a round tells. */
export type RoundEvent =
  | {
      readonly type: 'deployed' | 'removed';
      readonly control: string;
      readonly function: string;
      /** Of the package. */
      readonly version: string;
      readonly previousVersion?: string;
      /** Lambda's; absent of what would be done. */
      readonly functionVersion?: string;
      readonly dryRun?: true;
    }
  | {
      readonly type: 'refused';
      readonly place: string;
      readonly control?: string;
      readonly reasons: readonly string[];
    }
  | { readonly type: 'failed'; readonly control: string; readonly reasons: readonly string[] }
  /** It changes at this moment: the next round looks again. */
  | { readonly type: 'waiting'; readonly control: string }
  /** It is not removed while a package is not deployed that may be its own, or take over what it serves. */
  | { readonly type: 'kept'; readonly control: string };

export type RoundOptions = Deploying & {
  readonly store: Store;
  readonly state: { read(): Promise<DeployedState> };
  readonly audit: AuditTrail;
  readonly prune: boolean;
  /** An empty store means that nothing is wanted, instead of that it has gone. */
  readonly allowEmpty: boolean;
  readonly dryRun: boolean;
  readonly by: string | undefined;
  /** Between two reads of what is to be changed. Rejects when the signal is aborted. */
  readonly settle: (signal: AbortSignal) => Promise<void>;
  readonly now: () => Date;
  readonly signal: AbortSignal;
  readonly onEvent: (event: RoundEvent) => void;
};

type Action = SyncAction<HandlerPackage>;
type Plan = SyncPlan<HandlerPackage>;

/**
 * Makes the functions equal to the store, once. All is read before anything changes, and what would change is read twice: a
 * package that somebody is writing waits. What fails of one package is told, and leaves the others alone. Rejects with
 * LlxError: LLX_STORE_UNREADABLE, and what the first calls to AWS reject with.
 */
export async function syncRound(options: RoundOptions): Promise<void> {
  const { store, state, signal, onEvent, settle } = options;
  const found = await state.read();
  await recordGone(options, found);
  const first = await readPlan(options, found);
  if (first.plan.actions.length === 0) return await tellRefusals(options, first.plan);
  await settle(signal);
  const second = await readPlan(options, first.deployed);
  const settled = second.plan.actions.filter((action) =>
    first.plan.actions.some((each) => identityOf(each) === identityOf(action)),
  );
  signal.throwIfAborted();
  await tellRefusals(options, second.plan);
  const waiting = [...first.plan.actions, ...second.plan.actions].filter((each) => !settled.includes(each));
  const controls = new Set(waiting.map(controlOf));
  for (const control of settled.map(controlOf)) controls.delete(control);
  for (const control of controls) onEvent({ type: 'waiting', control });
  const running = new Map(first.deployed.handlers.map((each) => [each.functionName, each]));
  await apply(
    options,
    settled,
    running,
    second.plan.actions.filter((each) => waiting.includes(each)).flatMap(wantedOf),
  );

  async function readPlan({ prune, allowEmpty, role }: RoundOptions, deployed: DeployedState) {
    const { packages, unreadable } = await readPackages(await store.refresh(signal));
    const { handlers, foreign } = deployed;
    if (packages.length + unreadable.length === 0 && handlers.length > 0 && prune && !allowEmpty) {
      throw storeUnreadable(
        `Expected packages in ${store.source}, of which ${handlers.length} handlers are deployed, found none. If all of them are to be removed: --allow-empty`,
      );
    }
    return { deployed, plan: syncPlan({ packages, unreadable, deployed: handlers, foreign, prune, role }) };
  }
}

function controlOf(action: Action): string {
  return action.type === 'deploy' ? action.wanted.control : action.was.control;
}

function wantedOf(action: Action): readonly HandlerPackage[] {
  return action.type === 'deploy' ? [action.wanted] : [];
}

function identityOf(action: Action): string {
  return `${action.type} ${controlOf(action)} ${action.type === 'deploy' ? action.wanted.digest : ''}`;
}

async function tellRefusals(options: RoundOptions, { refusals, kept }: Plan): Promise<void> {
  for (const { place, control, reasons } of refusals) {
    const named = control === undefined ? {} : { control };
    options.onEvent({ type: 'refused', place, ...named, reasons });
    await record(options, { event: 'refused', place, ...named, reasons });
  }
  for (const { control } of kept) options.onEvent({ type: 'kept', control });
}

async function apply(
  options: RoundOptions,
  actions: readonly Action[],
  running: ReadonlyMap<string, RunningHandler>,
  waiting: readonly HandlerPackage[],
): Promise<void> {
  const deployed: Action[] = [];
  /** What is to serve, and does not yet: nothing that serves in its place goes before. */
  const pending = [...waiting];
  for (const action of actions) {
    if (action.type === 'remove') continue;
    const was = running.get(action.wanted.functionName);
    pending.push(action.wanted);
    await attempt(options, action, async () => {
      await deployOne(options, action.wanted, was);
      deployed.push(action);
      pending.pop();
    });
  }
  const isNeeded = handedOverBy(pending);
  if (options.dryRun) {
    for (const action of actions) if (action.type === 'remove') tellRemoved(options, action.was);
    return;
  }
  // After all that could take a trigger over.
  for (const action of deployed) {
    const was = action.was === undefined ? undefined : running.get(action.was.functionName);
    if (action.type !== 'deploy' || was === undefined || isNeeded(was)) continue;
    await attempt(options, action, () => releaseTriggers(options, was, action.wanted));
  }
  for (const action of actions) {
    const was = action.type === 'remove' ? running.get(action.was.functionName) : undefined;
    if (was === undefined) continue;
    const { control, functionName, version } = was;
    if (isNeeded(was)) {
      options.onEvent({ type: 'kept', control });
      continue;
    }
    await attempt(options, action, async () => {
      await removeHandler(options, was);
      await record(options, { event: 'removed', control, function: functionName, previousVersion: version });
      tellRemoved(options, was);
    });
  }
}

async function deployOne(
  options: RoundOptions,
  wanted: HandlerPackage,
  was: RunningHandler | undefined,
): Promise<void> {
  const { control, functionName, version, digest, place } = wanted;
  const facts = {
    control,
    function: functionName,
    version,
    // A function that was interrupted at its first deployment has none.
    ...(was === undefined || was.version === '' ? {} : { previousVersion: was.version }),
  };
  if (options.dryRun) return options.onEvent({ type: 'deployed', ...facts, dryRun: true });
  const event = facts.previousVersion === undefined ? 'deployed' : 'replaced';
  const functionVersion = await deployHandler(options, wanted, was, (live) =>
    record(options, { event, ...facts, functionVersion: live, sha256: digest, place }),
  );
  options.onEvent({ type: 'deployed', ...facts, functionVersion });
}

/** Functions that somebody else has deleted, or a round that ended before it could write so. */
async function recordGone(options: RoundOptions, { handlers }: DeployedState): Promise<void> {
  if (options.dryRun) return;
  const names = new Set(handlers.map(({ functionName }) => functionName));
  for (const { control = '', function: name = '', version = '' } of await options.audit.live(
    options.lambda.target.describe(),
  )) {
    if (names.has(name)) continue;
    const reasons = [`the function ${name} is not there any more, or not of this source`];
    await record(options, { event: 'removed', control, function: name, previousVersion: version, reasons });
  }
}

function tellRemoved({ dryRun, onEvent }: RoundOptions, was: Action['was'] & {}): void {
  const { control, functionName, version } = was;
  onEvent({ type: 'removed', control, function: functionName, version, ...(dryRun ? { dryRun } : {}) });
}

/** What one package cannot is told; an interruption, and a trail that cannot be written, end the round. */
async function attempt(options: RoundOptions, action: Action, work: () => Promise<void>): Promise<void> {
  options.signal.throwIfAborted();
  try {
    await work();
  } catch (error) {
    if (!isLlxError(error) || options.signal.aborted || error.code === 'LLX_STATE_UNWRITABLE') throw error;
    const control = controlOf(action);
    const reasons = [error.message];
    await record(options, { event: 'failed', control, reasons });
    options.onEvent({ type: 'failed', control, reasons });
  }
}

async function record(
  { audit, lambda, by, now, dryRun }: RoundOptions,
  entry: Omit<AuditEntry, 'at' | 'target' | 'by'>,
): Promise<void> {
  if (dryRun) return;
  await audit.append({
    at: now().toISOString(),
    ...entry,
    target: lambda.target.describe(),
    ...(by === undefined ? {} : { by }),
  });
}
