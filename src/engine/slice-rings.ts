/**
 * For SLOs that count slices of time (OpenSLO's Timeslices and RatioTimeslices): the events of each slice and what it came
 * to, its verdict, which is booked into the counts that windows are summed from.
 *
 *   events ──> events by slice ──judge──> verdicts by slice ──difference──> CountRings: slices, good and all,
 *              (a ring, as long as held)                                    each in its last finest bucket
 *
 * Invariant, after any call: what `counts` holds of a slice that is held is its verdict, and the verdict is what events
 * and terms make of it now (`#verdictOf`). So a late point, or other terms, need only be judged.
 */
import type { Slo } from "../slo/index.ts";
import { bookEach } from "./book-each.ts";
import type { CountRings } from "./count-rings.ts";
import { Ring } from "./ring.ts";
import type { SliceLayout } from "./slice-layout.ts";
import { SILENCE, SliceTerms } from "./slice-terms.ts";
import { Spread } from "./spread.ts";
import { UNCOUNTED, VerdictCode, type Verdicts } from "./verdict.ts";

export class SliceRings {
  readonly counts: CountRings;
  readonly layout: SliceLayout;
  readonly terms: SliceTerms;
  /** Good and total events by slice. */
  readonly events: Ring;
  /** By the columns of `events`. */
  verdicts: Verdicts;
  /** First slice, of any slot, that came to something else since composites were last made of them. */
  changedFrom: number = Infinity;
  readonly #code: VerdictCode;
  #capacity: number;

  constructor(layout: SliceLayout, counts: CountRings, capacity: number) {
    this.layout = layout;
    this.counts = counts;
    this.#capacity = capacity;
    this.#code = new VerdictCode(layout.sliceKind.kind);
    this.terms = new SliceTerms(capacity, this.widthMs);
    this.events = new Ring(layout.ring, capacity, this.openSlice - layout.ring.pastCount);
    this.verdicts = this.#code.column(layout.ring.bucketCount * capacity);
  }

  /** Time of a slice: what was asked for, or the next multiple of a bucket. */
  get widthMs(): number {
    return this.layout.width * this.counts.layout.bucketMs;
  }

  /** First slice that has not ended. */
  get openSlice(): number {
    return Math.floor(this.counts.openIndex / this.layout.width);
  }

  /** First slice of which it is too early to say that it is silent. */
  get waitingSlice(): number {
    const { width, graceCount } = this.layout;
    return Math.floor((this.counts.openIndex - graceCount) / width);
  }

  /** Adds to the slice of a finest bucket; false when that is no longer held. */
  add(slot: number, bucketIndex: number, good: number, total: number): boolean {
    const slice = Math.floor(bucketIndex / this.layout.width);
    if (slice < this.oldestOf(slot)) return false;
    this.#addTo(slice, slot, good, total);
    return true;
  }

  /** Shares an amount out over the finest buckets first … last; false when slices of some are no longer held. */
  addSpread(slot: number, first: number, last: number, good: number, total: number): boolean {
    const { width } = this.layout;
    const spread = new Spread(first, last, good, total);
    const oldest = this.oldestOf(slot);
    for (let slice = Math.max(Math.floor(first / width), oldest); slice * width <= last; slice++) {
      const from = Math.max(first, slice * width);
      const to = Math.min(last + 1, (slice + 1) * width);
      const goodPart = spread.goodBefore(to) - spread.goodBefore(from);
      const totalPart = spread.totalBefore(to) - spread.totalBefore(from);
      if (goodPart !== 0 || totalPart !== 0) this.#addTo(slice, slot, goodPart, totalPart);
    }
    return first >= oldest * width;
  }

  /** First slice of a slot whose events are held. */
  oldestOf(slot: number): number {
    return Math.max(this.events.first, this.terms.knownFrom[slot]!);
  }

