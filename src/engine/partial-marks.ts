/** Stretches of time whose counts are known to be incomplete (DESIGN 4.16): a window that covers one says so. */

export interface PartialMark {
  /** Event times (fromMs, toMs]. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly reason: string;
}

/** Over it the two oldest marks become one. */
const MAX_MARKS = 64;

export class PartialMarks {
  #marks: PartialMark[] = [];

  get all(): readonly PartialMark[] {
    return this.#marks;
  }

  add(mark: PartialMark): void {
    const isKnown = this.#marks.some(
      ({ fromMs, toMs, reason }) =>
        reason === mark.reason && fromMs <= mark.fromMs && mark.toMs <= toMs,
    );
    if (isKnown) return;
    this.#marks.push(mark);
    const [first, second, ...rest] = this.#marks;
    if (this.#marks.length <= MAX_MARKS || first === undefined || second === undefined) return;
    const fromMs = Math.min(first.fromMs, second.fromMs);
    const toMs = Math.max(first.toMs, second.toMs);
    this.#marks = [{ fromMs, toMs, reason: first.reason }, ...rest];
  }

  /** Each reason once, of the marks that touch (fromMs, toMs]. */
  reasonsWithin(fromMs: number, toMs: number): readonly string[] {
    const touching = this.#marks.filter((mark) => mark.toMs > fromMs && mark.fromMs < toMs);
    return [...new Set(touching.map((mark) => mark.reason))];
  }

  /** Forgets the marks that no window from `ms` on covers. */
  dropBefore(ms: number): void {
    this.#marks = this.#marks.filter((mark) => mark.toMs > ms);
  }
}
