/** Moves what is known of every series to the bindings of changed rules, without losing a count. */
import type { Accumulator } from "./accumulator.ts";
import type { BindingTable, BoundTargets } from "./binding-table.ts";
import { NO_WRITER, type WriterPool } from "./writer-pool.ts";

/**
 * Binds all series anew. A series whose thresholds changed gets writers of another width: totals go on, thresholds that
 * both know go on, new ones start at a baseline. `onLateBound` hears of series that were known but unused before.
 */
export function rebindWriters(
  bindings: BindingTable,
  accumulator: Accumulator,
  seriesCount: number,
  onLateBound: (series: number) => void,
): void {
  const before = Array.from({ length: seriesCount }, (_, series) => bindings.of(series));
  bindings.clear();
  for (let series = 0; series < seriesCount; series++) {
    bindings.bindNext();
    const was = before[series];
    const is = bindings.of(series);
    if (was === undefined) continue;
    if (was.streams.length === 0 && is.streams.length > 0) onLateBound(series);
    if (was.streams.length === 0 || was.isDelta) continue;
    if (is.streams.length === 0) freeWriters(accumulator, series, was);
    else moveWriters(accumulator, series, was, is);
  }
}

/** What no rule uses is not followed; should a rule use it again, its first point is a baseline. */
function freeWriters(accumulator: Accumulator, series: number, was: BoundTargets): void {
  const pool = accumulator.poolOf(1 + was.partCount);
  for (const writer of chainOf(pool, accumulator.heads.of(series))) pool.free(writer);
  accumulator.heads.set(series, NO_WRITER);
}

function moveWriters(
  accumulator: Accumulator,
  series: number,
  was: BoundTargets,
  is: BoundTargets,
): void {
  const thresholds = was.thresholdSet.thresholds;
  const sameThresholds = thresholds.join() === is.thresholdSet.thresholds.join();
  if (sameThresholds || accumulator.heads.of(series) === NO_WRITER) return;
  const from = accumulator.poolOf(1 + was.partCount);
  const to = accumulator.poolOf(1 + is.partCount);
  const slotBefore = is.thresholdSet.thresholds.map((threshold) => thresholds.indexOf(threshold));
  let moved = NO_WRITER;
  for (const writer of chainOf(from, accumulator.heads.of(series)).reverse()) {
    moved = copyWriter(from, writer, to, moved, slotBefore);
    from.free(writer);
  }
  accumulator.heads.set(series, moved);
}

function chainOf(pool: WriterPool, head: number): number[] {
  const chain: number[] = [];
  for (let writer = head; writer !== NO_WRITER; writer = pool.next(writer)) chain.push(writer);
  return chain;
}

function copyWriter(
  from: WriterPool,
  writer: number,
  to: WriterPool,
  next: number,
  slotBefore: readonly number[],
): number {
  const copy = to.allocate(from.startHi(writer), from.startLo(writer), next);
  to.setTime(copy, from.timeHi(writer), from.timeLo(writer));
  if (from.shape(writer) >= 0) to.setShape(copy, from.shape(writer));
  to.values[copy * to.width] = from.values[writer * from.width] ?? NaN;
  slotBefore.forEach((slot, index) => {
    if (slot < 0) return;
    for (const part of [1, 2]) {
      to.values[copy * to.width + index * 2 + part] =
        from.values[writer * from.width + slot * 2 + part] ?? NaN;
    }
  });
  return copy;
}
