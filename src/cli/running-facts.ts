/** What a running slowburn knows of the metrics and the traffic of rule files. */
import { metricsOf, rateOf, type RunningFacts } from "../rules/index.ts";
import type { Slo } from "../slo/index.ts";
import type { ApiClient } from "./api-client.ts";

/** Rejects as the client does. */
export async function runningFacts(client: ApiClient, slos: readonly Slo[]): Promise<RunningFacts> {
  const { metrics, unseen } = await client.metrics(metricsOf(slos));
  const running = await client.slos({});
  const rates = running.slos.flatMap(({ id, reading, window }): [string, number][] => {
    if (reading === null) return [];
    const countedMs = Date.parse(reading.at) - Date.parse(reading.since);
    const rate = rateOf(reading.total, window.seconds * 1000, countedMs);
    return rate === undefined ? [] : [[id, rate]];
  });
  return {
    metrics,
    unseen: new Map(unseen.map(({ name, nearest }) => [name, nearest ?? undefined])),
    rates: new Map(rates),
  };
}
