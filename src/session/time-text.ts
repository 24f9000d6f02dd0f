const two = (value: number) => String(value).padStart(2, '0');

/** A duration for people: `0.8 ms`, `4 ms`, `1.2 s`, `2 min 03 s`. */
export function durationText(milliseconds: number): string {
  if (milliseconds < 1) return `${milliseconds.toFixed(1)} ms`;
  if (milliseconds < 1_000) return `${Math.floor(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(Math.floor(milliseconds / 100) / 10).toFixed(1)} s`;
  const seconds = Math.floor(milliseconds / 1_000);
  return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
}

/** The local date and time of an ISO 8601 text: `2026-01-02 12:01:03`; of another text nothing. */
export function dateText(iso: string): string {
  const date = new Date(iso);
  // A function of the configuration was not changed at any time.
  if (Number.isNaN(date.getTime())) return '';
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${clockText(date.getTime())}`;
}

/** The local time of day of an epoch in milliseconds: `12:01:03`. */
export function clockText(epochMs: number): string {
  const date = new Date(epochMs);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
