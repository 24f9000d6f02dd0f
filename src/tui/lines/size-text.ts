/** A size for people, in at most seven columns: `512 B`, `1.5 KiB`, `6.0 MiB`. */
export function sizeText(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`;
  // What would round to 1024 KiB is a MiB.
  if (bytes < 1_023.5 * 1_024) return `${scaled(bytes / 1_024)} KiB`;
  return `${scaled(bytes / 1_024 / 1_024)} MiB`;
}

/** The same in at most four columns: `512B`, `1.5k`, `6.0M`. */
export function shortSizeText(bytes: number): string {
  if (bytes < 1_000) return `${bytes}B`;
  const kibibytes = bytes / 1_024;
  return kibibytes < 999.5 ? `${short(kibibytes)}k` : `${short(kibibytes / 1_024)}M`;
}

function short(value: number): string {
  return value < 9.95 ? value.toFixed(1) : String(Math.round(value));
}

function scaled(value: number): string {
  return value < 99.95 ? value.toFixed(1) : String(Math.round(value));
}
