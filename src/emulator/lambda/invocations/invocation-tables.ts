/**
 * Events that wait, and how functions are invoked: limits, retries, loops, URLs. Times are epoch milliseconds. The id of
 * an event is never given twice: one that was deleted while it ran ends later, and must not end another.
 */
export const INVOCATION_TABLES = `
CREATE TABLE lambda_async_events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  function_name TEXT NOT NULL,
  qualifier TEXT,
  request_id TEXT NOT NULL,
  trace_id TEXT,
  event BLOB NOT NULL,
  received_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  throttles INTEGER NOT NULL DEFAULT 0,
  due_at INTEGER NOT NULL
) STRICT;
CREATE INDEX lambda_async_events_by_function ON lambda_async_events (function_name, due_at, id);
CREATE INDEX lambda_async_events_by_time ON lambda_async_events (due_at);

CREATE TABLE lambda_event_invoke_configs (
  function_name TEXT NOT NULL,
  qualifier TEXT NOT NULL,
  maximum_retries INTEGER,
  maximum_age_seconds INTEGER,
  on_success TEXT,
  on_failure TEXT,
  last_modified INTEGER NOT NULL,
  PRIMARY KEY (function_name, qualifier)
) STRICT, WITHOUT ROWID;

CREATE TABLE lambda_reserved_concurrency (
  function_name TEXT PRIMARY KEY,
  executions INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE lambda_allowed_loops (
  function_name TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE TABLE lambda_urls (
  url_id TEXT PRIMARY KEY,
  function_name TEXT NOT NULL,
  qualifier TEXT NOT NULL,
  auth_type TEXT NOT NULL,
  invoke_mode TEXT NOT NULL,
  cors TEXT,
  created_at INTEGER NOT NULL,
  last_modified INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX lambda_urls_by_function ON lambda_urls (function_name, qualifier);
`;
