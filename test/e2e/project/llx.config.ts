export default {
  functions: {
    // What runs locally differs from what is deployed, so that a test can tell which of them answered.
    who: { handler: 'src/who.handler', deployed: 'deployed/who.handler' },
    echo: { handler: 'src/echo.handler', deployed: 'deployed/who.handler', timeout: 30, memory: 1024 },
    throws: { handler: 'src/failures.throws' },
    slow: { handler: 'src/failures.slow', timeout: 1 },
    exits: { handler: 'src/failures.exits' },
    oversize: { handler: 'src/failures.oversize', timeout: 30, memory: 1024 },
    'old-callback': { handler: 'src/callback.handler', runtime: 'nodejs22.x' },
    nested: { handler: 'src/nested.routes.orders.handler' },
    stream: { handler: 'src/stream.handler', timeout: 30 },
    context: { handler: 'src/context.handler', timeout: 5, memory: 256, environment: { STAGE: 'e2e' } },
    gate: { handler: 'src/gate.handler', deployed: 'deployed/who.handler', timeout: 60 },
    ledger: { handler: 'src/ledger.handler', deployed: 'deployed/ledger.handler', timeout: 60 },
    broken: { handler: 'src/broken.handler' },
  },
  iot: {
    rules: {
      ledger: { sql: "SELECT file, n, topic(2) AS room FROM 'rooms/+' WHERE n > 1", function: 'ledger' },
    },
  },
};
