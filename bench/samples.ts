/** Milliseconds, each of one round trip. */
export type Samples = readonly number[];

export function percentile(samples: Samples, share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function median(samples: Samples): number {
  return percentile(samples, 0.5);
}

/** Runs `call` so many times, one after the other. */
export async function sequential(count: number, call: (n: number) => Promise<void>): Promise<Samples> {
  const samples: number[] = [];
  for (let n = 0; n < count; n++) {
    const start = performance.now();
    await call(n);
    samples.push(performance.now() - start);
  }
  return samples;
}

/** Calls a second with so many in flight. */
export async function throughput(
  inFlight: number,
  count: number,
  call: (n: number) => Promise<void>,
): Promise<number> {
  let next = 0;
  const start = performance.now();
  const lane = async (): Promise<void> => {
    while (next < count) await call(next++);
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return (count / (performance.now() - start)) * 1000;
}
