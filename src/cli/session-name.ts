import { hostname, userInfo } from 'node:os';
import { isHolderName } from '../protocol/presence.ts';

/** What a presence takes. */
const CHARACTERS = 64;

/**
 * `user@host`, for whoever finds a lane held. Undefined where the system has no such names, as in a container that runs
 * under any number.
 */
export function sessionName(
  user: () => string = () => userInfo().username,
  host: () => string = hostname,
): string | undefined {
  try {
    // By characters, none of them in halves.
    const name = [...`${user()}@${host()}`].slice(0, CHARACTERS).join('');
    return isHolderName(name) ? name : undefined;
  } catch {
    // `userInfo` throws for a user whom no passwd knows. A name is a courtesy: the session's id is told all the same.
    return undefined;
  }
}
