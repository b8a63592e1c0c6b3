/** Stretches of time whose counts are known to be incomplete (DESIGN 4.16): a window that covers one says so. */
import { pendingId } from "../slo/index.ts";

export interface PartialMark {
  /** Event times (fromMs, toMs]. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly reason: string;
  /** Whose counts they are; everybody's without it. */
  readonly sloIds?: readonly string[];
}

/** Over it the two oldest marks become one. */
const MAX_MARKS = 64;
/** What goes on with pauses below this is one mark. */
const JOIN_MS = 600_000;

export class PartialMarks {
  #marks: PartialMark[] = [];

  get all(): readonly PartialMark[] {
    return this.#marks;
  }

  add(mark: PartialMark): void {
    const known = this.#marks.findIndex(
      (each) =>
        each.reason === mark.reason &&
        String(each.sloIds) === String(mark.sloIds) &&
        each.fromMs <= mark.toMs + JOIN_MS &&
        mark.fromMs <= each.toMs + JOIN_MS,
    );
    const before = this.#marks[known];
    if (before !== undefined) this.#marks[known] = joined(before, mark);
    else this.#marks.push(mark);
    const [first, second, ...rest] = this.#marks;
    if (this.#marks.length <= MAX_MARKS || first === undefined || second === undefined) return;
    this.#marks = [joined(first, second), ...rest];
  }

  /** Those that touch (fromMs, toMs]. */
  within(fromMs: number, toMs: number): readonly PartialMark[] {
    return this.#marks.filter((mark) => mark.toMs > fromMs && mark.fromMs < toMs);
  }

  /** Each reason once, of the marks of an SLO that touch (fromMs, toMs]. */
  reasonsWithin(fromMs: number, toMs: number, sloId: string): readonly string[] {
    const touching = this.within(fromMs, toMs).filter((mark) => isOf(mark, sloId));
    return [...new Set(touching.map((mark) => mark.reason))];
  }

  /** SLOs that were pending are in force under `ids`: their marks are, too. */
  takeOver(ids: readonly string[]): void {
    if (ids.length === 0) return;
    const idOf = new Map(ids.map((id) => [pendingId(id), id]));
    this.#marks = this.#marks.map(({ sloIds, ...rest }) => ({
      ...rest,
      ...(sloIds && { sloIds: [...new Set(sloIds.map((id) => idOf.get(id) ?? id))] }),
    }));
  }

  /** Forgets the marks that no window from `ms` on covers. */
  dropBefore(ms: number): void {
    this.#marks = this.#marks.filter((mark) => mark.toMs > ms);
  }
}

export const isOf = ({ sloIds }: PartialMark, sloId: string): boolean =>
  sloIds === undefined || sloIds.includes(sloId);

/** One mark over both, of the first's reason; everybody's when they are of different SLOs. */
function joined(a: PartialMark, b: PartialMark): PartialMark {
  const { sloIds, ...rest } = a;
  const isSame = sloIds !== undefined && String(sloIds) === String(b.sloIds);
  return {
    ...rest,
    fromMs: Math.min(a.fromMs, b.fromMs),
    toMs: Math.max(a.toMs, b.toMs),
    ...(isSame ? { sloIds } : {}),
  };
}
