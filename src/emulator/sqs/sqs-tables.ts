/**
 * Messages are found by these indexes alone: what a start or a receive costs does not grow with what a queue holds.
 * Times are epoch milliseconds. `sequence` is never given twice, so it tells messages apart for good.
 */
export const SQS_TABLES = `
CREATE TABLE sqs_queues (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  attributes TEXT NOT NULL,
  tags TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  modified_at INTEGER NOT NULL
) STRICT;

CREATE TABLE sqs_messages (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  queue INTEGER NOT NULL,
  message_id TEXT NOT NULL,
  body TEXT NOT NULL,
  details TEXT NOT NULL,
  group_id TEXT,
  sent_at INTEGER NOT NULL,
  visible_at INTEGER NOT NULL,
  receive_count INTEGER NOT NULL,
  first_received_at INTEGER
) STRICT;
CREATE INDEX sqs_messages_by_visibility ON sqs_messages (queue, visible_at);
CREATE INDEX sqs_messages_by_age ON sqs_messages (queue, sent_at);
CREATE INDEX sqs_messages_by_group ON sqs_messages (queue, group_id, sequence) WHERE group_id IS NOT NULL;
CREATE INDEX sqs_messages_held ON sqs_messages (queue, group_id, visible_at)
  WHERE receive_count > 0 AND group_id IS NOT NULL;

CREATE TABLE sqs_groups (
  queue INTEGER NOT NULL,
  group_id TEXT NOT NULL,
  ready_at INTEGER NOT NULL,
  PRIMARY KEY (queue, group_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX sqs_groups_by_readiness ON sqs_groups (queue, ready_at);

CREATE TABLE sqs_deduplications (
  queue INTEGER NOT NULL,
  scope TEXT NOT NULL,
  deduplication_id TEXT NOT NULL,
  message_id TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (queue, scope, deduplication_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX sqs_deduplications_by_expiry ON sqs_deduplications (queue, expires_at);

CREATE TABLE sqs_move_tasks (
  handle TEXT PRIMARY KEY,
  source TEXT NOT NULL,
  destination TEXT,
  rate INTEGER,
  status TEXT NOT NULL,
  failure TEXT,
  moved INTEGER NOT NULL,
  to_move INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  last_sequence INTEGER NOT NULL
) STRICT;
`;
