import { createStyle } from '../../session/text-style.ts';
import { type Column, tableText } from './table.ts';

export type OutputStream = {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
};

/** What a command of the platform needs of its process. */
export type Surroundings = {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: NodeJS.ProcessEnv;
};

/** Rows for people, or, with `--json`, an object a line. `empty` is told to people where there are no rows. */
export function writeRows<Row extends { readonly type: string }>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { json, empty }: { readonly json: boolean | undefined; readonly empty: string },
  { stdout, stderr, env }: Surroundings,
): void {
  if (json === true) {
    for (const row of rows) writeJson(stdout, row);
    return;
  }
  if (rows.length === 0) {
    stderr.write(`${empty}\n`);
    return;
  }
  const style = createStyle(stdout.isTTY === true && env.NO_COLOR === undefined);
  stdout.write(
    tableText(columns, rows, { width: stdout.isTTY === true ? stdout.columns : undefined, style }),
  );
}

export function writeJson(stdout: OutputStream, value: { readonly type: string }): void {
  stdout.write(`${JSON.stringify(value)}\n`);
}
