/** All shards, in lock-step on the tick's grid; finds a place for a stream among those of its layout class. */
import {
  sliceKindOf,
  windowsOf,
  type AlertPolicy,
  type Slo,
  type SliceKind,
  type SloWindow,
} from "../slo/index.ts";
import { layoutOf, type Layout } from "./ladder.ts";
import { FIRST_CAPACITY, MAX_CAPACITY, Shard } from "./shard.ts";

/** What streams must share to be side by side. */
export interface ShardKind {
  readonly windows: readonly SloWindow[];
  readonly slices: SliceKind | undefined;
  readonly policy: AlertPolicy;
}

interface ShardClass {
  readonly layout: Layout;
  readonly policy: AlertPolicy;
  readonly shards: Shard[];
}

export class ShardSet {
  readonly bucketMs: number;
  /** First finest bucket that no tick has closed. */
  openIndex: number;
  shards: Shard[] = [];
  /** Gone since the last snapshot, which still holds parts of them. */
  dropped: Shard[] = [];
  nextShardId = 0;
  /** Told before buckets close up to an index: who has to look ahead, or is made of what is there. */
  readonly beforeAdvance: ((openIndex: number) => void)[] = [];
  /** Told before the rings jump over a long gap, when all that comes before it is closed. */
  beforeJump: () => void = () => undefined;
  readonly #futureCount: number;
  readonly #classes = new Map<string, ShardClass>();

  constructor(bucketMs: number, openIndex: number) {
    this.bucketMs = bucketMs;
    this.openIndex = openIndex;
    this.#futureCount = layoutOf([], bucketMs).futureCount;
  }

  /** Makes room for a future in which a booking at `bucketIndex` fits: as a tick would (README, decision 4). */
  reach(bucketIndex: number): void {
    if (bucketIndex >= this.horizonIndex) this.advanceTo(bucketIndex - this.#futureCount + 1);
  }

  /** End of the last closed bucket. */
  get tickedAtMs(): number {
    return this.openIndex * this.bucketMs;
  }

  /** A shard of the SLO's class that has room. */
  shardFor(slo: Slo): Shard {
    const shardClass = this.#classFor(shardKindOf(slo));
    const { shards } = shardClass;
    const last = shards.at(-1);
    const roomy = last?.hasRoom === true ? last : shards.find((shard) => shard.hasRoom);
    if (roomy !== undefined) return roomy;
    // A class that filled one shard is likely to fill the next: growing it step by step would copy it in vain.
    const capacity = shards.length === 0 ? FIRST_CAPACITY : MAX_CAPACITY;
    const shard = new Shard(this.nextShardId++, shardClass, capacity, this.openIndex);
    shards.push(shard);
    this.shards.push(shard);
    return shard;
  }

  /** Whether a stream of the SLO may stay in the shard. */
  fits(shard: Shard, slo: Slo): boolean {
    return this.#classFor(shardKindOf(slo)).shards.includes(shard);
  }

  /** Puts back a shard that a snapshot names. */
  reopen(id: number, capacity: number, kind: ShardKind): Shard {
    const shardClass = this.#classFor(kind);
    const shard = new Shard(id, shardClass, capacity, this.openIndex);
    shardClass.shards.push(shard);
    this.shards.push(shard);
    return shard;
  }

  /** Forgets the shards that hold no stream any more. */
  dropEmpty(): void {
    this.dropped.push(...this.shards.filter((shard) => shard.isEmpty));
    this.shards = this.shards.filter((shard) => !shard.isEmpty);
    for (const [key, { shards }] of this.#classes) {
      const held = shards.filter((shard) => !shard.isEmpty);
      if (held.length === 0) this.#classes.delete(key);
      else shards.splice(0, shards.length, ...held);
    }
  }

  #classFor(kind: ShardKind): ShardClass {
    const { windows, slices, policy } = kind;
    const key = classKey(kind);
    const known = this.#classes.get(key);
    if (known !== undefined) return known;
    const layout = layoutOf(windows, this.bucketMs, slices);
    const shardClass: ShardClass = { layout, policy, shards: [] };
    this.#classes.set(key, shardClass);
    return shardClass;
  }

  /** First finest bucket that the rings do not reach. */
  get horizonIndex(): number {
    return this.openIndex + this.#futureCount;
  }

  /**
   * Closes every bucket before `openIndex`. After a long gap only those that may hold something, or end a slice that
   * does, are closed one by one; then the rings jump and the sums are counted again, so that days cost no more than minutes.
   */
  advanceTo(openIndex: number): void {
    const gap = openIndex - this.openIndex;
    if (gap <= 0) return;
    for (const tell of this.beforeAdvance) tell(openIndex);
    const stepCount = gap <= this.#futureCount ? gap : Math.min(gap, this.#settleCount);
    for (const shard of this.shards) shard.closeBuckets(stepCount);
    if (stepCount < gap) {
      this.openIndex += stepCount;
      this.beforeJump();
      for (const shard of this.shards) shard.jumpTo(openIndex);
    }
    this.openIndex = openIndex;
  }

  /** Finest buckets until nothing that is booked now is left to be counted. */
  get #settleCount(): number {
    const afterEvents = this.shards.map(({ slices }) => slices?.layout.settleCount ?? 0);
    return this.#futureCount + Math.max(0, ...afterEvents);
  }
}

const shardKindOf = (slo: Slo): ShardKind => ({
  windows: windowsOf(slo),
  slices: sliceKindOf(slo.budgeting),
  policy: slo.alerts,
});

/** Kinds compare by content. */
const classKey = ({ windows, slices, policy }: ShardKind): string =>
  JSON.stringify([windows, slices ?? null, policy.name, policy.tiers]);
