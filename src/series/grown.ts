/**
 * How many rows a table that has `count` grows to, at least `least`: an eighth more. A series takes a row in ten tables, and
 * doubling left a third of them empty (`bench/series.ts`, memory); growing costs it some 10 copies of them, ever.
 */
export const moreRows = (count: number, least: number = 0): number =>
  Math.ceil(Math.max(count * 1.125, least, count + 1) / ROW_STEP) * ROW_STEP;

const ROW_STEP = 64;

/** `to` with what `from` holds at its start; the way every table of this room grows. */
export function grown<T extends Int32Array | Uint32Array | Float64Array | Uint8Array>(
  from: T,
  to: T,
): T {
  to.set(from);
  return to;
}
