/** Series that rebuilt SLOs are counted from, and that nothing is archived of: said of their SLOs. */
import type { SeriesState, TrialBindings } from "../series/index.ts";
import { streamIndex, type Slo } from "../slo/index.ts";
import type { CoreEngine } from "./core-engine.ts";

/** By the id that a pending SLO will have: how many of its series. */
export function unheldBySlo(
  engine: Pick<CoreEngine, "pendingStreams" | "stream">,
  series: Pick<SeriesState, "unheldSeries">,
  trial?: TrialBindings,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [stream, count] of series.unheldSeries(engine.pendingStreams(), trial)) {
    const id = engine.stream(streamIndex(stream)).slo.pendingFor ?? "";
    counts.set(id, (counts.get(id) ?? 0) + count);
  }
  return counts;
}

/** `rebuilt`: in force by now. */
export function markUnheld(
  engine: Pick<CoreEngine, "markPartial">,
  rebuilt: readonly Slo[],
  unheld: ReadonlyMap<string, number>,
  nowMs: number,
): void {
  for (const { id, rebuiltFrom = 0 } of rebuilt) {
    const count = unheld.get(id) ?? 0;
    if (count > 0) engine.markPartial(rebuiltFrom, nowMs, unheldText(count), [id]);
  }
}

export const unheldText = (seriesCount: number): string =>
  `no rule used ${seriesCount} of the series before: nothing of them was archived`;
