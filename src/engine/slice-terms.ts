/** By slot, what makes a stream's slice good, and what silence counts as. */
import { isComposite, type NoData, type Slo } from "../slo/index.ts";

/** As they are kept in columns. */
export const SILENCE: Readonly<Record<NoData, number>> = { ignore: 0, bad: 1, good: 2, hold: 3 };

export class SliceTerms {
  /** Of timeslices; 0 for ratios. */
  targetPpb: Float64Array;
  /** One of `SILENCE`. */
  noData: Uint8Array;
  /** First slice that is silent when it has no events: of those that began before, nobody knows. */
  listenedFrom: Float64Array;
  /** First slice whose events are all here: those before were held for a shorter time. */
  knownFrom: Float64Array;
  readonly #widthMs: number;

  constructor(capacity: number, widthMs: number) {
    this.#widthMs = widthMs;
    this.targetPpb = new Float64Array(capacity);
    this.noData = new Uint8Array(capacity);
    this.listenedFrom = new Float64Array(capacity);
    this.knownFrom = new Float64Array(capacity);
  }

  /** Takes an SLO's terms; true when a slice that ended may come to something else by them. */
  set(slot: number, slo: Slo, sinceMs: number): boolean {
    const { budgeting } = slo;
    const noData = isComposite(slo) ? "ignore" : slo.noData; // its members' silence counts, not that it has no events
    const targetPpb = budgeting.kind === "timeslices" ? budgeting.targetPpb : 0;
    const isOther = this.targetPpb[slot] !== targetPpb || this.noData[slot] !== SILENCE[noData];
    this.targetPpb[slot] = targetPpb;
    this.noData[slot] = SILENCE[noData];
    this.listenedFrom[slot] = Math.ceil(sinceMs / this.#widthMs);
    return isOther;
  }

  copy(slot: number, from: SliceTerms, fromSlot: number): void {
    this.targetPpb[slot] = from.targetPpb[fromSlot]!;
    this.noData[slot] = from.noData[fromSlot]!;
    this.listenedFrom[slot] = from.listenedFrom[fromSlot]!;
    this.knownFrom[slot] = from.knownFrom[fromSlot]!;
  }

  clear(slot: number): void {
    this.targetPpb[slot] = 0;
    this.noData[slot] = SILENCE.ignore;
    this.listenedFrom[slot] = 0;
    this.knownFrom[slot] = 0;
  }

  grow(capacity: number): void {
    const larger = (old: Float64Array) => {
      const column = new Float64Array(capacity);
      column.set(old);
      return column;
    };
    this.targetPpb = larger(this.targetPpb);
    this.listenedFrom = larger(this.listenedFrom);
    this.knownFrom = larger(this.knownFrom);
    const noData = new Uint8Array(capacity);
    noData.set(this.noData);
    this.noData = noData;
  }
}
