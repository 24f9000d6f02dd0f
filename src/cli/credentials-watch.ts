import type { SessionStore } from '../session/store.ts';
import type { CredentialProvider } from '../signature/credentials.ts';

/** Providers give fresh credentials five minutes before the end: what is older than that could not be renewed. */
const LOOK_MS = 60_000;

/** Tells the store when the developer's credentials end, again and again. Ends with `close`. */
export function watchCredentials(
  credentials: CredentialProvider,
  store: Pick<SessionStore, 'dispatch'>,
): { close(): Promise<void> } {
  const look = () => {
    credentials().then(
      ({ expiration }) => store.dispatch({ type: 'credentials', expireAt: expiration?.getTime() }),
      // They could not be renewed: when they end is known from the last time, and whoever needs them says why.
      () => undefined,
    );
  };
  look();
  const timer = setInterval(look, LOOK_MS);
  timer.unref();
  return {
    async close() {
      clearInterval(timer);
    },
  };
}
