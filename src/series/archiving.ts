/** Increments on their way to the engine, copied into the archive: of the series, before they are any stream's. */
import { SPREAD, type Archive } from "../archive/index.ts";
import { MAX_THRESHOLDS, quantised } from "../engine/index.ts";
import {
  ArchiveColumns,
  astrideMeasure,
  belowMeasure,
  COUNT_MEASURE,
  LATENCY_COLUMNS,
  sampleMeasure,
  type ArchivedMeasure,
} from "./archive-columns.ts";
import type { BoundTargets } from "./binding-table.ts";
import { CUT_STRIDE } from "./cuts.ts";
import { sampled } from "./sampled.ts";

/** That one increment adds to: its count, and two pairs a threshold. */
const MAX_COLUMNS = 1 + MAX_THRESHOLDS * 2 * LATENCY_COLUMNS;

/** What is archived of the series of a binding. */
interface Plan {
  /** Of a gauge none: its points are what its samples say. */
  readonly count: ArchivedMeasure | undefined;
  /** By threshold slot: of what is below for sure, and of what lies astride it, which few series have. */
  readonly latencies: readonly {
    readonly below: ArchivedMeasure;
    readonly astride: ArchivedMeasure;
  }[];
  readonly samples: readonly {
    readonly measure: ArchivedMeasure;
    readonly code: number;
    readonly value: number;
  }[];
}

export class Archiving {
  readonly columns: ArchiveColumns = new ArchiveColumns();
  readonly #archive: Archive;
  readonly #plans = new WeakMap<BoundTargets, Plan>();
  /** Of the last binding: most rows of a request are of one. */
  #lastTargets: BoundTargets | undefined;
  #lastPlan: Plan = { count: undefined, latencies: [], samples: [] };
  /** Of the increment at hand, by column; reused, and all at once, so that its time is looked at once. */
  readonly #columns = new Int32Array(MAX_COLUMNS);
  readonly #amounts = new Float64Array(MAX_COLUMNS);
  #count = 0;

  constructor(archive: Archive) {
    this.#archive = archive;
  }

  /** The engine's finest bucket, ms. */
  get bucketMs(): number {
    return this.#archive.bucketMs;
  }

  #planOf(targets: BoundTargets): Plan {
    if (targets === this.#lastTargets) return this.#lastPlan;
    let plan = this.#plans.get(targets);
    if (plan === undefined) {
      plan = planOf(targets, this.columns);
      this.#plans.set(targets, plan);
    }
    this.#lastTargets = targets;
    this.#lastPlan = plan;
    return plan;
  }

  /** `increment` as `bookIncrement` takes it. */
  addIncrement(
    series: number,
    targets: BoundTargets,
    increment: Float64Array,
    shape: number,
    fromMs: number,
    timeMs: number,
  ): void {
    if (increment[0] === 0) return;
    const { count, latencies } = this.#planOf(targets);
    this.#count = 0;
    if (count !== undefined) this.#put(this.columns.columnOf(count, series), increment[0]!);
    for (let slot = 0; slot < latencies.length; slot++) {
      const below = increment[1 + slot * 2]!;
      if (below !== below) continue; // NaN: a baseline
      this.#putPair(latencies[slot]!.below, series, below, increment[0]!);
      const straddle = increment[2 + slot * 2]!;
      if (straddle === 0) continue;
      const share = targets.thresholdSet.cuts(shape)[slot * CUT_STRIDE + 2]!;
      this.#putPair(latencies[slot]!.astride, series, quantised(share * straddle), straddle);
    }
    this.#archiveAt(fromMs, timeMs);
  }

  addSample(series: number, targets: BoundTargets, value: number, timeMs: number): void {
    for (const { measure, code, value: bound } of this.#planOf(targets).samples) {
      const column = this.columns.columnOf(measure, series);
      this.#archive.add(column, timeMs, timeMs, sampled(code, bound, value));
    }
  }

  #put(column: number, amount: number): void {
    const at = this.#count++;
    this.#columns[at] = column;
    this.#amounts[at] = amount;
  }

  /** A part of a sum, and the rest of it. */
  #putPair(measure: ArchivedMeasure, series: number, part: number, sum: number): void {
    const column = this.columns.columnOf(measure, series);
    this.#put(column, part);
    this.#put(column + 1, sum - part);
  }

  /** What was put came in (fromMs, timeMs]. */
  #archiveAt(fromMs: number, timeMs: number): void {
    const archive = this.#archive;
    const amounts = this.#amounts;
    const minute = archive.minuteOf(fromMs, timeMs);
    for (let at = 0; at < this.#count; at++) {
      const column = this.#columns[at]!;
      if (minute === SPREAD) archive.add(column, fromMs, timeMs, amounts[at]!);
      else archive.addAt(column, minute, amounts, at);
    }
  }
}

function planOf(targets: BoundTargets, columns: ArchiveColumns): Plan {
  const { isSampled, sampleCodes, sampleValues, thresholdSet } = targets;
  if (!isSampled) {
    return {
      count: columns.measure(COUNT_MEASURE, 1),
      latencies: thresholdSet.thresholds.map((threshold) => ({
        below: columns.measure(belowMeasure(threshold), LATENCY_COLUMNS),
        astride: columns.measure(astrideMeasure(threshold), LATENCY_COLUMNS),
      })),
      samples: [],
    };
  }
  const samples = new Map<string, Plan["samples"][number]>();
  sampleCodes.forEach((code, index) => {
    const value = sampleValues[index]!;
    const name = sampleMeasure(code, value);
    samples.set(name, { measure: columns.measure(name, 1), code, value });
  });
  return { count: undefined, latencies: [], samples: [...samples.values()] };
}
