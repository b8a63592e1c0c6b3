/** A backtest's report for programs: every number of the text, moments in RFC 3339, spans in seconds. */
import type { DetectedEpisode, EpisodePair, Injection, SloOutcome } from "../backtest/index.ts";
import type { BacktestView } from "./backtest-report.ts";

export function backtestJson({
  outcome,
  comparison,
  before,
  after,
  captures,
}: BacktestView): object {
  const { startMs, endMs, recordCount, injections, ruleSets } = outcome;
  const [first] = ruleSets;
  const isCompared = before !== undefined;
  const sides = <T>(
    pair: { readonly before?: T; readonly after?: T },
    json: (side: T) => object,
  ) => ({
    ...(isCompared ? { before: pair.before === undefined ? null : json(pair.before) } : {}),
    after: pair.after === undefined ? null : json(pair.after),
  });
  return {
    captures,
    startAt: iso(startMs),
    endAt: iso(endMs),
    records: recordCount,
    points: first?.points ?? 0,
    rejectedPoints: first?.rejectedPoints ?? 0,
    rules: { ...(isCompared ? { before } : {}), after },
    injections: injections.map(injectionJson),
    slos: comparison.slos.map((pair) => ({ id: pair.id, ...sides(pair, sloJson) })),
    alerts: comparison.episodes.map((pair) => ({
      ...(isCompared ? { verdict: pair.verdict } : {}),
      ...identityOf(pair),
      ...sides(pair, episodeJson),
    })),
  };
}

const injectionJson = ({ spec, startMs, endMs }: Injection): object => ({
  scope: spec.scope ?? null,
  share: spec.sharePpm / 1_000_000,
  startAt: iso(startMs),
  endAt: endMs === Infinity ? null : iso(endMs),
});

const sloJson = (slo: SloOutcome): object => ({
  objective: slo.objective,
  good: slo.good,
  total: slo.total,
  sli: slo.sli ?? null,
  budgetRemaining: slo.budgetRemaining ?? null,
  worstStream: slo.worst ?? null,
  streams: slo.streamCount,
  notes: slo.notes,
});

const identityOf = ({ before, after }: EpisodePair): object => {
  const episode = after ?? before;
  return { slo: episode?.sloId, stream: episode?.streamKey, severity: episode?.severity };
};

const episodeJson = (episode: DetectedEpisode): object => ({
  tier: episode.tier,
  firedAt: iso(episode.firedAt),
  resolvedAt: episode.resolvedAt === undefined ? null : iso(episode.resolvedAt),
  notified: episode.isNotified,
  lookbackIsFull: !episode.isEarly,
  outage:
    episode.outage === undefined
      ? null
      : {
          kind: episode.outage.kind,
          startAt: iso(episode.outage.startMs),
          endAt: episode.outage.endMs === undefined ? null : iso(episode.outage.endMs),
        },
  detectionSeconds: seconds(episode.detectionMs),
  resetSeconds: seconds(episode.resetMs),
});

const iso = (ms: number): string => new Date(ms).toISOString();
const seconds = (ms: number | undefined): number | null => (ms === undefined ? null : ms / 1000);
