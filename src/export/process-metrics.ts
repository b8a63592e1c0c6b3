/**
 * Node's process metrics by prom-client. Its registry keeps the content type as state and renames counters for good when
 * OpenMetrics is asked once (grafana.md section 3), so each format has a registry of its own.
 */
import { collectDefaultMetrics, Registry, type OpenMetricsContentType } from "prom-client";
import type { MoreMetrics } from "./source.ts";

/** Gauges that prom-client names like counters, which `promtool check metrics` refuses; their labelled kin stay. */
const MISNAMED = [
  "nodejs_active_handles_total",
  "nodejs_active_requests_total",
  "nodejs_active_resources_total",
];

/** Call once: each call begins new collectors. */
export function processMetrics(): MoreMetrics {
  const text = new Registry();
  collect(text);
  const openmetrics = new Registry<OpenMetricsContentType>();
  openmetrics.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  collect(openmetrics);
  return (format) => (format === "text" ? text.metrics() : openmetrics.metrics());
}

function collect(register: Registry<OpenMetricsContentType> | Registry): void {
  collectDefaultMetrics({ register });
  for (const name of MISNAMED) register.removeSingleMetric(name);
}
