/**
 * What the archive holds of the series that certain streams are counted from, booked to those streams as late points are, a
 * block at a time. A target whose measure was not archived gets nothing.
 */
import type { BlockCells, FrozenArchive } from "../archive/index.ts";
import { PAGE_COLUMNS } from "../archive/index.ts";
import type { StreamIndex } from "../slo/index.ts";
import {
  COUNT_MEASURE,
  latencyMeasure,
  sampleMeasure,
  type ArchiveColumns,
} from "./archive-columns.ts";
import type { BindingTable, BoundTargets } from "./binding-table.ts";
import type { BookPorts } from "./booking.ts";

export interface RebookingParts {
  readonly archive: FrozenArchive;
  readonly columns: ArchiveColumns;
  readonly bindings: BindingTable;
  readonly books: BookPorts;
  /** The streams, and what happened from when on is booked to each, ms: before it the archive may hold a part only. */
  readonly streams: ReadonlyMap<number, number>;
  /** When the archive was frozen, ms. */
  readonly nowMs: number;
  /** The engine's finest bucket, ms. */
  readonly bucketMs: number;
}

/** One target of a series, as far as archived columns matter. */
interface Rebooked {
  readonly stream: StreamIndex;
  readonly sinceMs: number;
  readonly goodWeight: number;
  readonly totalWeight: number;
  readonly measure: string;
  readonly isLatency: boolean;
  readonly isTotalCut: boolean;
}

/** Amounts booked in one step: well under a millisecond, and some 20 until V8 has compiled it (`bench/archive.ts`). */
const STEP_CELLS = 256;

export class Rebooking {
  readonly #parts: RebookingParts;
  readonly #targets = new WeakMap<BoundTargets, readonly Rebooked[]>();
  #nextBlock = 0;
  /** The block at hand, and its first column that is not booked yet. */
  #block: BlockCells | undefined;
  #column = 0;
  /** Of streams that have any: the first moment of what was left out because it happened before, ms. */
  readonly leftOutFromMs: Map<number, number> = new Map();
  /** Amounts that were booked. */
  cellCount = 0;

  constructor(parts: RebookingParts) {
    this.#parts = parts;
  }

  get isDone(): boolean {
    return this.#block === undefined && this.#nextBlock >= this.#parts.archive.blockCount;
  }

  /** 0 to 1. */
  get progress(): number {
    const { blockCount } = this.#parts.archive;
    return blockCount === 0 ? 1 : this.#nextBlock / blockCount;
  }

  /** Books the next columns, `STEP_CELLS` amounts or a little more. */
  step(): void {
    if (this.isDone) return;
    this.#block ??= this.#parts.archive.read(this.#nextBlock++);
    const end = this.cellCount + STEP_CELLS;
    while (this.#column < PAGE_COLUMNS && this.cellCount < end) {
      this.#bookColumn(this.#block, this.#column++);
    }
    if (this.#column < PAGE_COLUMNS) return;
    this.#block = undefined;
    this.#column = 0;
  }

  #bookColumn(block: BlockCells, column: number): void {
    const { columns, bindings } = this.#parts;
    const series = columns.seriesAt(block.firstColumn + column);
    if (series < 0) return;
    const targets = this.#rebookedOf(bindings.of(series));
    if (targets.length === 0) return;
    const { name } = columns.measureAt(block.firstColumn + column);
    for (const target of targets) {
      if (target.measure === name) this.#book(target, block, column);
    }
  }

  #rebookedOf(bound: BoundTargets): readonly Rebooked[] {
    let targets = this.#targets.get(bound);
    if (targets === undefined) {
      targets = rebookedTargets(bound, this.#parts.streams);
      this.#targets.set(bound, targets);
    }
    return targets;
  }

