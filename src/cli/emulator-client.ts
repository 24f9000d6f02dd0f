import { httpRequest } from '../emulator/http/http-request.ts';
import { isLoopback } from '../emulator/http/loopback-guard.ts';
import { type EmulatorState, STATE_PATH } from '../emulator/http/state-route.ts';
import { LlxError } from '../errors/llx-error.ts';

const TIMEOUT_MS = 5_000;

/** What an emulator in another process says of itself. Rejects with LLX_UNREACHABLE, or with why the signal was aborted. */
export async function readEmulatorState(endpoint: string, signal?: AbortSignal): Promise<EmulatorState> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const { status, body } = await httpRequest(`${endpoint}${STATE_PATH}`, {
      signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
    });
    const state = status === 200 ? parseState(JSON.parse(body)) : undefined;
    if (state !== undefined) return state;
    throw new Error(`something else than llx answered with status ${status}`);
  } catch (error) {
    if (signal?.aborted === true) throw signal.reason;
    const cause = timeout.aborted ? new Error(`no answer within ${TIMEOUT_MS / 1_000} s`) : error;
    // Not `llx dev --offline`, which holds the lanes itself.
    throw unreachable(endpoint, cause, 'llx emulator');
  }
}

/**
 * Sessions go to the addresses that an emulator says. Those of a server that listens on its own loopback, behind a proxy,
 * lead another machine to itself.
 *
 * @throws LlxError LLX_UNREACHABLE
 */
export function checkSessionReaches(asked: string, state: EmulatorState): void {
  if (isLoopback(hostname(asked))) return;
  const addresses = [state.endpoint, state.wss ?? state.mqtt];
  if (!addresses.some((address) => isLoopback(hostname(address)))) return;
  const forwarded = addresses.map((address) => {
    const { port } = new URL(address);
    return `-L ${port}:127.0.0.1:${port}`;
  });
  throw new LlxError('LLX_UNREACHABLE', {
    message: `Expected an emulator that sessions of other machines reach; ${asked} listens for them on its own loopback (${addresses.join(', ')}).`,
    mend: `Forward its ports: ssh -N ${forwarded.join(' ')} ${hostname(asked)}\nThen: --endpoint ${state.endpoint}`,
  });
}

function hostname(address: string): string {
  return new URL(address).hostname;
}

export function unreachable(endpoint: string, cause: unknown, start = 'llx dev --offline'): LlxError {
  return new LlxError('LLX_UNREACHABLE', {
    message: `Expected an llx emulator at ${endpoint}, but it cannot be reached.`,
    mend: `Start one in the project’s folder: ${start}\nOr say where it is: --endpoint http://127.0.0.1:PORT`,
    cause,
  });
}

function parseState(value: unknown): EmulatorState | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { endpoint, mqtt, account, region, access, functions, wss, mtls, ca, domain } = value as Record<
    string,
    unknown
  >;
  if (typeof endpoint !== 'string' || typeof mqtt !== 'string' || !Array.isArray(functions)) return undefined;
  if (typeof account !== 'string' || typeof region !== 'string') return undefined;
  if (access !== 'open' && access !== 'closed') return undefined;
  const named = functions.filter(isFunction);
  if (named.length !== functions.length) return undefined;
  return {
    endpoint,
    mqtt,
    account,
    region,
    access,
    functions: named,
    ...(typeof wss === 'string' ? { wss } : {}),
    ...(typeof mtls === 'string' ? { mtls } : {}),
    ...(typeof ca === 'string' ? { ca } : {}),
    ...(typeof domain === 'string' ? { domain } : {}),
  };
}

function isFunction(value: unknown): value is EmulatorState['functions'][number] {
  if (typeof value !== 'object' || value === null) return false;
  const { name, arn } = value as Record<string, unknown>;
  return typeof name === 'string' && typeof arn === 'string';
}
