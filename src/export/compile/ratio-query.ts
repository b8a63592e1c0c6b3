/** An SLO's error ratio over a range, in PromQL: the file's own queries where it has some, else made of the indicator. */
import { thresholdInUnit } from "../../engine/index.ts";
import type { MetricSelector, PromqlSource, Slo, Term } from "../../slo/index.ts";
import { NotCompilable } from "./not-compilable.ts";
import { groupLabel, selectorText } from "./selector.ts";
import { KNOWN_METRICS } from "./known-metrics.ts";

/** The error ratio over `range` (`5m`), laid out as Sloth does it. */
export function errorRatioQuery(slo: Slo, range: string): string {
  const source = slo.source.promql ?? promqlOf(slo);
  switch (source.kind) {
    case "errorRatio":
      return `(${over(source.query, range)})`;
    case "ratio": {
      const part = `(${over(source.part, range)})`;
      const total = `(${over(source.total, range)})`;
      const ratio = `${part}\n/\n${total}\n`;
      return source.count === "bad" ? ratio : `1 - (\n${ratio})\n`;
    }
  }
}

const over = (query: string, range: string): string =>
  query.replaceAll(/\{\{\s*\.window\s*\}\}/g, range);

const RANGE = "{{.window}}";

/** Queries of an indicator that was not written in PromQL. */
function promqlOf({ indicator, per }: Slo): PromqlSource {
  const by = per.length === 0 ? "" : ` by (${per.map(groupLabel).join(", ")})`;
  const sum = (query: string) => `sum${by}(${query})`;
  switch (indicator.kind) {
    case "events": {
      const { metric, where } = indicator.total;
      const part = { metric, where: [...where, ...indicator.when] };
      return {
        kind: "ratio",
        count: indicator.count,
        ...partOf(part, indicator.total, sum),
      };
    }
    case "latency": {
      const { metric } = indicator.total;
      const unit = KNOWN_METRICS.get(metric)?.unit ?? "";
      const { value } = thresholdInUnit(indicator.thresholdNanos, unit, metric);
      const bucket = selectorText(indicator.total, "buckets", [leMatcher(value)]);
      return {
        kind: "ratio",
        count: "good",
        part: sum(increase(bucket)),
        total: sum(increase(selectorText(indicator.total, "observations"))),
      };
    }
    case "counters":
      return {
        kind: "ratio",
        count: indicator.count,
        ...partOf(indicator.part, indicator.total, sum),
      };
    case "sums":
      return {
        kind: "ratio",
        count: indicator.count,
        part: termsQuery(indicator.part, sum),
        total: termsQuery(indicator.total, sum),
      };
    case "composite":
      throw new NotCompilable("it is made of others", "compile it with its members");
  }
}

/** A part that never happened is no event, not no answer: where it is absent, nothing of the total is. */
function partOf(
  part: MetricSelector,
  total: MetricSelector,
  sum: (query: string) => string,
): { readonly part: string; readonly total: string } {
  const all = sum(increase(selectorText(total, "events")));
  return { part: `${sum(increase(selectorText(part, "events")))} or ${all} * 0`, total: all };
}

const increase = (selector: string): string => `increase(${selector}[${RANGE}])`;

/** Prometheus 3 and the OpenTelemetry receivers write `le` as a float, older exporters without a point. */
function leMatcher(bound: number): string {
  const text = String(bound);
  return Number.isInteger(bound) ? `le=~"${text}|${text}[.]0"` : `le="${text}"`;
}

function termsQuery(terms: readonly Term[], sum: (query: string) => string): string {
  if (terms.length === 0) return "vector(0)";
  return terms
    .map((term, index) => {
      const size = Math.abs(term.weight);
      const amount = `${size === 1 ? "" : `${size} * `}${sum(termQuery(term))}`;
      if (index === 0) return term.weight < 0 ? `-${amount}` : amount;
      return `${term.weight < 0 ? "-" : "+"} ${amount}`;
    })
    .join(" ");
}

function termQuery(term: Term): string {
  const { measure } = term;
  switch (measure.kind) {
    case "increase":
      return increase(selectorText(term, "events"));
    case "atMost":
      return increase(selectorText(term, "buckets", [leMatcher(measure.bound)]));
    case "values":
      return `sum_over_time(${selectorText(term, "samples")}[${RANGE}])`;
    case "samples": {
      const selector = selectorText(term, "samples");
      if (measure.holds === undefined) return `count_over_time(${selector}[${RANGE}])`;
      const { op, value } = measure.holds;
      throw new NotCompilable(
        `how many samples of ${selector} are ${op} ${value} takes a subquery, whose step Prometheus does not know`,
        `record \`${selector} ${op} bool ${value}\` and count that`,
      );
    }
  }
}
