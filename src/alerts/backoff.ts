/** Waits between attempts: doubling, with jitter over the upper half, so that many rows do not come back at once. */

/**
 * Wait before the next attempt after `failures` (from 1) failed ones, ms: even between half of and the whole of
 * first x 2^(failures - 1), never over `longest`. `random` is in [0, 1).
 */
export function backoffMs(
  failures: number,
  { first, longest }: { readonly first: number; readonly longest: number },
  random: number,
): number {
  const whole = Math.min(longest, first * 2 ** Math.min(failures - 1, 30));
  return Math.round(whole / 2 + (random * whole) / 2);
}
