/**
 * Rows to increments: what each new point adds since the last one of its writer. Cases and their reasons stand in
 * research/otlp.md section 3; test/series/increment-rows.ts names what pins each row of that table.
 */
import type { DoubtStream } from "../engine/index.ts";
import type { StreamIndex } from "../slo/index.ts";
import {
  countAdmission,
  countRepeat,
  countWriter,
  newCounters,
  type AccumulatorCounters,
} from "./accumulator-counters.ts";
import type { BindingTable, BoundTargets } from "./binding-table.ts";
import { Coverage, IS_BASELINE } from "./coverage.ts";
import { CUT_STRIDE, isExponential, NO_STRADDLE } from "./cuts.ts";
import { DeltaPool } from "./delta-pool.ts";
import type { Identity } from "./identity.ts";
import { FROM, MAX_NUMBERS, PARTS, TIME, TOTAL, type IncrementBatch } from "./increment-batch.ts";
import { ceilMillis } from "./nanos.ts";
import type { Row } from "./rows.ts";
import { SeriesHeads } from "./series-heads.ts";
import { COVERED, SlidingStarts } from "./sliding-starts.ts";
import { longestSilent } from "./writer-chain.ts";
import { NO_WRITER, WriterPool } from "./writer-pool.ts";

/** Processes that share one identity and are told apart; beyond, the longest silent is forgotten and said. */
const MAX_WRITERS = 64;
const RETURNED =
  "over 64 processes share a series, and what one of them counted while it was forgotten is missing: set service.instance.id";

/** What an increment depends on besides the rows. */
export interface Surroundings {
  /** The stream's counts are known to be incomplete. */
  readonly doubt: DoubtStream;
  /** From when the rules have watched the metric of a series, ms. */
  readonly coveredSinceMs: (series: number) => number;
  /** A writer of the series that began before this moment has a history nobody followed, ms. */
  readonly unfollowedBeforeMs: (series: number) => number;
}

export class Accumulator {
  readonly coverage: Coverage = new Coverage();
  readonly deltas: DeltaPool = new DeltaPool();
  readonly sliding: SlidingStarts = new SlidingStarts(this.deltas);
  readonly pools: Map<number, WriterPool> = new Map<number, WriterPool>();
  readonly counters: AccumulatorCounters = newCounters();
  /** Newest start among the forgotten writers of a series, ms: an older one that comes back is a baseline. */
  readonly droppedStartMs: Map<number, number> = new Map<number, number>();
  readonly #identity: Identity;
  readonly #bindings: BindingTable;
  readonly #increments: IncrementBatch;
  readonly #surroundings: Surroundings;
  readonly heads: SeriesHeads = new SeriesHeads();
  /** Of the row at hand, as `IncrementBatch` has it; not handed over as numbers, which V8 boxes where it does not inline. */
  readonly #increment = new Float64Array(MAX_NUMBERS);

  constructor(
    identity: Identity,
    bindings: BindingTable,
    increments: IncrementBatch,
    surroundings: Surroundings,
  ) {
    this.#identity = identity;
    this.#bindings = bindings;
    this.#increments = increments;
    this.#surroundings = surroundings;
  }

  get sizeBytes(): number {
    let size = this.heads.sizeBytes + this.deltas.sizeBytes;
    for (const pool of this.pools.values()) size += pool.sizeBytes;
    return size;
  }

  /** Takes one row, of which comes one increment at most; none when no rule uses its series any more. */
  apply(row: Row): void {
    const targets = this.#bindings.of(row.series);
    if (targets.streams.length === 0) return;
    this.heads.reserve(row.series);
    this.#increment[TIME] = ceilMillis(row.timeHi, row.timeLo);
    if (targets.isDelta) this.#applyDelta(row, targets);
    else this.#applyCumulative(row, targets);
    this.coverage.observe(this.#identity.series.qualifierOf(row.series), this.#increment[TIME]);
  }

  #applyDelta(row: Row, targets: BoundTargets): void {
    const increment = this.#increment;
    const timeMs = increment[TIME]!;
    let pairs = this.heads.of(row.series);
    if (pairs === NO_WRITER) {
      pairs = this.deltas.allocate();
      this.heads.set(row.series, pairs);
    }
    const { startHi, startLo, timeHi, timeLo } = row;
    const admission = this.deltas.admit(pairs, startHi, startLo, timeHi, timeLo);
    if (!countAdmission(this.counters, admission)) return;
    increment[FROM] = timeMs;
    if (targets.isSampled) {
      increment[TOTAL] = row.value;
      this.#book(row, targets);
      return;
    }
    this.#takeWhole(row, targets.partCount);
    const hasStart = row.startHi !== 0 || row.startLo !== 0;
    if (hasStart) increment[FROM] = Math.min(ceilMillis(row.startHi, row.startLo), timeMs);
    this.#book(row, targets);
  }

