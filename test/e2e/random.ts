/** Random choices that a printed seed repeats. */

/** `SLOWBURN_SEED` repeats a failed run. */
export const SEED: number = Number(
  process.env["SLOWBURN_SEED"] ?? Math.floor(Math.random() * 2 ** 31),
);

export interface Random {
  /** In [0, 1). */
  next(): number;
  /** A whole number in [0, limit). */
  below(limit: number): number;
  chance(probability: number): boolean;
  of<T>(choices: readonly [T, ...T[]] | readonly T[]): T;
}

/** mulberry32. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    of: (choices) => choices[below(choices.length)]!,
  };
}
