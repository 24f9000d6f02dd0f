// Preloaded into llx: a defect that comes when the test wants it to, wherever llx is by then.
process.on('SIGUSR2', () => {
  throw new Error('a defect');
});
