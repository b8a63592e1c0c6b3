/**
 * Wire times are fixed64 nanoseconds. They stay two unsigned 32-bit halves: a double resolves only 256 ns at today's
 * epoch, and BigInt costs 36–57 ns a point (research/style.md section 1.4).
 */

/**
 * Milliseconds of a nanosecond time, rounded up: buckets are (start, end], so a point a nanosecond past a bucket's end
 * belongs to the next one. Exact: 2^32 ns = 4294 ms + 967296 ns.
 */
export function ceilMillis(hi: number, lo: number): number {
  return hi * 4294 + Math.ceil((hi * 967_296 + lo) / 1_000_000);
}

/** a < b. */
export function isBefore(aHi: number, aLo: number, bHi: number, bLo: number): boolean {
  return aHi < bHi || (aHi === bHi && aLo < bLo);
}
