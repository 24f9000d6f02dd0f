import type { Channel, ChannelListener } from './channel.ts';
import { HttpChannel } from './http-channel.ts';
import { PipeChannel, type PipeEnds } from './pipe-channel.ts';

export type CreateChannel = (pipes: PipeEnds, listener: ChannelListener) => Channel;

/** `LLX_CHANNEL=http` takes the way of every other language, to compare; anything else takes the faster one. */
export function channelFor(environment: NodeJS.ProcessEnv): CreateChannel {
  return environment.LLX_CHANNEL === 'http'
    ? (pipes, listener) => new HttpChannel(pipes, listener)
    : (pipes, listener) => new PipeChannel(pipes, listener);
}
