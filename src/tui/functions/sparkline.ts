const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** One character a value, from nothing (a space) to the highest of them. The last `width` values where they are more. */
export function sparkline(values: readonly number[], width: number): string {
  if (width <= 0) return '';
  const shown = values.slice(-width);
  const highest = Math.max(0, ...shown);
  return shown
    .map((value) =>
      value <= 0
        ? ' '
        : (BARS[Math.min(BARS.length - 1, Math.ceil((value / highest) * BARS.length) - 1)] ?? ' '),
    )
    .join('')
    .padStart(Math.min(width, values.length));
}
