import type { Plugin } from 'esbuild';

/** By package what stands in its place. */
const STAND_INS: Readonly<Record<string, string>> = {
  // Loads native ciphers from beside its own file, which a bundle has not.
  ssh2: `exports.Client = class {
    constructor() { throw new Error('llx reaches a container engine by its socket or by TCP, not by ssh'); }
  };`,
  // Only for builds of images by BuildKit, which llx makes none of; they read a schema from beside their own file.
  '@grpc/grpc-js': '',
  '@grpc/proto-loader': '',
};

/** What dockerode loads at its start and llx never uses: three quarters of it. */
export const dockerWithoutBuilds: Plugin = {
  name: 'docker-without-builds',
  setup({ onResolve, onLoad }) {
    const names = Object.keys(STAND_INS).join('|');
    onResolve({ filter: new RegExp(`^(?:${names})$`) }, ({ path }) => ({
      path,
      namespace: 'unused-by-docker',
    }));
    onLoad({ filter: /.*/, namespace: 'unused-by-docker' }, ({ path }) => ({
      contents: STAND_INS[path] ?? '',
      loader: 'js',
    }));
  },
};