  #addTo(slice: number, slot: number, good: number, total: number): void {
    this.events.add(slice, slot, good, total);
    if (slice < this.openSlice) this.#settle(slice, slot);
  }

  /** Judges a slice that ended, and with it the silent ones after it that are held to be like it. */
  #settle(slice: number, slot: number): void {
    const { noData } = this.terms;
    const end = this.waitingSlice;
    for (let next = slice; this.put(next, slot, this.#verdictOf(next, slot));) {
      next++;
      if (noData[slot] !== SILENCE.hold || next >= end || this.#hasEvents(next, slot)) return;
    }
  }

  /** Takes an SLO's terms and judges what is held by them. */
  adopt(slot: number, slo: Slo, sinceMs: number): void {
    const silenceBefore = this.terms.noData[slot];
    if (!this.terms.set(slot, slo, sinceMs)) return;
    const oldest = this.oldestOf(slot);
    const isHeldAnew = slo.noData === "hold" && silenceBefore !== SILENCE.hold;
    if (isHeldAnew && !this.#hasEvents(oldest, slot)) this.put(oldest, slot, UNCOUNTED);
    this.judgeHeld(slot);
  }

  /** Judges all that has ended and is held, after events or terms came in another way than one by one. */
  judgeHeld(slot: number): void {
    const end = this.openSlice;
    for (let slice = this.oldestOf(slot); slice < end; slice++)
      this.put(slice, slot, this.#verdictOf(slice, slot));
  }

  cellOf(slice: number, slot: number): number {
    return this.events.columnOf(slice) * this.#capacity + slot;
  }

  #hasEvents(slice: number, slot: number): boolean {
    return this.events.total[this.cellOf(slice, slot)]! > 0;
  }

  /** What a slice that ended comes to. */
  #verdictOf(slice: number, slot: number): number {
    const cell = this.cellOf(slice, slot);
    const total = this.events.total[cell]!;
    const { targetPpb, noData, listenedFrom } = this.terms;
    if (total > 0) return this.#code.of(this.events.good[cell]!, total, targetPpb[slot]!);
    if (slice < listenedFrom[slot]! || slice >= this.waitingSlice) return UNCOUNTED;
    switch (noData[slot]!) {
      case SILENCE.bad:
        return this.#code.bad;
      case SILENCE.good:
        return this.#code.good;
      case SILENCE.hold: // where the one before is no longer known, it stays what it was
        return this.verdicts[slice > this.oldestOf(slot) ? this.cellOf(slice - 1, slot) : cell]!;
      default:
        return UNCOUNTED;
    }
  }

  /** Makes it the verdict of a slice and books the difference; false when it was that already. */
  put(slice: number, slot: number, verdict: number): boolean {
    const before = this.verdicts[this.cellOf(slice, slot)]!;
    if (before === verdict) return false;
    if (slice < this.changedFrom) this.changedFrom = slice;
    this.write(slice, slot, verdict);
    const good = this.#code.goodOf(verdict) - this.#code.goodOf(before);
    const count = this.#code.countOf(verdict) - this.#code.countOf(before);
    this.counts.add(slot, (slice + 1) * this.layout.width - 1, good, count);
    return true;
  }

  /** Writes a verdict down that `counts` has, or gets otherwise. */
  write(slice: number, slot: number, verdict: number): void {
    this.verdicts[this.cellOf(slice, slot)] = verdict;
    this.#touch(slice);
  }

  #touch(slice: number): void {
    const column = this.events.columnOf(slice);
    this.events.isUsed[column] = 1;
    this.events.isDirty[column] = 1;
  }

  /** Call it before a bucket closes: a slice that ends with it enters the windows, if it has events. */
  judgeEnding(slotCount: number): void {
    const end = this.counts.openIndex + 1;
    if (end % this.layout.width !== 0) return;
    const slice = end / this.layout.width - 1;
    const start = this.cellOf(slice, 0);
    const { good, total } = this.events;
    const { targetPpb } = this.terms;
    for (let slot = 0; slot < slotCount; slot++) {
      const events = total[start + slot]!;
      if (events > 0)
        this.put(slice, slot, this.#code.of(good[start + slot]!, events, targetPpb[slot]!));
    }
    this.#advanceTo(slice + 1);
  }

  /** Call it after a bucket closed: of a slice that ended a while ago and has no events, its silence is judged. */
  judgeSilence(slotCount: number): void {
    const { width, graceCount } = this.layout;
    if ((this.counts.openIndex - graceCount) % width !== 0) return;
    const slice = this.waitingSlice - 1;
    const start = this.cellOf(slice, 0);
    const { total } = this.events;
    const { noData } = this.terms;
    for (let slot = 0; slot < slotCount; slot++) {
      if (noData[slot] === SILENCE.ignore || total[start + slot]! > 0) continue;
      this.put(slice, slot, this.#verdictOf(slice, slot));
    }
  }

  /**
   * Call it after the counts jumped ahead: `from` was the first slice to wait for until then, and none from it on has
   * events. Silence makes one verdict of them all, so that days of it cost no more than the buckets they are booked in.
   */
  jump(from: number, slotCount: number): void {
    const until = this.waitingSlice;
    this.changedFrom = Math.min(this.changedFrom, from);
    const verdicts = Int32Array.from({ length: slotCount }, (_, slot) =>
      this.#silenceAt(from, slot),
    );
    this.#advanceTo(this.openSlice);
    this.#writeSilence(verdicts, from, until);
    const { width } = this.layout;
    const startOf = (verdict: number, slot: number) =>
      verdict === UNCOUNTED ? until : Math.max(from, this.terms.listenedFrom[slot]!);
    bookEach(this.counts, {
      until: until * width,
      every: width,
      from: Float64Array.from(verdicts, (verdict, slot) => startOf(verdict, slot) * width),
      good: Float64Array.from(verdicts, (verdict) => this.#code.goodOf(verdict)),
    });
    this.counts.recountAll();
  }

  /** Writes one verdict by slot to all slices [from, until) that are held. */
  #writeSilence(verdicts: Int32Array, from: number, until: number): void {
    const { listenedFrom } = this.terms;
    const held = this.verdicts;
    const slotCount = verdicts.length;
    for (let slice = Math.max(from, this.events.first); slice < until; slice++) {
      const start = this.cellOf(slice, 0);
      let isCounted = false;
      for (let slot = 0; slot < slotCount; slot++) {
        const verdict = verdicts[slot]!;
        if (verdict === UNCOUNTED || slice < listenedFrom[slot]!) continue;
        held[start + slot] = verdict;
        isCounted = true;
      }
      if (isCounted) this.#touch(slice);
    }
  }

  /** What slices from one on come to that are all silent. */
  #silenceAt(slice: number, slot: number): number {
    switch (this.terms.noData[slot]!) {
      case SILENCE.bad:
        return this.#code.bad;
      case SILENCE.good:
        return this.#code.good;
      case SILENCE.hold: {
        const isHeard = slice >= this.terms.listenedFrom[slot]!;
        return isHeard ? this.verdicts[this.cellOf(slice - 1, slot)]! : UNCOUNTED;
      }
      default:
        return UNCOUNTED;
    }
  }

  /** Drops what is no longer held once `openSlice` is open. */
  #advanceTo(openSlice: number): void {
    const { events } = this;
    const first = openSlice - this.layout.ring.pastCount;
    const goneCount = Math.min(first - events.first, events.bucketCount);
    for (let i = 0; i < goneCount; i++) {
      const start = this.cellOf(events.first + i, 0);
      this.verdicts.fill(UNCOUNTED, start, start + this.#capacity);
    }
    events.advanceTo(first);
  }

  /** A copy of the first `slotCount` verdicts of a column. */
  copyVerdicts(column: number, slotCount: number): Verdicts {
    const start = column * this.#capacity;
    return this.verdicts.slice(start, start + slotCount);
  }

  /** Puts a copy back that `copyVerdicts` made. */
  pasteVerdicts(column: number, copy: ArrayBuffer): void {
    const cells = this.verdicts instanceof Int8Array ? new Int8Array(copy) : new Int32Array(copy);
    this.verdicts.set(cells, column * this.#capacity);
    this.events.isUsed[column] = 1;
  }

  grow(capacity: number): void {
    const { bucketCount } = this.events;
    const wider = this.#code.column(bucketCount * capacity);
    for (let column = 0; column < bucketCount; column++)
      wider.set(this.copyVerdicts(column, this.#capacity), column * capacity);
    this.verdicts = wider;
    this.#capacity = capacity;
    this.events.grow(capacity);
    this.terms.grow(capacity);
  }

  clearSlot(slot: number): void {
    for (let column = 0; column < this.events.bucketCount; column++)
      this.verdicts[column * this.#capacity + slot] = UNCOUNTED;
    this.events.clearSlot(slot);
    this.terms.clear(slot);
  }
}
