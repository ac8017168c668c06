/**
 * @module The few numbers that stand for many.
 */

/** The middle one; the mean of the two in the middle. NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

/** The smallest value that at least `share` of them do not exceed, of values in ascending order. NaN for none. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  const index = Math.max(0, Math.ceil(sorted.length * share) - 1);
  return sorted[index] ?? Number.NaN;
}

/** Each value over its partner: what was measured side by side saw the same machine. */
export function ratios(values: readonly number[], partners: readonly number[]): readonly number[] {
  return values.slice(0, partners.length).map((value, index) => value / (partners[index] ?? Number.NaN));
}
