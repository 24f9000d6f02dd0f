/** A size for people, in at most seven columns: `512 B`, `1.5 KiB`, `6.0 MiB`. */
export function sizeText(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`;
  // What would round to 1024 KiB is a MiB.
  if (bytes < 1_023.5 * 1_024) return `${scaled(bytes / 1_024)} KiB`;
  return `${scaled(bytes / 1_024 / 1_024)} MiB`;
}

function scaled(value: number): string {
  return value < 99.95 ? value.toFixed(1) : String(Math.round(value));
}
