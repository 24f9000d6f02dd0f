import type { EmulatorOptions } from '../emulator/emulator-options.ts';
import { KeyFiles } from '../emulator/identity/key-files.ts';
import { readMasterKey } from '../emulator/identity/master-key.ts';
import { StoredKeys } from '../emulator/identity/stored-keys.ts';
import { type ExposureOptions, isExposed } from '../emulator/server/exposure.ts';
import { LlxError } from '../errors/llx-error.ts';
import type { Configuration } from './configuration.ts';
import { masterKeyFile } from './key-places.ts';
import { stateDirectory } from './state-directory.ts';

/** Of an emulator that others than this machine may reach. */
export type ServerFlags = {
  readonly host: string;
  /** Below it functions have their names: `greet.example.org`. */
  readonly domain?: string;
  readonly trustedProxy?: readonly string[];
  readonly data?: string;
  readonly masterKey?: string;
  readonly devKey?: boolean;
  /** Bytes. */
  readonly maxBody?: number;
  readonly callerConcurrency?: number;
  /** Requests a second. */
  readonly callerRate?: number;
  /** Milliseconds. */
  readonly callerTime?: number;
};

export type ServerSettings = ExposureOptions & Pick<EmulatorOptions, 'storedKeys' | 'mostBodyBytes'>;

/** Who the flags let reach an emulator. */
export function exposureOf({ host, domain, trustedProxy }: ServerFlags): ExposureOptions {
  return {
    host,
    ...(domain === undefined ? {} : { domain }),
    ...(trustedProxy === undefined ? {} : { trustedProxies: trustedProxy }),
  };
}

/** What to do about a server that would send keys' requests and answers in the clear. */
const TLS =
  'Put TLS in front of it, for example: caddy reverse-proxy --from example.org --to 127.0.0.1:4566, beside llx emulator --domain example.org';

/**
 * What the flags say of who may reach an emulator, and with which keys.
 *
 * @throws LlxError LLX_KEYS_NEEDED where others than this machine could, and nobody has a key; LLX_MASTER_KEY.
 */
export function serverSettings(
  configuration: Pick<Configuration, 'root' | 'account' | 'iam'>,
  flags: ServerFlags,
  {
    onNotice,
    env = process.env,
  }: { readonly onNotice: (text: string) => void; readonly env?: NodeJS.ProcessEnv },
): ServerSettings {
  const exposure = exposureOf(flags);
  const files = new KeyFiles(stateDirectory(configuration, flags));
  const masterFile = masterKeyFile(flags.masterKey, env);
  checkKeys(configuration, flags, { exposed: isExposed(exposure), files, masterFile, onNotice });
  const storedKeys = new StoredKeys({
    files,
    readMaster: () => readMasterKey(masterFile),
    account: configuration.account,
    onDamaged: (error) => onNotice(`An access key opens nothing: ${messageOf(error)}`),
  });
  const limits = {
    ...(flags.callerConcurrency === undefined ? {} : { concurrency: flags.callerConcurrency }),
    ...(flags.callerRate === undefined ? {} : { requestsPerSecond: flags.callerRate }),
    ...(flags.callerTime === undefined ? {} : { requestMs: flags.callerTime }),
  };
  return {
    ...exposure,
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
    storedKeys,
    ...(flags.maxBody === undefined ? {} : { mostBodyBytes: flags.maxBody }),
  };
}

function checkKeys(
  { iam }: Pick<Configuration, 'iam'>,
  flags: ServerFlags,
  server: {
    readonly exposed: boolean;
    readonly files: KeyFiles;
    readonly masterFile: string;
    readonly onNotice: (text: string) => void;
  },
): void {
  const { exposed, files, masterFile, onNotice } = server;
  const hasKeys = files.ids().length > 0;
  const hasUsers = Object.keys(iam?.users ?? {}).length > 0;
  if (!exposed) {
    if (flags.devKey !== false || hasKeys || hasUsers) return;
    return onNotice(
      'Nobody can call this emulator: it knows no keys. Configure iam.users, make a key (llx keys create NAME), or leave out --no-dev-key.',
    );
  }
  // What is kept there would open nothing.
  if (hasKeys) readMasterKey(masterFile);
  if (!hasKeys && !hasUsers && flags.devKey !== true) {
    throw new LlxError('LLX_KEYS_NEEDED', {
      message: `Expected somebody to have a key to an emulator that others than this machine can reach (${reachedBy(flags)}), found no keys.`,
      mend: `llx keys create NAME${flags.data === undefined ? '' : ` --data ${flags.data}`}\n${TLS}`,
    });
  }
  if (flags.devKey === true) {
    onNotice(
      `The development key test/test opens this emulator to everybody who reaches it (${reachedBy(flags)}).`,
    );
  }
  if (flags.domain === undefined && flags.trustedProxy === undefined) {
    onNotice(`Requests, answers and what is deployed travel in the clear. ${TLS}`);
  }
}

function reachedBy({ host, domain, trustedProxy }: ServerFlags): string {
  if (domain !== undefined) return `--domain ${domain}`;
  return trustedProxy === undefined ? `--host ${host}` : `--trusted-proxy ${trustedProxy.join(' ')}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
