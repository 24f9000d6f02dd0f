import { LlxError } from '../errors/llx-error.ts';

/** Why a port could not be opened, with what to do; any other failure as it is. */
export function listenError(
  cause: unknown,
  place: {
    readonly host: string;
    readonly port: number;
    /** `the MQTT broker` */
    readonly service: string;
    /** The flag that chooses the port. */
    readonly flag: string;
  },
): unknown {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  const { host, port, service, flag } = place;
  switch (code) {
    case 'EADDRINUSE':
    case 'EACCES':
      return new LlxError('LLX_PORT_IN_USE', {
        message: `Expected port ${port} on ${host} to be free for ${service}, but ${
          code === 'EADDRINUSE' ? 'another program listens there' : 'this user may not open it'
        }.`,
        mend: `Stop that program, or take a free port: add ${flag} 0`,
        cause,
      });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new LlxError('LLX_USAGE', {
        message: `Expected --host to be an address of this machine, found ${host}.`,
        mend: 'Leave it out for this machine alone, or listen on every address: --host 0.0.0.0',
        cause,
      });
    default:
      return cause;
  }
}
