/** Streams of SLOs that are being rebuilt: counted, unseen, until they take the place of what is in force. */
import { isPending, type Slo } from "../slo/index.ts";
import type { Streams } from "./streams.ts";

/** By stream: from when on it is to be counted, ms. */
export function pendingStreams(
  slos: readonly Slo[],
  streams: Streams,
): ReadonlyMap<number, number> {
  return new Map(
    slos
      .filter(isPending)
      .flatMap(({ id, rebuiltFrom = 0 }) =>
        streams.ofSlo(id).map(({ index }) => [index, rebuiltFrom] as const),
      ),
  );
}

/** Leaves their counts behind, to begin again. */
export function clearPending(slos: readonly Slo[], streams: Streams, nowMs: number): void {
  for (const slo of slos.filter(isPending)) {
    streams.remove(slo.id);
    streams.setSlo(slo);
    if (slo.per.length === 0) streams.ofGroup(slo.id, [], nowMs);
  }
}
