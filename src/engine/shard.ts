/**
 * Up to 1024 streams of one layout class (same windows, slices and alert policy), side by side in columns. Grows by doubling;
 * a slot never moves within its shard. The straddle sibling has the same slots and is made on first need.
 */
import {
  assert,
  type AlertPolicy,
  type SliceKind,
  type Slo,
  type SloWindow,
  type StreamIndex,
  type WindowSpan,
} from "../slo/index.ts";
import type { BucketRanges } from "./bucket-ranges.ts";
import { CountRings } from "./count-rings.ts";
import { windowStartMs, type Layout } from "./ladder.ts";
import { SliceRings } from "./slice-rings.ts";
import type { ShardView } from "./view.ts";

export const FIRST_CAPACITY = 8;
export const MAX_CAPACITY = 1024;

export class Shard implements ShardView {
  /** Never used again after the shard is gone: snapshot parts are named by it. */
  readonly id: number;
  readonly layout: Layout;
  readonly policy: AlertPolicy;
  capacity: number;
  slotCount = 0;
  streams: Int32Array;
  budgetPpb: Float64Array;
  newestPointMs: Float64Array;
  sinceMs: Float64Array;
  isPartial: Uint8Array;
  /** Set when `newestPointMs` changed; the snapshot clears it. */
  isNewestChanged = false;
  /** Grows when a closed bucket changes. */
  pastChanges = 0;
  /** Which marks of incomplete time `isPartial` shows, as `showMarks` names them; empty for none. */
  shownMarks = "";
  /** What windows are summed from: events, or slices of time. */
  readonly counts: CountRings;
  /** The events, where slices are counted. */
  readonly slices: SliceRings | undefined;
  straddleCounts: CountRings | undefined;
  /** Of weighted composites, by window and slot; 1 for all others. */
  evidence: Float64Array[] | undefined;
  #straddleView: StraddleView | undefined;
  #freeSlots: number[] = [];

  constructor(
    id: number,
    kind: { readonly layout: Layout; readonly policy: AlertPolicy },
    capacity: number,
    openIndex: number,
  ) {
    this.id = id;
    this.layout = kind.layout;
    this.policy = kind.policy;
    this.capacity = capacity;
    this.streams = new Int32Array(capacity).fill(-1);
    this.budgetPpb = new Float64Array(capacity);
    this.newestPointMs = new Float64Array(capacity);
    this.sinceMs = new Float64Array(capacity);
    this.isPartial = new Uint8Array(capacity);
    this.counts = new CountRings(this.layout, capacity, openIndex);
    const { slices } = this.layout;
    this.slices = slices && new SliceRings(slices, this.counts, capacity);
  }

  get windows(): readonly SloWindow[] {
    return this.layout.windows;
  }
  get windowsMs(): readonly number[] {
    return this.layout.windowsMs;
  }
  get sliceKind(): SliceKind | undefined {
    return this.layout.slices?.sliceKind;
  }
  get calendar(): WindowSpan | undefined {
    return this.layout.calendar?.at(this.counts.openIndex * this.layout.bucketMs);
  }
  /** When the window began that reaches back farthest. */
  get oldestMs(): number {
    const endMs = this.counts.openIndex * this.layout.bucketMs;
    return Math.min(...this.windows.map((_, k) => windowStartMs(this.layout, k, endMs)));
  }
  get goodSums(): readonly Float64Array[] {
    return this.counts.goodSums;
  }
  get totalSums(): readonly Float64Array[] {
    return this.counts.totalSums;
  }
  get lifetimeGood(): Float64Array {
    return this.counts.lifetimeGood;
  }
  get lifetimeTotal(): Float64Array {
    return this.counts.lifetimeTotal;
  }
  get straddle(): ShardView | undefined {
    return this.#straddleView;
  }

  /** Until when what happened is counted: the tick, or the end of the last slice. */
  get countedMs(): number {
    const { counts, slices, layout } = this;
    const index = slices ? slices.openSlice * slices.layout.width : counts.openIndex;
    return index * layout.bucketMs;
  }

  get hasRoom(): boolean {
    return this.slotCount < MAX_CAPACITY || this.#freeSlots.length > 0;
  }
  get isEmpty(): boolean {
    return this.#freeSlots.length === this.slotCount;
  }
  /** Ring sides that hold doubles. */
  get wideSideCount(): number {
    const events = this.slices === undefined ? [] : [this.slices.events];
    const rings = [...this.counts.rings, ...(this.straddleCounts?.rings ?? []), ...events];
    const wideSides = rings.flatMap((ring) => [ring.isGoodWide, ring.isTotalWide]);
    return wideSides.filter((isWide) => isWide).length;
  }

  /** Puts a stream into a free slot, counts at zero. */
  take(stream: StreamIndex, slo: Slo, sinceMs: number): number {
    assert(this.hasRoom, "a full shard takes no stream");
    if (this.#freeSlots.length === 0) {
      if (this.slotCount === this.capacity) this.growTo(this.capacity * 2);
      this.#freeSlots.push(this.slotCount++);
    }
    const slot = this.#freeSlots.pop()!;
    this.putBack(slot, stream, slo, sinceMs);
    this.isPartial[slot] = 0;
    if (this.shownMarks !== "") this.shownMarks = "?"; // the next tick shows them on this slot too
    return slot;
  }