  #applyCumulative(row: Row, targets: BoundTargets): void {
    const pool = this.poolOf(1 + targets.partCount);
    const writer = this.#findWriter(row, pool);
    if (writer === COVERED) {
      this.counters.late++;
      return;
    }
    if (writer === NO_WRITER) {
      this.#startWriter(row, targets, pool);
      return;
    }
    if (!pool.isBehind(writer, row)) {
      countRepeat(this.counters, row, pool, writer);
      return;
    }
    pool.putTimeMs(writer, this.#increment, FROM);
    this.#takeDifference(row, targets, pool, writer);
    this.#remember(row, targets, pool, writer);
    this.#book(row, targets);
  }

  /** The writer of this start; or what `SlidingStarts.writerOf` says. */
  #findWriter(row: Row, pool: WriterPool): number {
    const head = this.heads.of(row.series);
    for (let writer = head; writer !== NO_WRITER; writer = pool.next(writer)) {
      if (pool.hasStart(writer, row.startHi, row.startLo)) return writer;
    }
    const slid = this.sliding.writerOf(row, pool, head);
    if (slid >= 0) {
      this.sliding.slide(row, pool, slid);
      this.counters.slidingStarts++;
    }
    return slid;
  }

  #startWriter(row: Row, targets: BoundTargets, pool: WriterPool): void {
    const increment = this.#increment;
    const timeMs = increment[TIME]!;
    const head = this.heads.of(row.series);
    const fromMs = this.#firstIncrementFrom(row, timeMs);
    countWriter(this.counters, row, pool, head);
    const writer = pool.allocate(row.startHi, row.startLo, head);
    this.heads.set(row.series, writer);
    if (head !== NO_WRITER) this.#dropOldest(row.series, pool, writer);
    this.#remember(row, targets, pool, writer);
    if (fromMs === IS_BASELINE) {
      this.counters.baselines++;
      if (this.#hasReturned(row)) this.#doubt(targets);
      increment[FROM] = timeMs;
      increment.fill(0, TOTAL, TOTAL + pool.width);
      this.#book(row, targets);
      return;
    }
    increment[FROM] = fromMs;
    this.#takeWhole(row, targets.partCount);
    this.#book(row, targets);
  }

  #firstIncrementFrom(row: Row, timeMs: number): number {
    const { series, startHi, startLo } = row;
    const context = this.#identity.series.qualifierOf(series);
    const fromMs = this.coverage.firstIncrementFrom(
      this.#identity.resourceOfSeries(series),
      context,
      startHi,
      startLo,
      timeMs,
      this.#surroundings.coveredSinceMs(series),
    );
    if (fromMs === IS_BASELINE || this.#hasUnfollowedHistory(row)) return IS_BASELINE;
    // Most SDKs start every series with the process: one that the export before did not have has happened since.
    const isNewSeries = this.heads.of(series) === NO_WRITER;
    return isNewSeries ? Math.max(fromMs, this.coverage.exportBefore(context, timeMs)) : fromMs;
  }

  /** Whether the series was known at the writer's start, and the writer nevertheless is not. */
  #hasUnfollowedHistory(row: Row): boolean {
    const startMs = ceilMillis(row.startHi, row.startLo);
    return this.#hasReturned(row) || startMs < this.#surroundings.unfollowedBeforeMs(row.series);
  }

  /** Whether a writer as old as this one was forgotten. */
  #hasReturned({ series, startHi, startLo }: Row): boolean {
    return ceilMillis(startHi, startLo) <= (this.droppedStartMs.get(series) ?? -1);
  }

  /** Forgetting a process that ended loses nothing; one that comes back has counted meanwhile. */
  #doubt({ streams }: BoundTargets): void {
    this.counters.writersReturned++;
    for (const stream of streams) this.#surroundings.doubt(stream as StreamIndex, RETURNED); // the engine gave it
  }

  #takeWhole(row: Row, partCount: number): void {
    const increment = this.#increment;
    increment[TOTAL] = row.value;
    for (let part = 0; part < partCount; part++) {
      increment[PARTS + part] = row.hasBuckets ? row.parts[part]! : NaN;
    }
  }

  #takeDifference(row: Row, targets: BoundTargets, pool: WriterPool, writer: number): void {
    const increment = this.#increment;
    const { values, width } = pool;
    const base = writer * width;
    const shape = pool.shape(writer);
    const hasNewShape = row.hasBuckets && shape >= 0 && shape !== row.shape;
    if (hasNewShape) this.counters.boundsChanges++;
    const haveFallen = row.hasBuckets && !hasNewShape && pool.havePartsFallen(writer, row);
    if (row.value < values[base]! || haveFallen) {
      this.counters.resets++;
      this.#takeWhole(row, width - 1);
      return;
    }
    increment[TOTAL] = row.value - values[base]!;
    for (let part = 1; part < width; part++) {
      increment[TOTAL + part] = row.hasBuckets ? row.parts[part - 1]! - values[base + part]! : NaN;
    }
    if (hasNewShape) this.#forgetInexact(targets, shape, row.shape);
    if (row.hasBuckets) this.#forgetContradicted(width);
  }

  /**
   * Other bounds are a new baseline for latency. An exponential histogram that only lost resolution still counts exactly
   * below thresholds that both scales cut exactly.
   */
  #forgetInexact(targets: BoundTargets, before: number, after: number): void {
    const areExponential = isExponential(before) && isExponential(after);
    for (let part = 0; part < targets.partCount; part += 2) {
      const straddle = (part / 2) * CUT_STRIDE + 1;
      const isExact =
        areExponential &&
        targets.thresholdSet.cuts(before)[straddle] === NO_STRADDLE &&
        targets.thresholdSet.cuts(after)[straddle] === NO_STRADDLE;
      if (!isExact) this.#increment[PARTS + part] = NaN;
    }
  }

  /**
   * Zeros that a wider zero bucket moved from below a threshold to astride of it, and events above it that became fewer, are
   * a new baseline. The latter show a reset too, but also a sender that reads its count after its buckets: counting all of
   * its events again would be worse than leaving some out.
   */
  #forgetContradicted(width: number): void {
    const increment = this.#increment;
    for (let part = PARTS; part < TOTAL + width; part += 2) {
      const below = increment[part]!;
      const straddle = increment[part + 1]!;
      const above = increment[TOTAL]! - below - straddle;
      if (below < 0 || straddle < 0 || above < 0) increment[part] = NaN;
    }
  }

  #remember(row: Row, targets: BoundTargets, pool: WriterPool, writer: number): void {
    const base = writer * pool.width;
    pool.setTime(writer, row.timeHi, row.timeLo);
    pool.values[base] = row.value;
    for (let part = 0; part < targets.partCount; part++) {
      pool.values[base + 1 + part] = row.hasBuckets ? row.parts[part]! : NaN;
    }
    if (row.hasBuckets) pool.setShape(writer, row.shape);
  }

  /** The increment at hand, which is every stream's of the series. */
  #book({ series, shape }: Row, targets: BoundTargets): void {
    this.#increments.add(series, targets, shape, this.#increment);
  }

  /** Keeps a chain at MAX_WRITERS by dropping the one that was silent longest. */
  #dropOldest(series: number, pool: WriterPool, head: number): void {
    const { count, writer, before } = longestSilent(pool, head);
    if (count <= MAX_WRITERS) return;
    const startMs = ceilMillis(pool.startHi(writer), pool.startLo(writer));
    this.droppedStartMs.set(series, Math.max(startMs, this.droppedStartMs.get(series) ?? 0));
    this.counters.writersDropped++;
    pool.setNext(before, pool.next(writer));
    pool.free(writer);
  }

  poolOf(width: number): WriterPool {
    let pool = this.pools.get(width);
    if (pool === undefined) {
      pool = new WriterPool(width);
      this.pools.set(width, pool);
    }
    return pool;
  }
}
