const stream = awslambda.streamifyResponse;

export const parts = stream(async (event, responseStream) => {
  responseStream.setContentType('text/plain');
  for (const part of event.parts) responseStream.write(part);
  responseStream.end();
});
export const http = stream(async (_event, responseStream) => {
  const http = awslambda.HttpResponseStream.from(responseStream, { statusCode: 201 });
  http.write({ json: true });
  http.end('.');
});
export const bytes = stream(async ({ count, size }, responseStream) => {
  const piece = Buffer.alloc(size, 'a');
  for (let sent = 0; sent < count; sent += 1) {
    if (!responseStream.write(piece)) await new Promise((resolve) => responseStream.once('drain', resolve));
  }
  responseStream.end();
});
export const breaks = stream(async (_event, responseStream) => {
  responseStream.write('half');
  throw new Error('the other half');
});
export const open = stream(async (_event, responseStream) => {
  responseStream.write('never ended');
});
export const empty = stream(async (_event, responseStream) => responseStream.end());
