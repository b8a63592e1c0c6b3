/**
 * What the archive holds of the series that certain streams are counted from, booked to those streams as late points are, a
 * block at a time. A target whose measure was not archived gets nothing.
 */
import type { BlockCells, FrozenArchive } from "../archive/index.ts";
import { PAGE_COLUMNS } from "../archive/index.ts";
import type { StreamIndex } from "../slo/index.ts";
import {
  astrideMeasure,
  belowMeasure,
  COUNT_MEASURE,
  sampleMeasure,
  type ArchiveColumns,
  type ColumnOwners,
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

/** One target of a series and a measure that it counts: of a threshold there are two. */
interface Rebooked {
  readonly stream: StreamIndex;
  readonly sinceMs: number;
  readonly goodWeight: number;
  readonly totalWeight: number;
  readonly measure: string;
  /** What the columns are: one of amounts, or a pair. */
  readonly kind: "amount" | "below" | "astride";
  readonly isTotalCut: boolean;
}

/** Amounts booked in one step: well under a millisecond, and some 20 until V8 has compiled it (`bench/archive.ts`). */
const STEP_CELLS = 256;

export class Rebooking {
  readonly #parts: RebookingParts;
  readonly #owners: ColumnOwners;
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
    this.#owners = parts.columns.owners();
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
    const { seriesOf, measureOf, measures } = this.#owners;
    const at = block.firstColumn + column;
    const series = seriesOf[at] ?? -1;
    if (series < 0) return;
    const targets = this.#rebookedOf(this.#parts.bindings.of(series));
    if (targets.length === 0) return;
    const { name } = measures[measureOf[at]!]!;
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

  /** The cells of one column, or of the two of a latency. */
  #book(target: Rebooked, block: BlockCells, column: number): void {
    const { cells, cellCount } = block;
    const base = column * cellCount;
    const nextBase = base + (target.kind === "amount" ? 0 : cellCount);
    for (let cell = 0; cell < cellCount; cell++) {
      const amount = cells[base + cell]!;
      const next = cells[nextBase + cell]!;
      if (amount === 0 && next === 0) continue; // a long interval is shared out column by column
      const startMs = block.startMs + cell * block.cellMs;
      if (startMs + block.cellMs <= target.sinceMs) {
        this.#leaveOut(target.stream, startMs);
        continue;
      }
      this.#bookCell(target, startMs, this.#endOf(startMs, block.cellMs), amount, next);
      this.cellCount++;
    }
  }

  #leaveOut(stream: StreamIndex, startMs: number): void {
    const known = this.leftOutFromMs.get(stream) ?? Infinity;
    if (startMs < known) this.leftOutFromMs.set(stream, startMs);
  }

  /** As `bookIncrement` books it, but for what is astride of a threshold, which comes apart. `next`: of a pair the rest. */
  #bookCell(target: Rebooked, startMs: number, timeMs: number, amount: number, next: number): void {
    const { stream, kind, goodWeight, totalWeight, isTotalCut } = target;
    const { book, bookStraddle } = this.#parts.books;
    const good = goodWeight * amount;
    if (kind === "amount" || isTotalCut) book(stream, startMs, timeMs, good, totalWeight * amount);
    else if (kind === "below") book(stream, startMs, timeMs, good, totalWeight * (amount + next));
    else if (goodWeight < 0) book(stream, startMs, timeMs, good, 0);
    else if (goodWeight > 0) {
      bookStraddle(stream, startMs, timeMs, good, goodWeight * (amount + next));
    }
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
    const weights = { goodWeight: goodWeights[index]!, totalWeight: totalWeights[index]! };
    const isCut = totalCuts[index] !== 0;
    const add = (kind: Rebooked["kind"], measure: string) => {
      const id = stream as StreamIndex; // the engine gave it
      rebooked.push({ stream: id, sinceMs, ...weights, measure, kind, isTotalCut: isCut });
    };
    const threshold = thresholdSet.thresholds[thresholdSlots[index]!];
    if (threshold !== undefined) {
      add("below", belowMeasure(threshold));
      add("astride", astrideMeasure(threshold));
    } else if (bound.isSampled) {
      add("amount", sampleMeasure(bound.sampleCodes[index]!, bound.sampleValues[index]!));
    } else add("amount", COUNT_MEASURE);
  });
  return rebooked;
}
