import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { isDiskFull } from './disk-full.ts';

test('knows a full disk from the file system and from SQLite, and nothing else for one', () => {
  const database = new DatabaseSync(':memory:');
  database.exec('PRAGMA max_page_count = 2; CREATE TABLE kept (text TEXT)');
  const fill = (): unknown => {
    try {
      database.exec('INSERT INTO kept VALUES (hex(randomblob(20000)))');
    } catch (error) {
      return error;
    }
    return undefined;
  };
  expect(isDiskFull(fill())).toBe(true);
  database.close();
  expect(isDiskFull(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }))).toBe(true);
  expect(isDiskFull(Object.assign(new Error('permission denied'), { code: 'EACCES' }))).toBe(false);
  expect(isDiskFull('ENOSPC')).toBe(false);
});
