import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { answerOf, type Where, type WorkContext, type WorkEvent, WorkRefused, writeDown } from './work.ts';

const PIECES = 20;

/** As `work`, in pieces, over all the time that it takes. One that refuses has streamed half of its answer by then. */
export function streamWork(where: Where) {
  return awslambda.streamifyResponse(async (event: WorkEvent, stream, context: WorkContext) => {
    const { n, ms, refuse } = event;
    writeDown('start', where, event, context);
    const text = JSON.stringify(answerOf(where, event, context));
    const length = Math.ceil(text.length / PIECES);
    for (let piece = 0; piece < (refuse ? PIECES / 2 : PIECES); piece++) {
      if (!stream.write(text.slice(piece * length, (piece + 1) * length))) await once(stream, 'drain');
      if (ms > 0) await wait(ms / PIECES);
    }
    writeDown('end', where, event, context);
    if (refuse) throw new WorkRefused(`work ${n}`);
    stream.end();
  });
}
