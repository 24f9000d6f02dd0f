/**
 * Loaded before the emulator: what it says of its ports are those of the proxies in front of them. So stubs, sessions
 * and callers meet the faults, and the emulator's own code is what users run.
 *
 * LLX_FAULTS_PORTS is `REAL:PROXY,REAL:PROXY`.
 */
import { Server } from 'node:net';

const advertised = new Map(
  (process.env.LLX_FAULTS_PORTS ?? '')
    .split(',')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [real, proxy] = pair.split(':');
      return [Number(real), Number(proxy)] as const;
    }),
);

const address = Server.prototype.address;
Server.prototype.address = function () {
  const found = address.call(this);
  if (found === null || typeof found === 'string') return found;
  return { ...found, port: advertised.get(found.port) ?? found.port };
};
