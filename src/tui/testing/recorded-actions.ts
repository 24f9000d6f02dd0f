import type { TuiActions } from '../tui-actions.ts';

/** Actions that do nothing but remember what was asked for; those that are given do what they do. */
export function recordedActions(given: Partial<TuiActions> = {}): {
  readonly actions: TuiActions;
  readonly calls: readonly (readonly unknown[])[];
} {
  const calls: unknown[][] = [];
  const told =
    <Value>(name: string, value: Value) =>
    async (...args: readonly unknown[]): Promise<Value> => {
      calls.push([name, ...args]);
      return value;
    };
  const actions: TuiActions = {
    replay: told('replay', undefined),
    toggle: told('toggle', undefined),
    pin: (...args) => void calls.push(['pin', ...args]),
    fixtures: told('fixtures', []),
    sendFixture: told('sendFixture', undefined),
    saveFixture: told('saveFixture', { name: 'saved', file: 'fixtures/saved.json' }),
    edit: told('edit', undefined),
    openSource: told('openSource', undefined),
    readSource: told('readSource', undefined),
    copy: told('copy', undefined),
    ...given,
  };
  return { actions, calls };
}
