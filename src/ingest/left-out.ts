/**
 * Events that happened before a rebuilt SLO's counts go back. Where all that it measures came in use at once, whatever is
 * archived of it is whole, and is booked. Where one measure came in use before another, or for the second time, or where
 * time was dropped, a part of them is missing: they are left out, and an SLO that counted them before says so.
 */
import { streamIndex, type Slo } from "../slo/index.ts";
import type { CoreEngine } from "./core-engine.ts";

/** By pending stream: what happened from when on is booked, ms. `isWhole` says it of everything archived. */
export function bookedFromMs(
  engine: Pick<CoreEngine, "pendingStreams" | "stream">,
  isWhole: (slo: Slo) => boolean,
): ReadonlyMap<number, number> {
  const known = new Map<Slo, boolean>();
  const fromMs = new Map<number, number>();
  for (const [stream, sinceMs] of engine.pendingStreams()) {
    const { slo } = engine.stream(streamIndex(stream));
    let isAll = known.get(slo);
    if (isAll === undefined) {
      isAll = isWhole(slo);
      known.set(slo, isAll);
    }
    fromMs.set(stream, isAll ? -Infinity : sinceMs);
  }
  return fromMs;
}

/** By the id that a pending SLO will have: since when something was left out, ms; of `countedIds`, which lose it. */
export function leftOutBySlo(
  engine: Pick<CoreEngine, "stream">,
  byStream: ReadonlyMap<number, number>,
  countedIds: ReadonlySet<string>,
): ReadonlyMap<string, number> {
  const bySlo = new Map<string, number>();
  for (const [stream, fromMs] of byStream) {
    const id = engine.stream(streamIndex(stream)).slo.pendingFor ?? "";
    if (countedIds.has(id)) bySlo.set(id, Math.min(bySlo.get(id) ?? Infinity, fromMs));
  }
  return bySlo;
}

/** `rebuilt`: in force by now. */
export function markLeftOut(
  engine: Pick<CoreEngine, "markPartial">,
  rebuilt: readonly Slo[],
  leftOut: ReadonlyMap<string, number>,
): void {
  for (const { id, rebuiltFrom = 0 } of rebuilt) {
    const fromMs = leftOut.get(id);
    if (fromMs !== undefined)
      engine.markPartial(fromMs, rebuiltFrom, leftOutText(rebuiltFrom), [id]);
  }
}

export const leftOutText = (sinceMs: number): string =>
  `what happened before ${new Date(sinceMs).toISOString()} was archived in part only: it is left out`;
