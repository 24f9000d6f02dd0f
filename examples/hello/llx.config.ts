import { defineConfig } from 'llx';

export default defineConfig({
  functions: {
    hello: { handler: 'src/hello.handler', environment: { GREETING: 'Hello' } },
    orders: { handler: 'src/orders.handler', timeout: 30 },
    stream: { handler: 'src/stream.handler', timeout: 10 },
    cleanup: { handler: 'src/cleanup.handler', timeout: 60, environment: { RETENTION_DAYS: '7' } },
  },
});
