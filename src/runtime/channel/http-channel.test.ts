import { describeChannel } from './channel.contract.ts';
import { HttpChannel } from './http-channel.ts';

describeChannel('the Runtime API', (pipes, listener) => new HttpChannel(pipes, listener));