  /** The cells of one column, or of the four of a latency. */
  #book(target: Rebooked, block: BlockCells, column: number): void {
    const { cells, cellCount } = block;
    const base = column * cellCount;
    for (let cell = 0; cell < cellCount; cell++) {
      const startMs = block.startMs + cell * block.cellMs;
      const amount = cells[base + cell]!;
      if (startMs + block.cellMs <= target.sinceMs) {
        const above = target.isLatency ? cells[base + cellCount + cell]! : 0;
        if (amount !== 0 || above !== 0) this.#leaveOut(target.stream, startMs);
        continue;
      }
      if (target.isLatency) {
        const above = cells[base + cellCount + cell]!;
        const estimate = cells[base + 2 * cellCount + cell]!;
        const straddle = estimate + cells[base + 3 * cellCount + cell]!;
        if (amount === 0 && above === 0 && straddle === 0) continue; // a long interval is shared out column by column
        this.#bookLatency(target, startMs, block.cellMs, [amount, above, straddle, estimate]);
      } else {
        if (amount === 0) continue;
        const { goodWeight, totalWeight } = target;
        this.#bookAt(target, startMs, block.cellMs, goodWeight * amount, totalWeight * amount);
      }
      this.cellCount++;
    }
  }

  #leaveOut(stream: StreamIndex, startMs: number): void {
    const known = this.leftOutFromMs.get(stream) ?? Infinity;
    if (startMs < known) this.leftOutFromMs.set(stream, startMs);
  }

  /** As `bookIncrement` books it. */
  #bookLatency(
    target: Rebooked,
    startMs: number,
    cellMs: number,
    [below, above, straddle, estimate]: readonly [number, number, number, number],
  ): void {
    const { stream, goodWeight, totalWeight } = target;
    const good = below + estimate;
    if (target.isTotalCut) {
      this.#bookAt(target, startMs, cellMs, goodWeight * good, totalWeight * good);
      return;
    }
    const sure = goodWeight < 0 ? good : below;
    this.#bookAt(target, startMs, cellMs, goodWeight * sure, totalWeight * (below + above));
    if (straddle === 0 || goodWeight <= 0) return;
    const timeMs = this.#endOf(startMs, cellMs);
    const { books } = this.#parts;
    books.bookStraddle(stream, startMs, timeMs, goodWeight * estimate, goodWeight * straddle);
  }

  #bookAt(
    { stream }: Rebooked,
    startMs: number,
    cellMs: number,
    good: number,
    total: number,
  ): void {
    this.#parts.books.book(stream, startMs, this.#endOf(startMs, cellMs), good, total);
  }

  /**
   * Of the minute at hand only a part is over, and which bucket of it an amount is of is not known: it is the last that is
   * closed, so that it is shown as soon as it would have been. Rejected: the open one, which hides it for a bucket's time.
   */
  #endOf(startMs: number, cellMs: number): number {
    const { nowMs, bucketMs } = this.#parts;
    const endMs = startMs + cellMs;
    if (startMs >= nowMs || endMs <= nowMs) return endMs;
    const closedMs = Math.floor(nowMs / bucketMs) * bucketMs;
    return closedMs > startMs ? closedMs : nowMs;
  }
}

function rebookedTargets(
  bound: BoundTargets,
  streams: ReadonlyMap<number, number>,
): readonly Rebooked[] {
  const { goodWeights, totalWeights, thresholdSlots, totalCuts, thresholdSet } = bound;
  const rebooked: Rebooked[] = [];
  bound.streams.forEach((stream, index) => {
    const sinceMs = streams.get(stream);
    if (sinceMs === undefined) return;
    const slot = thresholdSlots[index]!;
    const sample = sampleMeasure(bound.sampleCodes[index]!, bound.sampleValues[index]!);
    const plain = bound.isSampled ? sample : COUNT_MEASURE;
    rebooked.push({
      stream: stream as StreamIndex, // the engine gave it
      sinceMs,
      goodWeight: goodWeights[index]!,
      totalWeight: totalWeights[index]!,
      measure: slot < 0 ? plain : latencyMeasure(thresholdSet.thresholds[slot]!),
      isLatency: slot >= 0,
      isTotalCut: totalCuts[index] !== 0,
    });
  });
  return rebooked;
}
