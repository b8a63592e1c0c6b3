/** What composites read of an SLO: its streams, and what they come to together, by window. */
import type { Slo, SloWindow } from "../slo/index.ts";
import type { Shard } from "./shard.ts";
import type { Stream, Streams } from "./streams.ts";

export class MemberSums {
  readonly slo: Slo;
  streams: readonly Stream[] = [];
  /** Of the streams, which are all of one layout; none without streams. */
  windows: readonly SloWindow[] = [];
  /** By window: events, the good ones for sure, and of those that straddle a threshold all and the good ones by estimate. */
  total: Float64Array = new Float64Array(0);
  sure: Float64Array = new Float64Array(0);
  straddling: Float64Array = new Float64Array(0);
  estimated: Float64Array = new Float64Array(0);
  newestPointMs = 0;
  /** When the first of the streams began to count, ms; Infinity without streams. */
  sinceMs: number = Infinity;
  /** Why counts of the streams are not what they seem, each reason once. */
  doubts: readonly string[] = [];
  /** Of the SLO's streams, when they were last looked at; see `Streams.versionOf`. */
  version: number = -1;
  #homes: readonly Home[] = [];
  /** How often closed buckets of the shards had changed when they were last summed. */
  #pastChanges = -1;

  constructor(slo: Slo) {
    this.slo = slo;
  }

  /** Something about the streams, or in buckets that were closed then, is not as it was at the last call of `update`. */
  isBehind(streams: Streams): boolean {
    return this.version !== streams.versionOf(this.slo.id) || this.#pastChanges !== this.#changes();
  }

  /** Sums everything anew. */
  update(streams: Streams): void {
    const version = streams.versionOf(this.slo.id);
    if (this.version !== version) this.#lookAt(streams.ofSlo(this.slo.id), version);
    this.#pastChanges = this.#changes();
    this.#sum();
  }

  /** Those of its slices that came to something else are made into composites by now. */
  forgetSlices(): void {
    for (const { shard } of this.#homes)
      if (shard.slices !== undefined) shard.slices.changedFrom = Infinity;
  }

  #changes(): number {
    let changes = 0;
    for (const { shard } of this.#homes) changes += shard.pastChanges;
    return changes;
  }

  #lookAt(streams: readonly Stream[], version: number): void {
    this.version = version;
    this.streams = streams;
    this.#homes = homesOf(streams);
    this.windows = streams[0]?.shard.windows ?? [];
    const { length } = this.windows;
    this.total = new Float64Array(length);
    this.sure = new Float64Array(length);
    this.straddling = new Float64Array(length);
    this.estimated = new Float64Array(length);
    this.sinceMs = streams.reduce((first, { sinceMs }) => Math.min(first, sinceMs), Infinity);
    this.doubts = [...new Set(streams.flatMap(({ doubts }) => [...doubts]))];
  }

  /** By shard and window, as the sums lie: an SLO may have ten thousand groups. */
  #sum(): void {
    const { total, sure, straddling, estimated } = this;
    total.fill(0);
    sure.fill(0);
    straddling.fill(0);
    estimated.fill(0);
    this.newestPointMs = 0;
    for (const { shard, slots } of this.#homes) {
      const { counts, straddleCounts, newestPointMs } = shard;
      for (let k = 0; k < total.length; k++) {
        total[k]! += sumOf(counts.totalSums[k]!, slots);
        sure[k]! += sumOf(counts.goodSums[k]!, slots);
        if (straddleCounts === undefined) continue;
        straddling[k]! += sumOf(straddleCounts.totalSums[k]!, slots);
        estimated[k]! += sumOf(straddleCounts.goodSums[k]!, slots);
      }
      for (let i = 0; i < slots.length; i++)
        this.newestPointMs = Math.max(this.newestPointMs, newestPointMs[slots[i]!]!);
    }
  }
}

/** Streams of one shard. */
interface Home {
  readonly shard: Shard;
  readonly slots: Int32Array;
}

function homesOf(streams: readonly Stream[]): readonly Home[] {
  const slots = new Map<Shard, number[]>();
  for (const { shard, slot } of streams) {
    const known = slots.get(shard);
    if (known === undefined) slots.set(shard, [slot]);
    else known.push(slot);
  }
  return [...slots].map(([shard, each]) => ({ shard, slots: Int32Array.from(each) }));
}

function sumOf(sums: Float64Array, slots: Int32Array): number {
  let sum = 0;
  for (let i = 0; i < slots.length; i++) sum += sums[slots[i]!]!;
  return sum;
}

/** Not counted at all, which is other than without events: of an SLO that is split, groups may come. */
export const isMissing = ({ sums }: { readonly sums: MemberSums | undefined }): boolean =>
  sums === undefined || (sums.streams.length === 0 && sums.slo.per.length === 0);
