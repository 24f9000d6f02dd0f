import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/**
 * Ink's layout engine is WebAssembly in a `data:` URL, which it gets with `fetch` where there is one: that loads undici,
 * 60 ms before the first frame. Without, it decodes the URL itself.
 */
export const yogaWithoutFetch: Plugin = {
  name: 'yoga-without-fetch',
  setup({ onLoad }) {
    onLoad({ filter: /yoga-wasm-base64-esm\.js$/ }, async ({ path }) => ({
      contents: `const fetch = undefined;\n${await readFile(path, 'utf8')}`,
    }));
  },
};
