/** The version that an invocation through an alias runs. @param random 0 ≤ … < 1 */
export function chooseVersion(
  { version, weights }: { readonly version: number; readonly weights: Readonly<Record<string, number>> },
  random: () => number,
): number {
  const others = Object.entries(weights);
  if (others.length === 0) return version;
  let rest = random();
  for (const [other, weight] of others) {
    if (rest < weight) return Number(other);
    rest -= weight;
  }
  return version;
}
