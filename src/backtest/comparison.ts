/** Two outcomes side by side: which alerts both rule sets raise, and which only one. */
import type { DetectedEpisode } from "./detection.ts";
import type { RuleSetOutcome, SloOutcome } from "./rule-set-run.ts";

/** `same`: within a bucket; `moved`: both, at other times; `added`, `gone`: only after, only before. */
export type Verdict = "same" | "moved" | "added" | "gone";

export interface EpisodePair {
  readonly verdict: Verdict;
  readonly before?: DetectedEpisode;
  readonly after?: DetectedEpisode;
}

export interface SloPair {
  readonly id: string;
  readonly before?: SloOutcome;
  readonly after?: SloOutcome;
}

export interface Comparison {
  readonly slos: readonly SloPair[];
  /** In the order of firing. */
  readonly episodes: readonly EpisodePair[];
}

/** `bucketMs`: what differs by so little is the same. */
export function compare(
  before: RuleSetOutcome,
  after: RuleSetOutcome,
  bucketMs: number,
): Comparison {
  return {
    slos: pairSlos(before.slos, after.slos),
    episodes: pairEpisodes(before.episodes, after.episodes, bucketMs),
  };
}

function pairSlos(before: readonly SloOutcome[], after: readonly SloOutcome[]): readonly SloPair[] {
  const old = new Map(before.map((slo) => [slo.id, slo]));
  const present = new Map(after.map((slo) => [slo.id, slo]));
  const ids = [...new Set([...old.keys(), ...present.keys()])].sort();
  return ids.map((id) => {
    const [one, other] = [old.get(id), present.get(id)];
    return {
      id,
      ...(one === undefined ? {} : { before: one }),
      ...(other === undefined ? {} : { after: other }),
    };
  });
}

/** Alerts of one stream and severity are the same one when they overlap in time, the earlier first. */
function pairEpisodes(
  before: readonly DetectedEpisode[],
  after: readonly DetectedEpisode[],
  bucketMs: number,
): readonly EpisodePair[] {
  const left = [...after];
  const pairs: EpisodePair[] = before.map((episode) => {
    const index = left.findIndex((other) => areOne(episode, other));
    const [other] = index < 0 ? [] : left.splice(index, 1);
    if (other === undefined) return { verdict: "gone", before: episode };
    const verdict = isSame(episode, other, bucketMs) ? "same" : "moved";
    return { verdict, before: episode, after: other };
  });
  pairs.push(...left.map((episode) => ({ verdict: "added", after: episode }) as const));
  return pairs.sort((a, b) => firedAt(a) - firedAt(b));
}

const firedAt = ({ before, after }: EpisodePair): number =>
  Math.min(before?.firedAt ?? Infinity, after?.firedAt ?? Infinity);

const areOne = (a: DetectedEpisode, b: DetectedEpisode): boolean =>
  a.streamKey === b.streamKey &&
  a.severity === b.severity &&
  a.firedAt <= (b.resolvedAt ?? Infinity) &&
  b.firedAt <= (a.resolvedAt ?? Infinity);

function isSame(a: DetectedEpisode, b: DetectedEpisode, bucketMs: number): boolean {
  const ends = [a.resolvedAt ?? Infinity, b.resolvedAt ?? Infinity] as const;
  const areEndsClose = ends[0] === ends[1] || Math.abs(ends[0] - ends[1]) <= bucketMs;
  return (
    Math.abs(a.firedAt - b.firedAt) <= bucketMs && areEndsClose && a.isNotified === b.isNotified
  );
}
