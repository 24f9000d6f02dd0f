import type { FunctionSpec } from '../runtime/invocation.ts';

export type Refusal = { readonly code: string; readonly message: string };

/** Why this session cannot run an offer, before anything is started; undefined when it can. */
export function refusalOf(
  serving: boolean,
  spec: FunctionSpec,
  mode: 'serve' | 'observe' = 'serve',
): Refusal | undefined {
  if (mode === 'observe') return { code: 'Llx.NotServed', message: 'this session only watches' };
  if (!serving)
    return { code: 'Llx.NotServed', message: `this session does not serve ${spec.name} any more` };
  if (!/^(nodejs|python3|provided)/.test(spec.runtime)) {
    return { code: 'Llx.RuntimeUnsupported', message: `this session cannot run ${spec.runtime}` };
  }
  return undefined;
}
