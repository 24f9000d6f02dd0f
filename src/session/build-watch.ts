import type { FunctionSpec, Runtime } from '../runtime/invocation.ts';
import type { SessionStore } from './store.ts';

/** Tells the store of builds that a developer should know of. Returns the function that ends it. */
export function watchBuilds(options: {
  readonly runtime: Runtime;
  readonly store: SessionStore;
  /** By name. */
  readonly specs: ReadonlyMap<string, FunctionSpec>;
  /** Whether the session holds the lane of a function. */
  readonly holds: (arn: string) => boolean;
}): () => void {
  const { runtime, store, specs, holds } = options;
  /** By function: the file that was saved since its last build. */
  const changed = new Map<string, string>();
  const broken = new Set<string>();
  return runtime.onBuild((event) => {
    const spec = specs.get(event.functionName);
    if (spec === undefined) return;
    const { name, arn } = spec;
    switch (event.type) {
      case 'changed':
        changed.set(name, event.file);
        return;
      case 'build-failed': {
        const state = { status: 'build-error', problems: event.problems } as const;
        broken.add(name);
        store.dispatch({ type: 'function', name, arn, state });
        return;
      }
      case 'built': {
        const file = changed.get(name);
        changed.delete(name);
        // The first build is not news: nothing was changed.
        if (file !== undefined) {
          store.dispatch({ type: 'reloaded', functionName: name, file, durationMs: event.durationMs });
        }
        if (!broken.delete(name)) return;
        store.dispatch({ type: 'function', name, arn, state: { status: holds(arn) ? 'serving' : 'off' } });
        return;
      }
      default: {
        const exhaustive: never = event;
        return exhaustive;
      }
    }
  });
}
