/** File descriptors of a child: what it reads from and writes to llx. */
export const PIPE_FD = { input: 3, output: 4 } as const;
