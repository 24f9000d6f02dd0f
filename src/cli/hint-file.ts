import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { HintStore } from '../tui/shell/hints.ts';

/** Which hints the users of this project have followed: `.llx/hints.json`, a list of their names. */
export function openHintFile(root: string): HintStore {
  const file = join(root, '.llx', 'hints.json');
  return {
    seen: readSeen(file),
    save(seen) {
      try {
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, `${JSON.stringify(seen)}\n`);
      } catch {
        // A project that cannot be written to shows its hints again next time.
      }
    },
  };
}

function readSeen(file: string): readonly string[] {
  try {
    const seen: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return Array.isArray(seen) ? seen.filter((name) => typeof name === 'string') : [];
  } catch {
    // There is none yet, or it was damaged: it is written again with the next hint that is followed.
    return [];
  }
}
