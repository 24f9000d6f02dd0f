import { redact } from '../credentials/redact.ts';
import { isLlxError } from '../errors/llx-error.ts';

/** How an error looks on stderr: its code, what was expected and found, and the command that mends it. No secrets. */
export function errorText(error: unknown): string {
  return redact(wholeText(error));
}

function wholeText(error: unknown): string {
  if (!isLlxError(error)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return `llx met a defect of its own. Please report it, with what you did:\n\n${text}`;
  }
  const lines = [`${error.code}: ${error.message}`];
  const { cause } = error;
  // Many messages hold the cause already: what AWS or the network said.
  if (cause instanceof Error && !error.message.includes(cause.message)) {
    lines.push(`  because: ${cause.message}`);
  }
  lines.push('', ...error.mend.split('\n').map((line) => `  ${line}`));
  return lines.join('\n');
}
