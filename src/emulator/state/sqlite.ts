type Sqlite = typeof import('node:sqlite');

/**
 * `node:sqlite`, without the ExperimentalWarning that Node.js prints when it is first loaded; others are printed as
 * always. Not by `import`: that would load it, and warn, at the start of every command.
 */
export function loadSqlite(): Sqlite {
  const emitWarning = process.emitWarning;
  process.emitWarning = () => {};
  try {
    return process.getBuiltinModule('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
}
