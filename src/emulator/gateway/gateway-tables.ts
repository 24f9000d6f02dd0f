/** `kind` is the collection in the path of its operations: `apis`, `routes`; `body` is what those operations give, as JSON. */
export const GATEWAY_TABLES = `
CREATE TABLE gateway_resources (
  api_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  position INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (api_id, kind, id)
) STRICT, WITHOUT ROWID;
`;
