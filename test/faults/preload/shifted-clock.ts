/**
 * Loaded before a process: SIGUSR2 moves its wall clock by LLX_FAULTS_CLOCK_SHIFT_MS, and back, as a user or NTP does.
 * The monotonic clock and timers stay.
 */
const shiftMs = Number(process.env.LLX_FAULTS_CLOCK_SHIFT_MS ?? 0);
const RealDate = Date;
let offsetMs = 0;

function now(): number {
  return RealDate.now() + offsetMs;
}

globalThis.Date = new Proxy(RealDate, {
  construct: (target, parameters, newTarget) =>
    Reflect.construct(target, parameters.length === 0 ? [now()] : parameters, newTarget),
  apply: () => new RealDate(now()).toString(),
  get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
});

process.on('SIGUSR2', () => {
  offsetMs = offsetMs === 0 ? shiftMs : 0;
});
