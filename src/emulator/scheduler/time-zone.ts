const HOUR_MS = 3_600_000;

/** The rules of one time zone: when its wall clocks show what. */
export type TimeZone = {
  /** What its wall clocks show, as milliseconds that would be the epoch's if they were UTC. */
  wallOf(instant: number): number;
  /** The first instant at which they show it; undefined where they are put forward over it. */
  instantOf(wall: number): number | undefined;
};

const UTC: TimeZone = { wallOf: (instant) => instant, instantOf: (wall) => wall };

/** Making a formatter takes 50 µs, and a thousand schedules share a few zones. */
const zones = new Map<string, TimeZone>([['UTC', UTC]]);
/** There are some 600 names: more would be somebody's spelling of them. */
const MOST_ZONES = 1_000;
/** A formatter takes 4 µs each time: the offsets of a zone's last quarters of an hour are kept. */
const QUARTER_MS = 900_000;
const MOST_QUARTERS = 2_000;

/**
 * A zone of the IANA database: `Europe/Berlin`.
 *
 * @throws RangeError for one that there is not
 */
export function timeZone(name: string): TimeZone {
  const known = zones.get(name);
  if (known !== undefined) return known;
  // Node.js knows offsets such as +02:00, too: EventBridge Scheduler does not.
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{0,49}$/.test(name)) throw new RangeError(`Invalid time zone: ${name}`);
  const zone = zoneOf(
    new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    }),
  );
  if (zones.size < MOST_ZONES) zones.set(name, zone);
  return zone;
}

function zoneOf(format: Intl.DateTimeFormat): TimeZone {
  const shownAt = (instant: number): number => {
    const parts = new Map(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
    const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
    const seconds = Date.UTC(
      part('year'),
      part('month') - 1,
      part('day'),
      part('hour'),
      part('minute'),
      part('second'),
    );
    return seconds + (((instant % 1000) + 1000) % 1000);
  };
  const offsets = new Map<number, number>();
  const offsetAt = (quarter: number): number => {
    const known = offsets.get(quarter);
    if (known !== undefined) return known;
    const offset = shownAt(quarter) - quarter;
    if (offsets.size >= MOST_QUARTERS) offsets.clear();
    offsets.set(quarter, offset);
    return offset;
  };
  const wallOf = (instant: number): number => {
    const quarter = Math.floor(instant / QUARTER_MS) * QUARTER_MS;
    const offset = offsetAt(quarter);
    // Some change their clocks at a minute past the hour.
    return offset === offsetAt(quarter + QUARTER_MS) ? instant + offset : shownAt(instant);
  };
  return {
    wallOf,
    instantOf(wall) {
      // Offsets change by days at most; of two instants that show the same, the first is at the larger offset.
      const around = [wall - 36 * HOUR_MS, wall + 36 * HOUR_MS];
      return around
        .map((instant) => wallOf(instant) - instant)
        .map((offset) => wall - offset)
        .sort((a, b) => a - b)
        .find((instant) => wallOf(instant) === wall);
    },
  };
}
