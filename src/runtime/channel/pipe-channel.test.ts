import { describeChannel } from './channel.contract.ts';
import { PipeChannel } from './pipe-channel.ts';

describeChannel('the pipe', (pipes, listener) => new PipeChannel(pipes, listener));
