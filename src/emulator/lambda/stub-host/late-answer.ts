/**
 * The session ends a handler at its deadline, and says so with its last lines. On a machine that is busy that takes longer
 * than the margin that Lambda leaves; here nobody but the emulator ends an environment, and it can wait.
 */
export const LATE_ANSWER_MS = 2_000;
