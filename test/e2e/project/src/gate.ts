import { once } from 'node:events';
import { connect } from 'node:net';

/** Says on a socket of the test that it runs, and answers when the test closes that socket. */
export const handler = async (event: { readonly port: number }): Promise<string> => {
  const socket = connect(event.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write('running');
  socket.resume();
  await once(socket, 'end');
  return 'local';
};
