/** Loaded before a process: SIGIO makes it say on stderr what keeps it from ending. */
process.on('SIGIO', () => {
  process.stderr.write(`active: ${process.getActiveResourcesInfo().join(' ')}\n`);
});
