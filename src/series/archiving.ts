/** Increments on their way to the engine, copied into the archive: of the series, before they are any stream's. */
import { SPREAD, type Archive } from "../archive/index.ts";
import { quantised } from "../engine/index.ts";
import {
  ArchiveColumns,
  astrideMeasure,
  belowMeasure,
  COUNT_MEASURE,
  LATENCY_COLUMNS,
  sampleMeasure,
  type ArchivedMeasure,
  type ArchivedMeasures,
} from "./archive-columns.ts";
import type { BoundTargets } from "./binding-table.ts";
import { shareOf } from "./booking.ts";
import { endOf, FROM, PARTS, TIME, TOTAL, type IncrementBatch } from "./increment-batch.ts";
import { sampled } from "./sampled.ts";

export class Archiving {
  readonly columns: ArchiveColumns = new ArchiveColumns();
  readonly #archive: Archive;
  /** Amounts that are not in the batch as they are: a part, and the rest. Reused. */
  readonly #pair = new Float64Array(2);

  constructor(archive: Archive) {
    this.#archive = archive;
    archive.countBesides(() => this.columns.sizeBytes);
  }

  /** The engine's finest bucket, ms. */
  get bucketMs(): number {
    return this.#archive.bucketMs;
  }

  /** Shaped for speed: `bench/series.ts`. */
  addIncrements(increments: IncrementBatch): void {
    const { count, numbers, places } = increments;
    let start = 0;
    for (let row = 0; row < count; row++) {
      const targets = increments.targets[row]!;
      const measures = (targets.archived ??= measuresOf(targets, this.columns));
      const series = places[row * 2]!;
      if (targets.isSampled) this.#addSample(series, measures, numbers, start);
      else if (numbers[start + TOTAL] !== 0) {
        const minute = this.#archive.minuteOf(numbers[start + FROM]!, numbers[start + TIME]!);
        if (measures.count !== undefined) {
          const column = this.columns.columnOf(measures.count, series);
          this.#addAt(column, minute, numbers, start, numbers, start + TOTAL);
        }
        for (let slot = 0; slot < measures.latencies.length; slot++) {
          this.#addLatency(increments, row, minute, slot, start);
        }
      }
      start = endOf(start, targets);
    }
  }

  #addLatency(
    increments: IncrementBatch,
    row: number,
    minute: number,
    slot: number,
    start: number,
  ): void {
    const { numbers, places } = increments;
    const targets = increments.targets[row]!;
    const { below, astride } = targets.archived!.latencies[slot]!;
    const series = places[row * 2]!;
    const sure = numbers[start + PARTS + slot * 2]!;
    if (sure !== sure) return; // NaN: a baseline
    this.#addPair(below, series, minute, numbers, start, sure, numbers[start + TOTAL]!);
    const straddle = numbers[start + PARTS + slot * 2 + 1]!;
    if (straddle === 0) return;
    const estimate = quantised(shareOf(targets, places[row * 2 + 1]!, slot) * straddle);
    this.#addPair(astride, series, minute, numbers, start, estimate, straddle);
  }

  /** A part of a sum, and the rest of it. */
  #addPair(
    measure: ArchivedMeasure,
    series: number,
    minute: number,
    numbers: Float64Array,
    start: number,
    part: number,
    sum: number,
  ): void {
    const column = this.columns.columnOf(measure, series);
    this.#pair[0] = part;
    this.#pair[1] = sum - part;
    this.#addAt(column, minute, numbers, start, this.#pair, 0);
    this.#addAt(column + 1, minute, numbers, start, this.#pair, 1);
  }

  /** `amounts[index]`, in the time of the row that starts there. */
  #addAt(
    column: number,
    minute: number,
    numbers: Float64Array,
    start: number,
    amounts: Float64Array,
    index: number,
  ): void {
    if (minute !== SPREAD) this.#archive.addAt(column, minute, amounts, index);
    else this.#archive.add(column, numbers[start + FROM]!, numbers[start + TIME]!, amounts[index]!);
  }

  #addSample(
    series: number,
    { samples }: ArchivedMeasures,
    numbers: Float64Array,
    start: number,
  ): void {
    const timeMs = numbers[start + TIME]!;
    const amount = numbers[start + TOTAL]!;
    for (const { measure, code, value } of samples) {
      const column = this.columns.columnOf(measure, series);
      this.#archive.add(column, timeMs, timeMs, sampled(code, value, amount));
    }
  }
}

function measuresOf(targets: BoundTargets, columns: ArchiveColumns): ArchivedMeasures {
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
  const samples = new Map<string, ArchivedMeasures["samples"][number]>();
  sampleCodes.forEach((code, index) => {
    const value = sampleValues[index]!;
    const name = sampleMeasure(code, value);
    samples.set(name, { measure: columns.measure(name, 1), code, value });
  });
  return { count: undefined, latencies: [], samples: [...samples.values()] };
}
