/** An event source mapping as its operations left it: `settings` is JSON; `state` is what lasts, Enabled or Disabled. */
export const MAPPINGS_TABLES = `
CREATE TABLE event_source_mappings (
  uuid TEXT PRIMARY KEY,
  function_name TEXT NOT NULL,
  source_arn TEXT NOT NULL,
  settings TEXT NOT NULL
) STRICT;
CREATE INDEX event_source_mappings_by_function ON event_source_mappings (function_name);
`;
