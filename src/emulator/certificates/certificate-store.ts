import { randomBytes } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { makePrivateDirectory } from '../private-directory.ts';
import { isAddress, isUsable, type KeyPair, type KeyPairWish } from './key-pair.ts';

/** By which a client on this machine may call the emulator. */
const LOCAL_NAMES = ['localhost', '*.localhost', '127.0.0.1', '::1'] as const;

export type CertificateFiles = {
  /** Absolute paths of PEM files. */
  readonly certificate: string;
  readonly key: string;
};

export type Certificates = {
  /** Absolute path of the CA's certificate, for clients. */
  readonly caFile: string;
  /** PEM. */
  readonly ca: string;
  readonly server: KeyPair;
  /** What an AWS IoT device SDK connects with by mTLS; made on first use. */
  client(): Promise<CertificateFiles>;
  /** A new one that the CA signs, in memory: a device of its own. */
  issueClient(commonName: string): Promise<KeyPair>;
};

export type CertificateStoreOptions = {
  /** `.llx/certificates`; made when it is not there. */
  readonly directory: string;
  /** The address that the server listens on, when it is not one of this machine's own names. */
  readonly host?: string;
  readonly now?: () => Date;
};

/**
 * The CA and the server's certificate of an emulator: made once, kept over its runs, renewed before they end.
 * Private keys are readable by their owner alone. Two processes that begin together end with the same files.
 */
export async function openCertificates(options: CertificateStoreOptions): Promise<Certificates> {
  const { host, now = () => new Date() } = options;
  const directory = resolve(options.directory);
  makePrivateDirectory(directory);
  const authority = await keep(join(directory, 'ca'), { now: now() }, async () =>
    (await load()).createAuthority(now()),
  );
  const issuer = authority.certificate;
  const names = [...new Set([...LOCAL_NAMES, ...(isNameOfServer(host) ? [host] : [])])];
  const server = await keep(join(directory, 'server'), { issuer, names, now: now() }, async () =>
    (await load()).issueCertificate(
      authority,
      {
        use: 'server',
        commonName: 'localhost',
        names: names.map((value) => ({ type: isAddress(value) ? 'ip' : 'dns', value })),
      },
      now(),
    ),
  );
  const issueClient = async (commonName: string): Promise<KeyPair> =>
    (await load()).issueCertificate(authority, { use: 'client', commonName }, now());
  return {
    caFile: join(directory, 'ca.pem'),
    ca: issuer,
    server,
    issueClient,
    async client() {
      const path = join(directory, 'client');
      await keep(path, { issuer, now: now() }, () => issueClient('llx-device'));
      return { certificate: `${path}.pem`, key: `${path}.key` };
    },
  };
}

/** An address that stands for all of them is no name that a client could use. */
function isNameOfServer(host: string | undefined): host is string {
  return host !== undefined && host !== '0.0.0.0' && host !== '::';
}

/** Loaded only when something is to be signed: it takes longer than everything else at the start. */
function load(): Promise<typeof import('./certificate-authority.ts')> {
  return import('./certificate-authority.ts');
}

/**
 * The pair of `<path>.both.pem`, or a new one. That one file is what counts, so that a key is never beside another
 * key's certificate; `<path>.pem` and `<path>.key` are copies for other programs.
 */
async function keep(path: string, wish: KeyPairWish, make: () => Promise<KeyPair>): Promise<KeyPair> {
  const file = `${path}.both.pem`;
  const found = await readPair(file);
  let pair = found;
  if (pair === undefined || !isUsable(pair, wish)) {
    const made = await make();
    pair = await writePair(file, made, found === undefined);
    // Another process was first, with one that does not fit this process.
    if (!isUsable(pair, wish)) pair = await writePair(file, made, false);
  }
  await copy(`${path}.pem`, pair.certificate);
  await copy(`${path}.key`, pair.key);
  return pair;
}

async function readPair(file: string): Promise<KeyPair | undefined> {
  const text = await readText(file);
  const end = '-----END CERTIFICATE-----\n';
  const border = text?.indexOf(end) ?? -1;
  if (text === undefined || border === -1) return undefined;
  return { certificate: text.slice(0, border + end.length), key: text.slice(border + end.length) };
}

/** `exclusive`: when another process has made it meanwhile, its pair is the one. */
async function writePair(file: string, pair: KeyPair, exclusive: boolean): Promise<KeyPair> {
  const temporary = await writeBeside(file, `${pair.certificate}${pair.key}`);
  try {
    if (exclusive) await link(temporary, file);
    else await rename(temporary, file);
    return pair;
  } catch (error) {
    const winner = isExisting(error) ? await readPair(file) : undefined;
    if (winner === undefined) throw error;
    return winner;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function copy(file: string, text: string): Promise<void> {
  if ((await readText(file)) === text) return;
  await rename(await writeBeside(file, text), file);
}

async function writeBeside(file: string, text: string): Promise<string> {
  const temporary = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(temporary, text, { mode: 0o600, flag: 'wx' });
  return temporary;
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT')
      return undefined;
    throw error;
  }
}

function isExisting(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'EEXIST';
}
