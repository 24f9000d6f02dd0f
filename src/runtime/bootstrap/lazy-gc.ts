/**
 * Lambda starts Node.js with `--expose-gc`. That flag on the command line makes V8 refuse Node's built-in code cache,
 * which costs every start 10 ms, so here it is set when a handler first asks for `gc`.
 */
export function installLazyGc(): void {
  Object.defineProperty(globalThis, 'gc', {
    configurable: true,
    get() {
      process.getBuiltinModule('node:v8').setFlagsFromString('--expose-gc');
      const gc: unknown = process.getBuiltinModule('node:vm').runInNewContext('gc');
      Object.defineProperty(globalThis, 'gc', { configurable: true, writable: true, value: gc });
      return gc;
    },
  });
}
