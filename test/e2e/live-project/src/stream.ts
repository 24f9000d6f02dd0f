import { once } from 'node:events';

export const handler = awslambda.streamifyResponse(
  async (event: { readonly words: readonly string[]; readonly times?: number }, stream) => {
    for (let time = 0; time < (event.times ?? 1); time += 1) {
      for (const word of event.words) {
        if (!stream.write(word)) await once(stream, 'drain');
      }
    }
    stream.end();
  },
);
