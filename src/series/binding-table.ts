/**
 * Series to what the rules want of them. Bindings are shared: most series of a metric go to the same streams, so a series
 * holds one number.
 */
import {
  MAX_THRESHOLDS,
  type BindSeries,
  type SeriesBinding,
  type Target,
} from "../engine/index.ts";
import { Temporality } from "../otlp/index.ts";
import { assert } from "../slo/index.ts";
import type { ArchivedMeasures } from "./archive-columns.ts";
import { ThresholdSet, type InexactCut } from "./cuts.ts";
import { sampleCode, sampleValue } from "./sampled.ts";
import type { Identity } from "./identity.ts";
import { grown, moreRows } from "./grown.ts";

/** A `SeriesBinding` laid out for the loop: parallel arrays, one element a target. */
export interface BoundTargets {
  readonly streams: Int32Array;
  readonly goodWeights: Float64Array;
  readonly totalWeights: Float64Array;
  /** Slot of the target's threshold, -1 when every event counts alike. */
  readonly thresholdSlots: Int8Array;
  /** 1 where the total, too, counts only what is at or below the threshold. */
  readonly totalCuts: Uint8Array;
  /** What a gauge's point counts: a code of `sampled`, and what its value is compared with. */
  readonly sampleCodes: Uint8Array;
  readonly sampleValues: Float64Array;
  readonly thresholdSet: ThresholdSet;
  /** Below and straddle for each threshold. */
  readonly partCount: number;
  /** Points add as they are: delta temporality, and gauges. */
  readonly isDelta: boolean;
  readonly isSampled: boolean;
  /** Laid out by the archive, on first need. */
  archived: ArchivedMeasures | undefined;
}

/** Index of the binding of a series that no rule uses. */
const UNUSED: number = 0;

export class BindingTable {
  readonly #identity: Identity;
  readonly #bind: BindSeries;
  #bindingOf = new Int32Array(64);
  #bindings: BoundTargets[] = [];
  #byKey = new Map<string, number>();
  #thresholdSets = new Map<string, ThresholdSet>();
  #boundCount = 0;

  constructor(identity: Identity, bind: BindSeries) {
    this.#identity = identity;
    this.#bind = bind;
    this.clear();
  }

  /** Series bound so far: births beyond it are still to be bound. */
  get boundCount(): number {
    return this.#boundCount;
  }

  get sizeBytes(): number {
    return this.#bindingOf.byteLength + this.#bindings.length * 200;
  }

  /** Forgets every binding, before all series are bound again under other rules. */
  clear(): void {
    this.#boundCount = 0;
    this.#byKey = new Map([["", UNUSED]]);
    this.#bindings = [this.#layOut({ targets: [], thresholds: [] }, false)];
  }

  /** Binds the next series in order of birth; true when some rule uses it. */
  bindNext(): boolean {
    const series = this.#boundCount++;
    if (series >= this.#bindingOf.length) {
      this.#bindingOf = grown(this.#bindingOf, new Int32Array(moreRows(series)));
    }
    const descriptor = this.#identity.describe(series);
    const binding = this.#bind(descriptor);
    const isSampled = binding.targets.some(({ sample }) => sample !== undefined);
    const isDelta = isSampled || descriptor.metric.temporality === Temporality.delta;
    this.#bindingOf[series] = this.#intern(binding, isDelta);
    return binding.targets.length > 0;
  }

  /** As `bindNext`, of a series that no rule can use. */
  skipNext(): void {
    const series = this.#boundCount++;
    if (series < this.#bindingOf.length) this.#bindingOf[series] = UNUSED;
    else this.#bindingOf = grown(this.#bindingOf, new Int32Array(moreRows(series)));
  }

  isUsed(series: number): boolean {
    return this.#bindingOf[series] !== UNUSED;
  }

  of(series: number): BoundTargets {
    return this.#bindings[this.#bindingOf[series]!]!;
  }

  /** Of the streams: thresholds that lie inside a bucket of a series that was seen, each once. For people, not the loop. */
  inexactCuts(streams: ReadonlySet<number>): readonly InexactCut[] {
    const cuts = new Map<string, InexactCut>();
    for (const targets of this.#bindings) {
      targets.thresholdSlots.forEach((slot, index) => {
        if (slot < 0 || !streams.has(targets.streams[index]!)) return;
        const cut = targets.thresholdSet.inexactCut(slot);
        if (cut !== undefined) cuts.set(JSON.stringify(cut), cut);
      });
    }
    return [...cuts.values()];
  }

  #intern(binding: SeriesBinding, isDelta: boolean): number {
    if (binding.targets.length === 0) return UNUSED;
    assert(binding.thresholds.length <= MAX_THRESHOLDS, "a binding has at most MAX_THRESHOLDS");
    const key = keyOf(binding, isDelta);
    let index = this.#byKey.get(key);
    if (index === undefined) {
      index = this.#bindings.push(this.#layOut(binding, isDelta)) - 1;
      this.#byKey.set(key, index);
    }
    return index;
  }

  #layOut({ targets, thresholds }: SeriesBinding, isDelta: boolean): BoundTargets {
    const key = thresholds.join();
    const thresholdSet =
      this.#thresholdSets.get(key) ?? new ThresholdSet(thresholds, this.#identity.bounds);
    this.#thresholdSets.set(key, thresholdSet);
    return {
      streams: Int32Array.from(targets, (target) => target.stream),
      goodWeights: Float64Array.from(targets, (target) => target.goodWeight),
      totalWeights: Float64Array.from(targets, (target) => target.totalWeight),
      thresholdSlots: Int8Array.from(targets, (target) => target.threshold),
      totalCuts: Uint8Array.from(targets, (target) => (isTotalCut(target) ? 1 : 0)),
      sampleCodes: Uint8Array.from(targets, (target) => sampleCode(target.sample)),
      sampleValues: Float64Array.from(targets, (target) => sampleValue(target.sample)),
      thresholdSet,
      partCount: thresholds.length * 2,
      isDelta,
      isSampled: targets.some(({ sample }) => sample !== undefined),
      archived: undefined,
    };
  }
}

/** Without a total there is nothing to cut. */
const isTotalCut = ({ isTotalCut: isCut, totalWeight }: Target): boolean =>
  isCut === true && totalWeight !== 0;

/** The same for bindings that are laid out alike; once per series, so without JSON (bench/series.ts, first sight). */
function keyOf({ targets, thresholds }: SeriesBinding, isDelta: boolean): string {
  let key = isDelta ? "delta" : "cumulative";
  for (const target of targets) {
    const { stream, goodWeight, totalWeight, threshold, sample } = target;
    key += `|${stream},${goodWeight},${totalWeight},${threshold}`;
    if (isTotalCut(target)) key += ",cut";
    if (sample !== undefined) key += `,${sampleCode(sample)},${sampleValue(sample)}`;
  }
  return thresholds.length === 0 ? key : `${key}|${thresholds.join()}`;
}
