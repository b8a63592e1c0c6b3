/** How long an outage lasted before its alert fired, and the alert after it. */
import type { AlertEpisode } from "./episode-log.ts";
import type { Injection } from "./injection.ts";
import type { RecordedOutage } from "./outage-watch.ts";

export interface EpisodeOutage {
  /** `injected`: made up; else as the capture has it. */
  readonly kind: "injected" | "recorded";
  readonly startMs: number;
  /** Absent when it lasts to the capture's end. */
  readonly endMs?: number;
}

export interface DetectedEpisode extends AlertEpisode {
  /** Absent where none is found: the lookback held older events. */
  readonly outage?: EpisodeOutage;
  /** From the outage's start to firing. */
  readonly detectionMs?: number;
  /** From its end to resolved; absent while either is open, or when the alert ended first. */
  readonly resetMs?: number;
  /** Whether its long lookback held more time than was recorded before it fired: with a longer past it may fire later. */
  readonly isEarly: boolean;
}

export function detectionOf(
  episode: AlertEpisode,
  /** Those that are meant for its SLO. */
  injections: readonly Injection[],
  {
    recorded,
    isEarly,
  }: { readonly recorded: readonly RecordedOutage[]; readonly isEarly: boolean },
): DetectedEpisode {
  const outage = outageOf(episode, injections, recorded);
  if (outage === undefined) return { ...episode, isEarly };
  const { firedAt, resolvedAt } = episode;
  const { startMs, endMs } = outage;
  const isOver = resolvedAt !== undefined && endMs !== undefined && resolvedAt >= endMs;
  return {
    ...episode,
    isEarly,
    outage,
    detectionMs: firedAt - startMs,
    ...(isOver ? { resetMs: resolvedAt - endMs } : {}),
  };
}

/** What began last before it fired; of one that was made up, the moments are known. */
function outageOf(
  { firedAt }: AlertEpisode,
  injections: readonly Injection[],
  recorded: readonly RecordedOutage[],
): EpisodeOutage | undefined {
  const last = recorded.findLast(({ startMs }) => startMs < firedAt);
  const injected = injections.findLast(
    ({ startMs, endMs }) =>
      startMs < firedAt &&
      // It makes a run of bad buckets, which may go on beyond it, or have begun before.
      (last === undefined || (startMs < last.endMs && endMs > last.startMs)),
  );
  if (injected !== undefined) {
    const { startMs, endMs } = injected;
    return { kind: "injected", startMs, ...(endMs === Infinity ? {} : { endMs }) };
  }
  return last === undefined ? undefined : { kind: "recorded", ...last };
}
