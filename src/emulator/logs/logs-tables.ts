/** An event's bytes are its message in UTF-8 and 26 more, as CloudWatch counts them in PutLogEvents. */
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

CREATE TABLE log_events (
  id INTEGER PRIMARY KEY,
  group_id INTEGER NOT NULL,
  stream_id INTEGER NOT NULL,
  at INTEGER NOT NULL,
  ingested_at INTEGER NOT NULL,
  message TEXT NOT NULL
) STRICT;

CREATE INDEX log_events_by_time ON log_events (group_id, at, id);
`;
