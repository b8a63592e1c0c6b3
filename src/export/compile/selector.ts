/** A model's selector as a PromQL vector selector, on names and labels as Prometheus makes them of OTLP. */
import {
  prometheusLabel,
  prometheusName,
  type Matcher,
  type MetricSelector,
} from "../../slo/index.ts";
import { KNOWN_METRICS } from "./known-metrics.ts";
import { NotCompilable } from "./not-compilable.ts";

/** Which of a metric's series are meant: a counter's or a histogram's, a histogram's (its count, its buckets), a gauge's. */
export type SeriesKind = "events" | "observations" | "buckets" | "samples";

/** `http_server_request_duration_seconds_count{job="checkout"}`; `more` are matchers in PromQL. */
export function selectorText(
  selector: MetricSelector,
  kind: SeriesKind,
  more: readonly string[] = [],
): string {
  const matchers = [...selector.where.flatMap(matcherTexts), ...more];
  return `${seriesName(selector.metric, kind)}${matchers.length === 0 ? "" : `{${matchers.join(",")}}`}`;
}

const PROMETHEUS_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const FAMILY_SUFFIX = /_(?:bucket|count|sum)$/;

/** A unit that a name ends in is not added to it again. */
const ENDS_IN_UNIT = /[._](?:days|hours|minutes|(?:milli|micro|nano)?seconds|bytes)$/;

function seriesName(metric: string, kind: SeriesKind): string {
  const known = KNOWN_METRICS.get(metric);
  if (known !== undefined) {
    const family = prometheusName(metric, known.unit, known.shape);
    return known.shape === "histogram" ? suffixed(family, kind) : family;
  }
  const isHistogram = kind === "observations" || kind === "buckets";
  if (PROMETHEUS_NAME.test(metric)) return isHistogram ? suffixed(metric, kind) : metric;
  if (isHistogram && ENDS_IN_UNIT.test(metric))
    return suffixed(prometheusName(metric, "", "histogram"), kind);
  const guess = prometheusName(
    metric,
    isHistogram ? "s" : "",
    isHistogram ? "histogram" : "counter",
  );
  throw new NotCompilable(
    isHistogram
      ? `Prometheus's name of ${metric} depends on its unit, which the rule does not hold`
      : `Prometheus's name of ${metric} depends on its unit and kind, which the rule does not hold`,
    `write the metric as Prometheus spells it, such as ${guess}`,
  );
}

function suffixed(family: string, kind: SeriesKind): string {
  const base = family.replace(FAMILY_SUFFIX, "");
  return kind === "buckets" ? `${base}_bucket` : `${base}_count`;
}

function matcherTexts(matcher: Matcher): readonly string[] {
  const label = prometheusLabel(matcher.key);
  if (matcher.key === "service.name") return serviceTexts(matcher);
  const plain = (op: string, value: string) => `${label}${op}${JSON.stringify(value)}`;
  switch (matcher.kind) {
    case "in":
      return matcher.values.length === 1
        ? [plain("=", matcher.values[0] ?? "")]
        : [plain("=~", alternatives(matcher.values))];
    case "notIn":
      return matcher.values.length === 1
        ? [plain("!=", matcher.values[0] ?? "")]
        : [plain("!~", alternatives(matcher.values))];
    case "matches":
      // To Prometheus an absent label is empty; to the model, without `absentIsEmpty`, it matches no pattern.
      return [
        plain("=~", matcher.pattern),
        ...(matcher.absentIsEmpty === true ? [] : [plain("!=", "")]),
      ];
    case "notMatches":
      return [plain("!~", matcher.pattern)];
    case "exists":
      return [plain(matcher.exists ? "!=" : "=", "")];
    case "compare":
      throw new NotCompilable(
        `PromQL cannot compare the label ${label} with a number`,
        "list the values, or match them with a regular expression",
      );
  }
}

/** Prometheus keeps `service.name` in `job`, behind `service.namespace/` where there is one. */
function serviceTexts(matcher: Matcher): readonly string[] {
  const behindNamespace = (pattern: string) => JSON.stringify(`(?:.*/)?(?:${pattern})`);
  switch (matcher.kind) {
    case "in":
      return [`job=~${behindNamespace(alternatives(matcher.values))}`];
    case "notIn":
      return [`job!~${behindNamespace(alternatives(matcher.values))}`];
    case "matches":
      return [`job=~${behindNamespace(matcher.pattern)}`];
    case "notMatches":
      return [`job!~${behindNamespace(matcher.pattern)}`];
    case "exists":
      return [matcher.exists ? 'job!=""' : 'job=""'];
    case "compare":
      throw new NotCompilable("a service's name is no number", "write service.name: checkout");
  }
}

const alternatives = (values: readonly string[]): string => values.map(escapeRegex).join("|");
const escapeRegex = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");

/** What Prometheus calls an attribute that an SLO is split by. */
export function groupLabel(attribute: string): string {
  const label = attribute.replaceAll(/[^a-zA-Z0-9_]/g, "_");
  return label === "service_name" ? "job" : label;
}
