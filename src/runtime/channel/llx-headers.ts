/** What llx's own bootstrap adds to its requests to the Runtime API; runtimes of AWS do not, and need not. */
export const LLX_HEADERS = { initMs: 'llx-init-ms', streaming: 'llx-streaming', fatal: 'llx-fatal' } as const;
