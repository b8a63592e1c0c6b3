/** The table of metrics in README.md, made from names.ts; test/export/docs.test.ts compares, and rewrites it with `-u`. */
import { LABELS, METRICS, type Metric } from "./names.ts";

/** Labels by what a series is of; a group's attributes come on top. */
const SUBJECT_LABELS: Readonly<Record<Metric["of"], readonly string[]>> = {
  slo: ["slo", "service"],
  stream: ["slo", "service", "group"],
  process: [],
};

/** Markdown: one line per metric, then one per label. */
export function metricsTables(): string {
  const metrics: readonly Metric[] = Object.values(METRICS);
  return [
    "| Metric | Type | Labels | Meaning |",
    "| --- | --- | --- | --- |",
    ...metrics.map(({ name, type, of, labels = [], help }) => {
      const all = [...SUBJECT_LABELS[of], ...labels].map((label) => `\`${label}\``).join(" ");
      return `| \`${name}\` | ${type} | ${all} | ${help} |`;
    }),
    "",
    "| Label | Value |",
    "| --- | --- |",
    ...Object.entries(LABELS).map(([name, meaning]) => `| \`${name}\` | ${meaning} |`),
  ].join("\n");
}
