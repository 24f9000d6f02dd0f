const work = { handler: 'src/work.handler', deployed: 'deployed/work.handler', timeout: 12, memory: 512 };

export default {
  functions: { orders: work, invoices: work, reports: work },
};