  free(slot: number): void {
    this.streams[slot] = -1;
    this.budgetPpb[slot] = 0;
    this.newestPointMs[slot] = 0;
    this.sinceMs[slot] = 0;
    this.isPartial[slot] = 0;
    this.counts.clearSlot(slot);
    for (const column of this.evidence ?? []) column[slot] = 1;
    this.straddleCounts?.clearSlot(slot);
    this.slices?.clearSlot(slot);
    this.#freeSlots.push(slot);
  }

  /** Slots in the order they will be given out again (last first): part of a snapshot. */
  get freeSlots(): readonly number[] {
    return this.#freeSlots;
  }

  /** Takes back the slots a snapshot names; `putBack` fills them. */
  reopen(slotCount: number, freeSlots: readonly number[]): void {
    this.slotCount = slotCount;
    this.#freeSlots = [...freeSlots];
  }

  putBack(slot: number, stream: StreamIndex, slo: Slo, sinceMs: number): void {
    this.streams[slot] = stream;
    this.budgetPpb[slot] = slo.objective.budgetPpb;
    this.sinceMs[slot] = sinceMs;
    this.slices?.terms.set(slot, slo, sinceMs);
  }

  /** Takes over another definition of the slot's SLO, of the same layout. */
  adopt(slot: number, slo: Slo): void {
    this.budgetPpb[slot] = slo.objective.budgetPpb;
    this.slices?.adopt(slot, slo, this.sinceMs[slot]!);
  }

  growTo(capacity: number): void {
    assert(capacity <= MAX_CAPACITY, "a shard stays small enough for the cache");
    this.capacity = capacity;
    const streams = new Int32Array(capacity).fill(-1);
    streams.set(this.streams);
    this.streams = streams;
    const isPartial = new Uint8Array(capacity);
    isPartial.set(this.isPartial);
    this.isPartial = isPartial;
    this.budgetPpb = larger(this.budgetPpb, capacity);
    this.newestPointMs = larger(this.newestPointMs, capacity);
    this.sinceMs = larger(this.sinceMs, capacity);
    this.counts.grow(capacity);
    this.straddleCounts?.grow(capacity);
    this.evidence = this.evidence?.map((column) => larger(column, capacity, 1));
    this.slices?.grow(capacity);
  }

  /** From now on what falls into the ranges does not count. */
  setExcluded(slot: number, ranges: BucketRanges): void {
    this.counts.setExcluded(slot, ranges);
    this.straddleCounts?.setExcluded(slot, ranges);
  }

  /** What does not count of a slot, of what comes and of what was counted. */
  exclude(slot: number, ranges: BucketRanges): void {
    this.counts.exclude(slot, ranges);
    this.straddleCounts?.exclude(slot, ranges);
  }

  /** The straddle sibling's counts, made when first asked for. */
  openStraddle(): CountRings {
    if (this.straddleCounts === undefined) {
      const counts = new CountRings(this.layout, this.capacity, this.counts.openIndex);
      this.straddleCounts = counts;
      for (const slot of this.counts.excluded?.slots ?? [])
        counts.setExcluded(slot, this.counts.excluded!.rangesOf(slot)!);
      this.#straddleView = new StraddleView(this, counts);
    }
    return this.straddleCounts;
  }

  openEvidence(): Float64Array[] {
    return (this.evidence ??= this.windows.map(() => new Float64Array(this.capacity).fill(1)));
  }

  closeBuckets(count: number): void {
    for (let i = 0; i < count; i++) {
      this.slices?.judgeEnding(this.slotCount);
      this.counts.closeBucket(this.slotCount);
      this.slices?.judgeSilence(this.slotCount);
    }
    if (this.straddleCounts === undefined) return;
    for (let i = 0; i < count; i++) this.straddleCounts.closeBucket(this.slotCount);
  }

  jumpTo(openIndex: number): void {
    const firstSilent = this.slices?.waitingSlice ?? 0;
    this.counts.jumpTo(openIndex);
    this.slices?.jump(firstSilent, this.slotCount);
    this.straddleCounts?.jumpTo(openIndex);
  }
}

/** The straddle counts in the shape of a shard. */
class StraddleView implements ShardView {
  readonly straddle = undefined;
  readonly #shard: Shard;
  readonly #counts: CountRings;
  constructor(shard: Shard, counts: CountRings) {
    this.#shard = shard;
    this.#counts = counts;
  }
  get windows(): readonly SloWindow[] {
    return this.#shard.windows;
  }
  get windowsMs(): readonly number[] {
    return this.#shard.windowsMs;
  }
  get calendar(): WindowSpan | undefined {
    return this.#shard.calendar;
  }
  get countedMs(): number {
    return this.#shard.countedMs;
  }
  get policy(): AlertPolicy {
    return this.#shard.policy;
  }
  get slotCount(): number {
    return this.#shard.slotCount;
  }
  get streams(): Int32Array {
    return this.#shard.streams;
  }
  get budgetPpb(): Float64Array {
    return this.#shard.budgetPpb;
  }
  get newestPointMs(): Float64Array {
    return this.#shard.newestPointMs;
  }
  get goodSums(): readonly Float64Array[] {
    return this.#counts.goodSums;
  }
  get totalSums(): readonly Float64Array[] {
    return this.#counts.totalSums;
  }
  get lifetimeGood(): Float64Array {
    return this.#counts.lifetimeGood;
  }
  get lifetimeTotal(): Float64Array {
    return this.#counts.lifetimeTotal;
  }
}

function larger(old: Float64Array, capacity: number, rest = 0): Float64Array {
  const column = new Float64Array(capacity).fill(rest);
  column.set(old);
  return column;
}
