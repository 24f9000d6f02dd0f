/**
 * Events lie in chunks: those of one stream and second that came together, as JSON of times and messages. A row for
 * each event would cost twenty times as much while functions run.
 */
export const LOGS_TABLES = `
CREATE TABLE log_groups (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  log_class TEXT NOT NULL,
  retention_days INTEGER,
  stored_bytes INTEGER NOT NULL DEFAULT 0,
  tags TEXT NOT NULL DEFAULT '{}'
) STRICT;

CREATE TABLE log_streams (
  id INTEGER PRIMARY KEY,
  group_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  first_event_at INTEGER,
  last_event_at INTEGER,
  ingested_at INTEGER,
  UNIQUE (group_id, name)
) STRICT;

CREATE TABLE log_chunks (
  id INTEGER PRIMARY KEY,
  group_id INTEGER NOT NULL,
  second INTEGER NOT NULL,
  stream_id INTEGER NOT NULL,
  ingested_at INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  events TEXT NOT NULL
) STRICT;

CREATE INDEX log_chunks_by_time ON log_chunks (group_id, second, id);
`;
