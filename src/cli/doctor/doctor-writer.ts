import { redact } from '../../credentials/redact.ts';
import { ERROR_CODES } from '../../errors/error-codes.ts';
import { printable, printableLines } from '../../session/printable.ts';
import { createStyle, type Style } from '../../session/text-style.ts';
import type { CheckedFinding, FindingStatus } from './check.ts';

export type DoctorWriter = {
  finding(finding: CheckedFinding): void;
  summary(summary: Summary): void;
};

export type Summary = Readonly<Record<FindingStatus, number>> & { readonly exitCode: number };

type Stdout = { write(text: string): unknown };

/** How many of each, and the exit code: that of the first failure, which is the cause of most that follow. */
export function summarise(findings: readonly CheckedFinding[]): Summary {
  const count = (status: FindingStatus): number => findings.filter((one) => one.status === status).length;
  const failed = findings.find(({ status }) => status === 'fail');
  return {
    ok: count('ok'),
    warn: count('warn'),
    fail: count('fail'),
    skipped: count('skipped'),
    exitCode: failed === undefined ? 0 : failed.code === undefined ? 1 : ERROR_CODES[failed.code].exitCode,
  };
}

/** One JSON object a line. */
export function createJsonDoctorWriter(stdout: Stdout): DoctorWriter {
  const line = (value: object): void => void stdout.write(`${redact(JSON.stringify(value))}\n`);
  return {
    finding: (finding) => line({ type: 'finding', ...finding }),
    summary: (summary) => line({ type: 'summary', ...summary }),
  };
}

const LOOKS: Readonly<
  Record<FindingStatus, { readonly mark: string; readonly meaning: Parameters<Style>[0] }>
> = {
  ok: { mark: '✓ ok  ', meaning: 'good' },
  warn: { mark: '! warn', meaning: 'warning' },
  fail: { mark: '✗ fail', meaning: 'bad' },
  skipped: { mark: '- skip', meaning: 'faint' },
};

const INDENT = ' '.repeat(LOOKS.ok.mark.length + 2);

/** Lines for people: a sign and a word for each finding, and below it what mends it; at the end what was skipped. */
export function createPlainDoctorWriter(
  stdout: Stdout,
  { colour }: { readonly colour: boolean },
): DoctorWriter {
  const style = createStyle(colour);
  const line = (text: string): void => void stdout.write(`${redact(text)}\n`);
  const skipped = new Map<string, string[]>();
  return {
    finding({ status, title, detail, mend, code }) {
      if (status === 'skipped') {
        skipped.set(detail, [...(skipped.get(detail) ?? []), title]);
        return;
      }
      const { mark, meaning } = LOOKS[status];
      const [first = '', ...rest] = printableLines(detail);
      const shown = code === undefined ? first : `${code}: ${first}`;
      line(`${style(meaning, mark)}  ${style('strong', printable(title))}  ${shown}`);
      for (const text of rest) line(INDENT + text);
      for (const text of printableLines(mend ?? '')) {
        if (text !== '') line(`${INDENT}${style('faint', '→')} ${text}`);
      }
    },
    summary({ ok, warn, fail, skipped: count }) {
      const { mark, meaning } = LOOKS.skipped;
      for (const [reason, titles] of skipped) {
        line(`${style(meaning, mark)}  ${printable(reason)}: ${titles.map(printable).join(', ')}`);
      }
      const parts = [`${ok} ok`, `${warn} to look at`, `${fail} failed`, `${count} skipped`];
      line(`\n${parts.filter((part) => !part.startsWith('0 ')).join(', ')}`);
    },
  };
}
