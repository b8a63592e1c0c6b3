/** Increments on their way to the engine, copied into the archive: of the series, before they are any stream's. */
import type { Archive } from "../archive/index.ts";
import { quantised } from "../engine/index.ts";
import {
  ArchiveColumns,
  COUNT_MEASURE,
  LATENCY_COLUMNS,
  latencyMeasure,
  sampleMeasure,
  type ArchivedMeasure,
} from "./archive-columns.ts";
import type { BoundTargets } from "./binding-table.ts";
import { CUT_STRIDE } from "./cuts.ts";
import { sampled } from "./sampled.ts";

/** What is archived of the series of a binding. */
interface Plan {
  /** Of a gauge none: its points are what its samples say. */
  readonly count: ArchivedMeasure | undefined;
  /** By threshold slot. */
  readonly latencies: readonly ArchivedMeasure[];
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
    const { count, latencies } = this.#planOf(targets);
    const total = increment[0]!;
    if (total === 0) return;
    const archive = this.#archive;
    if (count !== undefined) {
      archive.add(this.columns.columnOf(count, series), fromMs, timeMs, total);
    }
    for (let slot = 0; slot < latencies.length; slot++) {
      const below = increment[1 + slot * 2]!;
      if (below !== below) continue; // NaN: a baseline
      const straddle = increment[2 + slot * 2]!;
      const column = this.columns.columnOf(latencies[slot]!, series);
      archive.add(column, fromMs, timeMs, below);
      archive.add(column + 1, fromMs, timeMs, total - below);
      if (straddle === 0) continue;
      const share = targets.thresholdSet.cuts(shape)[slot * CUT_STRIDE + 2]!;
      const estimate = quantised(share * straddle);
      archive.add(column + 2, fromMs, timeMs, estimate);
      archive.add(column + 3, fromMs, timeMs, straddle - estimate);
    }
  }

  addSample(series: number, targets: BoundTargets, value: number, timeMs: number): void {
    for (const { measure, code, value: bound } of this.#planOf(targets).samples) {
      const column = this.columns.columnOf(measure, series);
      this.#archive.add(column, timeMs, timeMs, sampled(code, bound, value));
    }
  }
}

function planOf(targets: BoundTargets, columns: ArchiveColumns): Plan {
  const { isSampled, sampleCodes, sampleValues, thresholdSet } = targets;
  if (!isSampled) {
    return {
      count: columns.measure(COUNT_MEASURE, 1),
      latencies: thresholdSet.thresholds.map((threshold) =>
        columns.measure(latencyMeasure(threshold), LATENCY_COLUMNS),
      ),
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
