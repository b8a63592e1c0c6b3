/**
 * Own instruments for `/metrics`. The SDK's Prometheus exporter writes text 0.0.4 only, leaves units out of names and says
 * `# UNIT` nonetheless, which OpenMetrics forbids (grafana.md section 3). So metrics get the names that Prometheus gives them
 * when they come by OTLP (one name on both ways), and the text is turned into OpenMetrics by its `# TYPE` lines.
 */
import { PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import { DataPointType, type MetricData, type ResourceMetrics } from "@opentelemetry/sdk-metrics";
import { type MetricShape, prometheusName } from "../slo/index.ts";

/** No resource and scope labels: the target's own labels say as much, and `target_info` is not ours to define. */
const SERIALIZER = new PrometheusSerializer("", false, undefined, true, true);

/** Families in the format asked for, without `# EOF`; empty when nothing was recorded. */
export function scrapeText(collected: ResourceMetrics, format: "text" | "openmetrics"): string {
  const scopeMetrics = collected.scopeMetrics.map((scope) => ({
    ...scope,
    metrics: scope.metrics.filter((metric) => metric.dataPoints.length > 0).map(renamed),
  }));
  if (scopeMetrics.every((scope) => scope.metrics.length === 0)) return "";
  const text = SERIALIZER.serialize({ ...collected, scopeMetrics });
  return format === "text" ? text : asOpenMetrics(text);
}

function renamed(metric: MetricData): MetricData {
  const { name, unit } = metric.descriptor;
  const descriptor = {
    ...metric.descriptor,
    name: prometheusName(name, unit, shapeOf(metric)),
    unit: "",
  };
  return { ...metric, descriptor };
}

function shapeOf(metric: MetricData): MetricShape {
  if (metric.dataPointType === DataPointType.HISTOGRAM) return "histogram";
  return metric.dataPointType === DataPointType.SUM && metric.isMonotonic ? "counter" : "gauge";
}

/** OpenMetrics names a counter's family without `_total`; everything else is written alike. */
function asOpenMetrics(text: string): string {
  const counters = new Set(
    [...text.matchAll(/^# TYPE (\S+)_total counter$/gm)].map(([, family]) => family),
  );
  return text.replaceAll(/^# (HELP|TYPE) (\S+)_total /gm, (line, kind: string, family: string) =>
    counters.has(family) ? `# ${kind} ${family} ` : line,
  );
}
