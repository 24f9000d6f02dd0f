import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { TestCertificates } from './certificates.test-support.ts';
import { freePort } from './frail-network.test-support.ts';

/** Whether the broker of https://mosquitto.org is installed: a second opinion on what MQTT is. */
export const hasMosquitto = spawnSync('mosquitto', ['-h']).error === undefined;

export type MosquittoOptions = {
  /** TLS with this certificate of the server. */
  readonly tls?: TestCertificates;
  /** Lets in nobody else. */
  readonly login?: { readonly username: string; readonly password: string };
  /** Lets in who has a certificate of this authority, in PEM. */
  readonly clientAuthority?: string;
  /** MQTT over WebSockets. */
  readonly webSockets?: boolean;
};

export async function startMosquitto(
  options: MosquittoOptions = {},
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'llx-mosquitto-'));
  const port = await freePort();
  const configuration = join(directory, 'mosquitto.conf');
  const settings = [
    `listener ${port} 127.0.0.1`,
    'persistence false',
    // Started by root it would become another user, who may not read the files below.
    `user ${userInfo().username}`,
    'set_tcp_nodelay true',
    ...(await settingsOf(options, directory)),
  ];
  await writeFile(configuration, `${settings.join('\n')}\n`);
  // Node.js raises the limit of open files for itself and its children; libwebsockets makes a table of that size, and
  // gives up when it is a million.
  const command = 'ulimit -n 1024 && exec mosquitto -c "$0"';
  const broker = spawn('sh', ['-c', command, configuration], { stdio: 'ignore' });
  const exited = once(broker, 'exit');
  while (!(await answers(port))) {
    if (broker.exitCode !== null) throw new Error(`mosquitto ended with exit code ${broker.exitCode}`);
    await pause(20);
  }
  return {
    port,
    async close() {
      broker.kill();
      await exited;
      await rm(directory, { recursive: true });
    },
  };
}

async function settingsOf(
  { tls, login, clientAuthority, webSockets = false }: MosquittoOptions,
  directory: string,
): Promise<readonly string[]> {
  const file = async (name: string, text: string): Promise<string> => {
    const path = join(directory, name);
    await writeFile(path, text);
    return path;
  };
  const settings = [`allow_anonymous ${login === undefined}`];
  if (webSockets) settings.push('protocol websockets');
  if (tls !== undefined) {
    settings.push(`certfile ${await file('server.crt', tls.cert)}`);
    settings.push(`keyfile ${await file('server.key', tls.key)}`);
  }
  if (clientAuthority !== undefined) {
    settings.push(`cafile ${await file('clients.crt', clientAuthority)}`, 'require_certificate true');
  }
  if (login !== undefined) {
    const passwords = await file('passwords', '');
    execFileSync('mosquitto_passwd', ['-b', passwords, login.username, login.password], { stdio: 'ignore' });
    settings.push(`password_file ${passwords}`);
  }
  // Mosquitto 2.0 does not start without a listener of plain MQTT.
  if (webSockets) settings.push(`listener ${await freePort()} 127.0.0.1`);
  return settings;
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    // Not yet: the caller asks again.
    return false;
  } finally {
    socket.destroy();
  }
}
