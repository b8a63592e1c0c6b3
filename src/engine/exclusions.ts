/** Which finest buckets of each SLO are excluded: those of the stretches that are held, and of some that are still to come. */
import {
  formatMoment,
  longestCalendarMs,
  windowsOf,
  sliceKindOf,
  type Slo,
  type SloWindow,
} from "../slo/index.ts";
import { BucketRanges } from "./bucket-ranges.ts";
import type { CountRings } from "./count-rings.ts";
import { declaredSpans, rangesOf, settled, type ExcludedSpan } from "./excluded-spans.ts";

/** How far ahead of the clock stretches are worked out. */
const AHEAD_MS = 2 * 86_400_000;
/** More than bookings and a tick can be ahead of the clock. */
const MARGIN_MS = 3_600_000;
/** What rings hold beyond the longest window: two of their widest buckets, and some. */
const HELD_BEYOND_MS = 3 * 3_600_000;

/** JSON of a snapshot part. */
export interface StoredExclusions {
  readonly untilMs: number;
  readonly spans: readonly (readonly [sloId: string, spans: readonly ExcludedSpan[]])[];
}

interface Excluded {
  readonly spans: readonly ExcludedSpan[];
  readonly ranges: BucketRanges;
}

export class Exclusions {
  readonly #bucketMs: number;
  /** Of SLOs that have exclusions, also where no stretch of them is near. */
  readonly #bySlo = new Map<string, Excluded>();
  /** Until when stretches are worked out. */
  #untilMs = -Infinity;
  /** Whether something changed since the last snapshot. */
  isChanged = false;
  /** Whether snapshots have, or had, a part of it. */
  isStored = false;

  constructor(bucketMs: number) {
    this.#bucketMs = bucketMs;
  }

  get isEmpty(): boolean {
    return this.#bySlo.size === 0;
  }

  rangesOf(sloId: string): BucketRanges {
    return this.#bySlo.get(sloId)?.ranges ?? BucketRanges.none;
  }

  /** Whether something between two moments is excluded as it is written, in whichever buckets that is still known, ms. */
  isExcluded(sloId: string, fromMs: number, toMs: number): boolean {
    const spans = this.#bySlo.get(sloId)?.spans ?? [];
    return spans.some(({ startMs, endMs }) => startMs < toMs && endMs > fromMs);
  }

  /** Whether stretches must be worked out further before buckets close up to a moment. */
  isDue(tickMs: number): boolean {
    return !this.isEmpty && tickMs + MARGIN_MS > this.#untilMs;
  }

  /** Call it, and then `declare` every SLO, when `isDue`. */
  lookAhead(tickMs: number): void {
    this.#untilMs = Math.max(this.#untilMs, tickMs + AHEAD_MS);
    this.isChanged = true;
  }

  /**
   * Works the stretches of an SLO out anew. `counts` is of any of its streams, which all stand alike; none is needed where
   * nothing was counted yet, which began at `sinceMs`. Returns what could not be excluded as it is written, in a sentence.
   */
  declare(
    slo: Slo,
    counts: CountRings | undefined,
    { tickMs, sinceMs }: { readonly tickMs: number; readonly sinceMs: number },
  ): readonly string[] {
    const known = this.#bySlo.get(slo.id);
    if (slo.exclusions === undefined && known === undefined) return [];
    if (this.isEmpty) this.lookAhead(tickMs);
    const grid = { bucketMs: this.#bucketMs, sliceWidth: this.#sliceWidthOf(slo) };
    const held = { fromMs: tickMs - heldMs(slo), toMs: this.#untilMs };
    const declared = declaredSpans(slo, known?.spans ?? [], held, grid);
    const before = known?.ranges ?? BucketRanges.none;
    const spans = counts ? settled(declared, before, counts, grid.sliceWidth) : declared;
    const isSame = JSON.stringify(spans) === JSON.stringify(known?.spans);
    if (isSame && slo.exclusions !== undefined) return [];
    this.isChanged = true;
    if (slo.exclusions === undefined) this.#bySlo.delete(slo.id);
    else this.#put(slo.id, spans);
    const widened = spans.filter((span, i) => span !== declared[i] && span.endMs > sinceMs);
    return this.#widenedNote(widened);
  }

  /** Of the newest; a rule that recurs may have many. */
  #widenedNote(widened: readonly ExcludedSpan[]): readonly string[] {
    const newest = widened.at(-1);
    if (newest === undefined) return [];
    const { startMs, endMs, first, end } = newest;
    const others = widened.length === 1 ? "" : ` (so with ${widened.length - 1} before it)`;
    const moments = (fromMs: number, toMs: number) =>
      `${formatMoment(fromMs)} to ${formatMoment(toMs)}`;
    const counted = moments(first * this.#bucketMs, end * this.#bucketMs);
    const why = "finer buckets of then are no longer held";
    return [`the exclusion of ${moments(startMs, endMs)} excludes ${counted}: ${why}${others}`];
  }

  #put(sloId: string, spans: readonly ExcludedSpan[]): void {
    this.#bySlo.set(sloId, { spans, ranges: rangesOf(spans) });
  }

  /** In finest buckets; 1 where events are counted. */
  #sliceWidthOf({ budgeting }: Slo): number {
    const kind = sliceKindOf(budgeting);
    return kind === undefined ? 1 : Math.max(1, Math.ceil(kind.widthMs / this.#bucketMs));
  }

  remove(sloId: string): void {
    if (this.#bySlo.delete(sloId)) this.isChanged = true;
  }

  /** Takes over what another engine of the same buckets excludes of an SLO. */
  adopt(from: Exclusions, sloId: string): void {
    this.#untilMs = Math.max(this.#untilMs, from.#untilMs);
    const excluded = from.#bySlo.get(sloId);
    if (excluded !== undefined) this.#put(sloId, excluded.spans);
    this.isChanged = true;
  }

  /** What is excluded of an SLO goes on under another id, which has nothing. */
  rename(from: string, to: string): void {
    const known = this.#bySlo.get(from);
    if (known === undefined) return;
    this.#bySlo.delete(from);
    this.#bySlo.set(to, known);
    this.isChanged = true;
  }

  /** Takes over what an engine with other buckets excludes; `scale` is the width of its buckets in ours. */
  carryOver(from: Exclusions, scale: number): void {
    this.#untilMs = from.#untilMs;
    for (const [sloId, { spans }] of from.#bySlo) {
      const first = (span: ExcludedSpan) => Math.floor(span.first * scale);
      const end = (span: ExcludedSpan) => Math.ceil(span.end * scale);
      this.#put(
        sloId,
        spans.map((span) => ({ ...span, first: first(span), end: end(span) })),
      );
    }
    this.isChanged = true;
  }

  /** For a snapshot; `undefined` when there is nothing to store. */
  stored(): StoredExclusions | undefined {
    this.isChanged = false;
    this.isStored = true;
    if (this.isEmpty) return undefined;
    const spans = [...this.#bySlo].map(([sloId, excluded]) => [sloId, excluded.spans] as const);
    return { untilMs: this.#untilMs, spans };
  }

  restore({ untilMs, spans }: StoredExclusions): void {
    this.#untilMs = untilMs;
    this.isStored = true;
    for (const [sloId, each] of spans) this.#put(sloId, each);
  }
}

/** As far back as any window of the SLO, and the rings it is read from, reach. */
function heldMs(slo: Slo): number {
  const lengths = windowsOf(slo).map(longestOf);
  return Math.max(...lengths) + HELD_BEYOND_MS;
}

const longestOf = (window: SloWindow): number =>
  window.kind === "calendar" ? longestCalendarMs(window) : window.lengthMs;
