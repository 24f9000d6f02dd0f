/** One line of the table: what was measured, against what, and what it has to reach. */
export type Line = {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Measured in the same run. */
  readonly floor?: number;
  readonly floorName?: string;
  readonly bar?:
    | { readonly ratio: number; readonly better: 'lower' | 'higher' }
    | { readonly atMost: number };
};

export function meets({ value, floor, bar }: Line): boolean | undefined {
  if (bar === undefined) return undefined;
  if ('atMost' in bar) return value <= bar.atMost;
  if (floor === undefined) return undefined;
  return bar.better === 'lower' ? value <= floor * bar.ratio : value >= floor * bar.ratio;
}

export function table(lines: readonly Line[]): string {
  const rows = lines.map((line) => [
    line.name,
    shown(line.value, line.unit),
    line.floor === undefined ? '' : `${shown(line.floor, line.unit)} (${line.floorName ?? ''})`,
    line.floor === undefined ? '' : (line.value / line.floor).toFixed(2),
    barText(line),
    { true: 'yes', false: 'no', undefined: '' }[String(meets(line)) as 'true' | 'false' | 'undefined'],
  ]);
  const head = ['what', 'measured', 'floor of the same run', 'ratio', 'bar', 'met'];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function barText({ bar, unit }: Line): string {
  if (bar === undefined) return '';
  if ('atMost' in bar) return `≤ ${shown(bar.atMost, unit)}`;
  return `${bar.better === 'lower' ? '≤' : '≥'} ${bar.ratio} × floor`;
}

function shown(value: number, unit: string): string {
  const digits = value >= 1000 ? 0 : value >= 100 ? 1 : 2;
  return `${value.toFixed(digits)} ${unit}`.replace(' /s', '/s');
}
