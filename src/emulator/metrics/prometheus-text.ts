import type { InvocationMetrics } from './invocation-metrics.ts';

/** `/metrics` in the text exposition format 0.0.4; its content type is PROMETHEUS_CONTENT_TYPE. */
export function prometheusText(_sources: { readonly invocations: InvocationMetrics }): string {
  return '';
}

export const PROMETHEUS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';
