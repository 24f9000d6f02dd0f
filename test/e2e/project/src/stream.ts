export const handler = awslambda.streamifyResponse(
  async (event: { readonly words: readonly string[] }, stream) => {
    for (const word of event.words) stream.write(word);
    stream.end();
  },
);
