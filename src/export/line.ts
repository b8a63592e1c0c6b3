/** Sample lines and family headers of both formats (prometheus.io exposition_formats; OpenMetrics 1.0 section 4). */
import type { ExpositionFormat } from "./format.ts";
import type { Metric } from "./names.ts";

/** Closes an open label set (`openLabels`) and separates the value. */
export const END = "} ";

/** A value in both formats' spelling: Go's ParseFloat reads JavaScript's, but for infinity. */
function formatValue(value: number): string {
  if (value === Infinity) return "+Inf";
  return value === -Infinity ? "-Inf" : String(value);
}

/** One sample; nothing for an absent value (DESIGN 4.8: absent, not 0 and not NaN). `tail` ends the labels. */
export function sampleLine(
  metric: Metric,
  labels: string,
  tail: string,
  value: number | undefined,
): string {
  return value === undefined || Number.isNaN(value)
    ? ""
    : metric.name + labels + tail + formatValue(value) + "\n";
}

/** The name a family is declared by: OpenMetrics takes a type's suffix off, text keeps it. */
function familyName(metric: Metric, format: ExpositionFormat): string {
  switch (format) {
    case "text":
      return metric.name;
    case "openmetrics":
      if (metric.type === "counter") return metric.name.replace(/_total$/, "");
      return metric.type === "info" ? metric.name.replace(/_info$/, "") : metric.name;
  }
}

/** `# HELP`, `# TYPE` and in OpenMetrics `# UNIT`. Text has no info type: it is a gauge there. */
export function familyHeader(metric: Metric, format: ExpositionFormat): string {
  const name = familyName(metric, format);
  const type = format === "text" && metric.type === "info" ? "gauge" : metric.type;
  const help = metric.help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
  const lines = [`# HELP ${name} ${format === "text" ? help : help.replaceAll('"', '\\"')}`];
  lines.push(`# TYPE ${name} ${type}`);
  if (format === "openmetrics" && metric.unit !== undefined)
    lines.push(`# UNIT ${name} ${metric.unit}`);
  return `${lines.join("\n")}\n`;
}
