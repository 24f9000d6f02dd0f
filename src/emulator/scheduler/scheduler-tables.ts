/**
 * What happens at its time. `timetable` knows until when everything of a key has been seen to; `timetable_runs` are
 * those that wait for their delivery, and, `is_running`, those whose function still runs. Times are epoch milliseconds.
 * `settings` are JSON, as the operations left them.
 */
export const SCHEDULER_TABLES = `
CREATE TABLE timetable (
  key TEXT PRIMARY KEY,
  handled_until INTEGER NOT NULL
) STRICT;
CREATE TABLE timetable_runs (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL,
  scheduled_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  execution_id TEXT NOT NULL UNIQUE,
  attempts INTEGER NOT NULL,
  is_running INTEGER NOT NULL
) STRICT;
CREATE INDEX timetable_runs_by_key ON timetable_runs (key, id);
CREATE INDEX timetable_runs_by_due ON timetable_runs (is_running, due_at);
CREATE TABLE schedule_groups (
  name TEXT PRIMARY KEY,
  settings TEXT NOT NULL
) STRICT;
CREATE TABLE schedules (
  group_name TEXT NOT NULL,
  name TEXT NOT NULL,
  settings TEXT NOT NULL,
  PRIMARY KEY (group_name, name)
) STRICT;
`;
