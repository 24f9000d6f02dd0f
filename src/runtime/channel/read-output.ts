import type { ChannelListener } from './channel.ts';
import type { PipeEnds } from './pipe-channel.ts';

/** Feeds a parser with what the child writes; what it cannot read is told once, and the rest is not looked at. */
export function readOutput(
  ends: Pick<PipeEnds, 'output'>,
  parser: { push(chunk: Buffer): void },
  listener: Pick<ChannelListener, 'onBroken'>,
): void {
  let broken = false;
  ends.output.on('data', (chunk: Buffer) => {
    if (broken) return;
    try {
      parser.push(chunk);
    } catch (error) {
      broken = true;
      listener.onBroken(error instanceof Error ? error : new Error(String(error)));
    }
  });
}
