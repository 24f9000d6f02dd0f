import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';

const file = join(dirname(fileURLToPath(import.meta.url)), '..', 'src', 'tui', 'terminal-width.ts');

/** Ink and its packages measure with `src/tui/terminal-width.ts`, which asks `string-width` only where it has to. */
export const terminalWidths: Plugin = {
  name: 'terminal-widths',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^string-width$/ }, ({ importer }) =>
      importer === file ? undefined : { path: file, namespace: 'terminal-width' },
    );
    onLoad({ filter: /.*/, namespace: 'terminal-width' }, () => ({
      contents: `export { terminalWidth as default } from ${JSON.stringify(file)};`,
      resolveDir: dirname(file),
    }));
  },
};
