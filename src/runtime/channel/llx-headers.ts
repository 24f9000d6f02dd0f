/**
 * What llx's own bootstraps add to their requests to the Runtime API, and find in its answers (`fixed`); runtimes of AWS
 * do not, and need not.
 */
export const LLX_HEADERS = {
  initMs: 'llx-init-ms',
  streaming: 'llx-streaming',
  fatal: 'llx-fatal',
  /** JSON of `FixedValues`. */
  fixed: 'llx-fixed',
} as const;
