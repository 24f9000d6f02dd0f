import type { Runtime } from '../../runtime/invocation.ts';
import type { SessionStore } from '../../session/store.ts';
import type { TuiActions } from '../../tui/tui-actions.ts';
import type { Configuration } from '../configuration.ts';
import type { DevAws } from '../dev-aws.ts';

/** What the screens may do with the developer's machine and code. */
export type DeveloperTools = Omit<TuiActions, 'toggle' | 'pin'>;

export type DeveloperToolsParts = {
  readonly aws: DevAws;
  readonly configuration: Configuration;
  readonly runtime: Runtime;
  readonly store: SessionStore;
  /** Aborted when llx ends: what still runs is stopped. */
  readonly signal: AbortSignal;
};

export function createDeveloperTools(_parts: DeveloperToolsParts): DeveloperTools {
  const missing = async (): Promise<never> => {
    throw new Error('Not available yet.');
  };
  return {
    replay: missing,
    fixtures: missing,
    sendFixture: missing,
    saveFixture: missing,
    edit: missing,
    openSource: missing,
    readSource: missing,
    copy: missing,
  };
}
