/** EventBridge's buses, and its rules with their targets: `settings` are JSON, as the operations left them. */
export const EVENTS_TABLES = `
CREATE TABLE event_buses (
  name TEXT PRIMARY KEY,
  settings TEXT NOT NULL
) STRICT;
CREATE TABLE event_rules (
  bus TEXT NOT NULL,
  name TEXT NOT NULL,
  settings TEXT NOT NULL,
  PRIMARY KEY (bus, name)
) STRICT;
`;
