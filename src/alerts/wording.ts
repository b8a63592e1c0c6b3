/** Numbers that only alerts say. */

/** Counts: integers as they are, estimates with one decimal. */
export const countText = (count: number): string =>
  String(Number.isInteger(count) ? count : Math.round(count * 10) / 10);

/** A probability; beyond 1e-12 the digits say nothing to anybody, and 1 stands for all that is no evidence. */
export const chanceText = (tail: number): string =>
  tail >= 1 ? "about 1" : tail < 1e-12 ? "less than 1e-12" : tail.toPrecision(2);
