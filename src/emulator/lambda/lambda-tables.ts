/** Functions, versions, aliases, layers, tags and permissions. Version 0 is `$LATEST`. */
export const LAMBDA_TABLES = `
CREATE TABLE lambda_versions (
  function_name TEXT NOT NULL,
  version INTEGER NOT NULL,
  revision_id TEXT NOT NULL,
  last_modified INTEGER NOT NULL,
  code TEXT NOT NULL,
  settings TEXT NOT NULL,
  PRIMARY KEY (function_name, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE lambda_version_numbers (
  function_name TEXT PRIMARY KEY,
  last INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE lambda_aliases (
  function_name TEXT NOT NULL,
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  description TEXT NOT NULL,
  weights TEXT NOT NULL,
  revision_id TEXT NOT NULL,
  PRIMARY KEY (function_name, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE lambda_tags (
  function_name TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (function_name, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE lambda_permissions (
  function_name TEXT NOT NULL,
  qualifier TEXT NOT NULL,
  position INTEGER NOT NULL,
  statement_id TEXT NOT NULL,
  statement TEXT NOT NULL,
  PRIMARY KEY (function_name, qualifier, statement_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE lambda_layer_versions (
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  created INTEGER NOT NULL,
  code TEXT NOT NULL,
  settings TEXT NOT NULL,
  PRIMARY KEY (name, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE lambda_layer_numbers (
  name TEXT PRIMARY KEY,
  last INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;
