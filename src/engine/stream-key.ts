/** What people and other tools call a stream. */
import type { Slo } from "../slo/index.ts";

/** `checkout/latency`, or `checkout/latency{http.route="/pay"}`. */
export function streamKey(slo: Slo, group: readonly string[]): string {
  if (group.length === 0) return slo.id;
  return `${slo.id}{${slo.per.map((key, i) => `${key}=${JSON.stringify(group[i])}`).join(",")}}`;
}
