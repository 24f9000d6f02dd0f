/** IoT's rules that were made through the API: `settings` are JSON, as the operations left them. */
export const TOPIC_RULE_TABLES = `
CREATE TABLE iot_topic_rules (
  name TEXT PRIMARY KEY,
  settings TEXT NOT NULL
) STRICT;
`;
