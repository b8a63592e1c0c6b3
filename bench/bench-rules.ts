/** Rule files that use every series the benches send, and what slowburn then says of them. */
import type { LoadTotals } from "./otlp-load.ts";
import { BENCH_HISTOGRAM_METRIC, BENCH_SUM_METRIC } from "./otlp-data.ts";

export const EVENTS_SLO = "bench/events";
export const LATENCY_SLO = "bench/latency";

export const BENCH_RULES: string = `apiVersion: slowburn/v1
service: bench
slos:
  events:
    objective: 99.9%
    window: 30d
    sli:
      metric: ${BENCH_SUM_METRIC}
      bad: { error.type: "500" }
  latency:
    objective: 99%
    window: 30d
    sli:
      metric: ${BENCH_HISTOGRAM_METRIC}
      faster: 250ms
`;

interface Counts {
  readonly good: number;
  readonly total: number;
}

/**
 * Waits for the tick that shows the last point; throws when the counts of the SLOs, of all their groups together, are not
 * what was sent.
 */
export async function checkCounts(
  apiUrl: string,
  sloIds: readonly string[],
  expected: LoadTotals,
  withinMs = 30_000,
): Promise<void> {
  const endsAt = performance.now() + withinMs;
  let counts: Counts;
  do {
    counts = { good: 0, total: 0 };
    for (const sloId of sloIds) counts = sum([counts, ...(await groupsOf(apiUrl, sloId))]);
    if (counts.total === expected.total && counts.good === expected.good) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  } while (performance.now() < endsAt);
  const said = JSON.stringify(counts);
  throw new Error(`${sloIds.join()} count ${said}, but sent was ${JSON.stringify(expected)}`);
}

async function groupsOf(apiUrl: string, sloId: string): Promise<readonly Counts[]> {
  const answer = await fetch(`${apiUrl}/api/v1/slos/${sloId}`);
  const { groups } = (await answer.json()) as { readonly groups: readonly Counts[] }; // SloDetailAnswer
  return groups;
}

const sum = (all: readonly Counts[]): Counts => ({
  good: all.reduce((good, counts) => good + counts.good, 0),
  total: all.reduce((total, counts) => total + counts.total, 0),
});
