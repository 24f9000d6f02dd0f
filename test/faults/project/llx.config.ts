const limits = { timeout: 12, memory: 512 };
const work = { handler: 'src/work.handler', deployed: 'deployed/work.handler', ...limits };

export default {
  functions: {
    orders: work,
    invoices: work,
    reports: work,
    exports: { handler: 'src/stream.handler', deployed: 'deployed/stream.handler', ...limits },
    // Served by `dev --offline`, which is only the emulator of the others, in the clear.
    idle: work,
  },
};
