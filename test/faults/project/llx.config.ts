const work = { handler: 'src/work.handler', deployed: 'deployed/work.handler', timeout: 12, memory: 512 };

export default {
  functions: {
    orders: work,
    invoices: work,
    reports: work,
    // Served by `dev --offline`, which is only the emulator of the others, in the clear.
    idle: work,
  },
};
