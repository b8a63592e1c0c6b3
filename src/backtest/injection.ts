/**
 * Outages that never were: from a moment on, a share of the good events is bad. It stands between series and engine, where an
 * increment has its stream, its time and its counts, and changes nothing else: totals, late points, resets are as recorded.
 */
import type { BookPorts } from "../series/index.ts";
import { parseDuration, type StreamIndex } from "../slo/index.ts";

const MILLION = 1_000_000;

/** As it is written: `2%@1h`, `checkout/availability:100%@1h/20m`. */
export interface InjectionSpec {
  /** A service or an SLO's id; all SLOs without it. */
  readonly scope?: string;
  /** Share of good events that become bad, parts per million: 1 to 1 000 000. */
  readonly sharePpm: number;
  /** From the capture's start, ms. */
  readonly afterMs: number;
  /** To the capture's end without it. */
  readonly lengthMs?: number;
  readonly text: string;
}

/** The same with its moments: events of (startMs, endMs] are meant. */
export interface Injection {
  readonly spec: InjectionSpec;
  readonly startMs: number;
  /** Infinity: to the end. */
  readonly endMs: number;
}

const FORM =
  /^(?:(?<scope>[^:@%]+):)?(?<share>\d{1,3}(?:\.\d{1,4})?)%@(?<after>[^/@%]+)(?:\/(?<length>[^/@%]+))?$/;

/** `undefined` when the text is none. */
export function parseInjection(text: string): InjectionSpec | undefined {
  const { scope, share, after, length } = FORM.exec(text)?.groups ?? {};
  const sharePpm = Math.round(Number(share) * 10_000);
  const afterMs = parseDuration(after ?? "");
  const lengthMs = length === undefined ? undefined : parseDuration(length);
  if (!(sharePpm >= 1 && sharePpm <= MILLION) || afterMs === undefined) return undefined;
  if (length !== undefined && !(lengthMs !== undefined && lengthMs > 0)) return undefined;
  return {
    ...(scope === undefined ? {} : { scope }),
    sharePpm,
    afterMs,
    ...(lengthMs === undefined ? {} : { lengthMs }),
    text,
  };
}

export const injectionAt = (spec: InjectionSpec, captureStartMs: number): Injection => ({
  spec,
  startMs: captureStartMs + spec.afterMs,
  endMs: spec.lengthMs === undefined ? Infinity : captureStartMs + spec.afterMs + spec.lengthMs,
});

export const isMeant = ({ scope }: InjectionSpec, sloId: string): boolean =>
  scope === undefined || sloId === scope || sloId.startsWith(`${scope}/`);

/** Millionths of events that were to be taken so far and were no whole one, of one stream and injection. */
interface Carry {
  readonly injection: Injection;
  good: number;
  straddleTotal: number;
}

/**
 * Bookings that pass through the injections. Of each stream, the good events taken after n were booked are
 * floor(share x n), whatever n is made of: the part of an event that is left over is carried on, so integers stay integers.
 */
export class Injector implements BookPorts {
  readonly #books: BookPorts;
  readonly #injections: readonly Injection[];
  readonly #sloIdOf: (stream: StreamIndex) => string;
  readonly #carries: (readonly Carry[])[] = [];

  constructor(
    books: BookPorts,
    injections: readonly Injection[],
    sloIdOf: (stream: StreamIndex) => string,
  ) {
    this.#books = books;
    this.#injections = injections;
    this.#sloIdOf = sloIdOf;
  }

  readonly book: BookPorts["book"] = (stream, fromMs, timeMs, good, total) => {
    let left = good;
    if (good !== 0)
      for (const carry of this.#carriesOf(stream)) {
        const ppm = presentPpm(carry.injection, fromMs, timeMs);
        if (ppm === 0) continue;
        const due = carry.good + left * ppm;
        const taken = wholeOf(left, due);
        carry.good = due - taken * MILLION;
        left -= taken;
      }
    this.#books.book(stream, fromMs, timeMs, left, total);
  };

  /** Events astride a threshold may be good: of those that are bad now, none may be. */
  readonly bookStraddle: BookPorts["bookStraddle"] = (stream, fromMs, timeMs, good, total) => {
    let leftGood = good;
    let leftTotal = total;
    for (const carry of this.#carriesOf(stream)) {
      const ppm = presentPpm(carry.injection, fromMs, timeMs);
      if (ppm === 0) continue;
      const dueTotal = carry.straddleTotal + leftTotal * ppm;
      const takenTotal = wholeOf(leftTotal, dueTotal);
      carry.straddleTotal = dueTotal - takenTotal * MILLION;
      leftTotal -= takenTotal;
      leftGood = Math.min(leftTotal, leftGood - (leftGood * ppm) / MILLION); // an estimate: no integer
    }
    this.#books.bookStraddle(stream, fromMs, timeMs, leftGood, leftTotal);
  };

  #carriesOf(stream: StreamIndex): readonly Carry[] {
    const known = this.#carries[stream];
    if (known !== undefined) return known;
    const sloId = this.#sloIdOf(stream);
    const carries = this.#injections
      .filter(({ spec }) => isMeant(spec, sloId))
      .map((injection) => ({ injection, good: 0, straddleTotal: 0 }));
    this.#carries[stream] = carries;
    return carries;
  }
}

/** The whole events of `due` millionths; all of them where the source counts in fractions. */
const wholeOf = (amount: number, due: number): number =>
  Number.isInteger(amount) ? Math.floor(due / MILLION) : due / MILLION;

/** The share that holds for an increment of (fromMs, timeMs]: as much of it as the outage covers. */
function presentPpm({ spec, startMs, endMs }: Injection, fromMs: number, timeMs: number): number {
  if (timeMs <= fromMs) return timeMs > startMs && timeMs <= endMs ? spec.sharePpm : 0;
  if (timeMs <= startMs || fromMs >= endMs) return 0;
  const covered = Math.min(timeMs, endMs) - Math.max(fromMs, startMs);
  return Math.round((spec.sharePpm * covered) / (timeMs - fromMs));
}
