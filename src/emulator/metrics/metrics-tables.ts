/**
 * One row per metric, unit and minute; `buckets` is the distribution of its values (value-distribution.ts). Lambda's
 * own metrics and those that clients put differ only in their namespace.
 */
export const METRICS_TABLES = `
CREATE TABLE metrics (
  id INTEGER PRIMARY KEY,
  namespace TEXT NOT NULL,
  name TEXT NOT NULL,
  dimensions TEXT NOT NULL,
  last_at INTEGER NOT NULL,
  UNIQUE (namespace, name, dimensions)
) STRICT;

CREATE TABLE metric_minutes (
  metric_id INTEGER NOT NULL,
  minute INTEGER NOT NULL,
  unit TEXT NOT NULL,
  count REAL NOT NULL,
  sum REAL NOT NULL,
  minimum REAL NOT NULL,
  maximum REAL NOT NULL,
  buckets TEXT NOT NULL,
  PRIMARY KEY (metric_id, minute, unit)
) STRICT, WITHOUT ROWID;
`;
