/**
 * When events were bad, as recorded: what the time to an alert is counted from where no outage was made up. An outage is a run
 * of buckets with a burn rate over 1, that is more bad events than the budget allows, without a gap of over five minutes.
 */
import type { BookPorts } from "../series/index.ts";
import { burnExceeds, WHOLE_PPB, type Slo, type StreamIndex } from "../slo/index.ts";

export interface RecordedOutage {
  /** Begin of its first bucket with too many bad events, ms. */
  readonly startMs: number;
  /** End of its last. */
  readonly endMs: number;
}

/** Late points find their bucket for so many buckets; then it is judged. */
const HELD = 32;
/** The shortest of the workbook's lookbacks: what is quiet for longer is over. */
const GAP_MS = 300_000;
const BURN_OF_ONE_MILLI = 1000;

interface Watched {
  readonly budgetPpb: number;
  readonly good: Float64Array;
  readonly total: Float64Array;
  newest: number;
  /** First bucket that is not judged. */
  next: number;
  readonly outages: { startMs: number; endMs: number }[];
}

export class OutageWatch implements BookPorts {
  readonly #books: BookPorts;
  readonly #bucketMs: number;
  readonly #sloOf: (stream: StreamIndex) => Slo;
  readonly #watched: (Watched | undefined)[] = [];

  constructor(books: BookPorts, bucketMs: number, sloOf: (stream: StreamIndex) => Slo) {
    this.#books = books;
    this.#bucketMs = bucketMs;
    this.#sloOf = sloOf;
  }

  readonly book: BookPorts["book"] = (stream, fromMs, timeMs, good, total) => {
    this.#see(stream, timeMs, good, total);
    this.#books.book(stream, fromMs, timeMs, good, total);
  };

  readonly bookStraddle: BookPorts["bookStraddle"] = (stream, fromMs, timeMs, good, total) => {
    this.#see(stream, timeMs, good, 0); // they are in the total already
    this.#books.bookStraddle(stream, fromMs, timeMs, good, total);
  };

  /** Ascending, of a stream; everything that came is judged then. */
  outagesOf(stream: StreamIndex): readonly RecordedOutage[] {
    const watched = this.#watched[stream];
    if (watched === undefined) return [];
    this.#judgeTo(watched, watched.newest + 1);
    return watched.outages;
  }

  #see(stream: StreamIndex, timeMs: number, good: number, total: number): void {
    if (good === 0 && total === 0) return;
    const bucket = Math.ceil(timeMs / this.#bucketMs) - 1; // bucket i is (i·w, (i+1)·w]
    const watched = this.#watched[stream] ?? this.#watch(stream, bucket);
    if (bucket > watched.newest) {
      this.#judgeTo(watched, bucket - HELD + 1);
      watched.newest = bucket;
    }
    if (bucket < watched.next) return;
    const slot = bucket % HELD;
    watched.good[slot] = (watched.good[slot] ?? 0) + good;
    watched.total[slot] = (watched.total[slot] ?? 0) + total;
  }

  #watch(stream: StreamIndex, bucket: number): Watched {
    const { budgeting, objective } = this.#sloOf(stream);
    // A slice is bad when less than its target is good.
    const budgetPpb =
      budgeting.kind === "timeslices" ? WHOLE_PPB - budgeting.targetPpb : objective.budgetPpb;
    const watched: Watched = {
      budgetPpb,
      good: new Float64Array(HELD),
      total: new Float64Array(HELD),
      newest: bucket,
      next: bucket - HELD + 1,
      outages: [],
    };
    this.#watched[stream] = watched;
    return watched;
  }

  #judgeTo(watched: Watched, end: number): void {
    const { good, total, newest } = watched;
    for (let bucket = watched.next; bucket < Math.min(end, newest + 1); bucket++) {
      const slot = bucket % HELD;
      const events = total[slot] ?? 0;
      const bad = events - (good[slot] ?? 0);
      good[slot] = total[slot] = 0;
      if (burnExceeds(bad, events, BURN_OF_ONE_MILLI, watched.budgetPpb))
        this.#add(watched, bucket);
    }
    watched.next = Math.max(watched.next, end);
  }

  #add({ outages }: Watched, bucket: number): void {
    const startMs = bucket * this.#bucketMs;
    const last = outages.at(-1);
    if (last !== undefined && startMs - last.endMs <= GAP_MS) last.endMs = startMs + this.#bucketMs;
    else outages.push({ startMs, endMs: startMs + this.#bucketMs });
  }
}
