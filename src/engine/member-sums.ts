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
  #shards: readonly Shard[] = [];
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

  #changes(): number {
    let changes = 0;
    for (const shard of this.#shards) changes += shard.pastChanges;
    return changes;
  }

  #lookAt(streams: readonly Stream[], version: number): void {
    this.version = version;
    this.streams = streams;
    this.#shards = [...new Set(streams.map(({ shard }) => shard))];
    this.windows = streams[0]?.shard.windows ?? [];
    const { length } = this.windows;
    this.total = new Float64Array(length);
    this.sure = new Float64Array(length);
    this.straddling = new Float64Array(length);
    this.estimated = new Float64Array(length);
    this.sinceMs = streams.reduce((first, { sinceMs }) => Math.min(first, sinceMs), Infinity);
    this.doubts = [...new Set(streams.flatMap(({ doubts }) => [...doubts]))];
  }

  #sum(): void {
    const { streams, total, sure, straddling, estimated } = this;
    total.fill(0);
    sure.fill(0);
    straddling.fill(0);
    estimated.fill(0);
    this.newestPointMs = 0;
    for (let i = 0; i < streams.length; i++) {
      const { shard, slot } = streams[i]!;
      const { counts, straddleCounts } = shard;
      for (let k = 0; k < total.length; k++) {
        total[k]! += counts.totalSums[k]![slot]!;
        sure[k]! += counts.goodSums[k]![slot]!;
        if (straddleCounts === undefined) continue;
        straddling[k]! += straddleCounts.totalSums[k]![slot]!;
        estimated[k]! += straddleCounts.goodSums[k]![slot]!;
      }
      const newestPointMs = shard.newestPointMs[slot]!;
      if (newestPointMs > this.newestPointMs) this.newestPointMs = newestPointMs;
    }
  }
}

/** Not counted at all, which is other than without events: of an SLO that is split, groups may come. */
export const isMissing = ({ sums }: { readonly sums: MemberSums | undefined }): boolean =>
  sums === undefined || (sums.streams.length === 0 && sums.slo.per.length === 0);
