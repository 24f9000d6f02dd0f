import type { Session } from '../session/session.ts';
import type { SessionStore } from '../session/store.ts';
import type { TuiActions } from '../tui/tui-actions.ts';
import type { DeveloperTools } from './tui/developer-tools.ts';

/** What the actions work on, once the session is there. */
export type ActionParts = {
  readonly session: Session;
  readonly tools: DeveloperTools;
};

export type TuiActionsOptions = {
  readonly store: SessionStore;
  /** Undefined until there is a session. */
  readonly parts: () => ActionParts | undefined;
  /** Resolves once there is one. */
  readonly serving: Promise<ActionParts>;
};

/** The screens' actions. There is a screen before there is a session: until then what a key asks for says so. */
export function createTuiActions({ store, parts, serving }: TuiActionsOptions): TuiActions {
  /** Between the connection, which the screen shows, and its last lane there is a moment: a key pressed then waits for it. */
  async function here(): Promise<ActionParts> {
    const known = parts();
    if (known !== undefined) return known;
    if (store.getState().connection.status !== 'connected') throw new Error('Not connected yet.');
    return await serving;
  }
  return {
    toggle: async (functionName, on, options) =>
      await (await here()).session.serve(functionName, on, options),
    pin: (id, on) => store.dispatch({ type: 'pinned', id, on }),
    replay: async (request) => await (await here()).tools.replay(request),
    // Read when their screen is opened for the first time: it waits.
    fixtures: async () => await (await serving).tools.fixtures(),
    sendFixture: async (name, functionName) => await (await here()).tools.sendFixture(name, functionName),
    saveFixture: async (record, options) => await (await here()).tools.saveFixture(record, options),
    edit: async (text, extension) => await (await here()).tools.edit(text, extension),
    openSource: async (functionName, location) =>
      await (await here()).tools.openSource(functionName, location),
    readSource: async (location) => await (await here()).tools.readSource(location),
    copy: async (text) => await (await here()).tools.copy(text),
  };
}
