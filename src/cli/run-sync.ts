import { setTimeout as pause } from 'node:timers/promises';
import type { TargetFlags } from './aws-target.ts';
import type { Surroundings } from './platform/platform-output.ts';
import { withLambda } from './platform/with-lambda.ts';
import { sessionName } from './session-name.ts';
import { auditFile } from './sync/audit-file.ts';
import { AuditTrail } from './sync/audit-trail.ts';
import { DeployedStateReader } from './sync/deployed-state.ts';
import { openStore } from './sync/open-store.ts';
import { syncLoop } from './sync/sync-loop.ts';
import { SyncReport } from './sync/sync-report.ts';
import { syncRound } from './sync/sync-round.ts';
import { openTriggerTables } from './sync/trigger-tables.ts';

export type SyncFlags = TargetFlags & {
  /** Milliseconds. */
  readonly every: number;
  readonly once?: boolean;
  readonly dryRun?: boolean;
  /** `false`: handlers without a package stay. */
  readonly prune?: boolean;
  readonly allowEmpty?: boolean;
  readonly name?: string;
  readonly role?: string;
  /** Directory of the audit trails. */
  readonly audit?: string;
  /** Of an S3 that is not AWS's. */
  readonly storeEndpoint?: string;
  readonly json?: boolean;
};

type SyncSurroundings = Surroundings & {
  /** Between two reads of what is to be changed. */
  readonly settleMs?: number;
};

/** So long a package has to stay as it is before it is deployed. */
const SETTLE_MS = 500;

/** `llx sync SOURCE`: until it is interrupted, or once. Gives the exit code; rejects with LlxError. */
export async function runSync(
  source: string,
  flags: SyncFlags,
  { stdout, stderr, env, settleMs = SETTLE_MS }: SyncSurroundings = process,
): Promise<number> {
  return await withLambda(flags, env, async (lambda, { signal }) => {
    const store = await openStore(source, flags, env);
    const tables = openTriggerTables(lambda, store.name, signal);
    const report = new SyncReport(stdout, flags.json === true);
    const state = new DeployedStateReader(lambda, store.name, tables, flags.role);
    const audit = new AuditTrail(auditFile(store.name, flags.audit));
    let told: string | undefined;
    const round = async (): Promise<void> => {
      report.beginRound();
      await syncRound({
        lambda,
        tables,
        store,
        state,
        audit,
        sourceName: store.name,
        role: flags.role,
        prune: flags.prune !== false,
        allowEmpty: flags.allowEmpty === true,
        dryRun: flags.dryRun === true,
        by: sessionName(),
        settle: (abort) => pause(settleMs, undefined, { signal: abort }),
        now: () => new Date(),
        signal,
        onEvent: (event) => report.event(event),
      });
      report.endRound();
      const { endpoint } = tables;
      if (endpoint !== undefined && endpoint !== told) {
        report.say({ type: 'http', ...{ url: endpoint } }, `HTTP routes are at ${endpoint}`);
      }
      told = endpoint;
    };
    try {
      const target = lambda.target.describe();
      if (flags.json === true) report.say({ type: 'ready', ...{ source: store.name, target } }, '');
      else stderr.write(`Keeping ${target} equal to ${source} (${store.name})\n`);
      if (flags.once === true || flags.dryRun === true) {
        await round();
        return report.problems === 0 ? 0 : 1;
      }
      await syncLoop({
        round,
        everyMs: flags.every,
        signal,
        onLost: ({ code, message }) =>
          report.say({ type: 'lost', ...{ code, message } }, `${message} What is deployed goes on.`),
        onBack: () => report.say({ type: 'back' }, `${source} can be read again`),
      });
      // Ctrl-C is how it is meant to end.
      return 0;
    } finally {
      tables.close();
      await store.close();
    }
  });
}
