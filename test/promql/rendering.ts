/** Indicators as one line of text, so that tables of queries can be read: `bad x{code=~"5.."} of x`. */
import type { IndicatorReading } from "../../src/promql/index.ts";
import type { Matcher, Measure, Term } from "../../src/slo/index.ts";

export function textOf({ indicator, per }: IndicatorReading): string | undefined {
  if (indicator === undefined) return undefined;
  const { count, part, total } = indicator;
  const groups = per.length === 0 ? "" : ` by ${per.join(", ")}`;
  return `${count} ${sumOf(part)} of ${sumOf(total)}${groups}`;
}

function sumOf(terms: readonly Term[]): string {
  const texts = terms.map((term, index) => {
    const { weight } = term;
    const size = Math.abs(weight) === 1 ? "" : `${Math.abs(weight)} `;
    const sign = weight < 0 ? "- " : index === 0 ? "" : "+ ";
    return sign + size + termOf(term);
  });
  return texts.join(" ");
}

function termOf({ metric, where, measure }: Term): string {
  const matchers = where.map(matcherOf).join(",");
  const selector = matchers === "" ? metric : `${metric}{${matchers}}`;
  return measureOf(measure).replace("@", selector);
}

function measureOf(measure: Measure): string {
  switch (measure.kind) {
    case "increase":
      return "@";
    case "atMost":
      return `@<=${measure.bound}`;
    case "values":
      return "values(@)";
    case "samples":
      return measure.holds === undefined
        ? "samples(@)"
        : `samples(@ ${measure.holds.op} ${measure.holds.value})`;
  }
}

function matcherOf(matcher: Matcher): string {
  if (matcher.absentIsEmpty !== true) throw new Error("PromQL compares what is absent as empty");
  switch (matcher.kind) {
    case "in":
      return `${matcher.key}="${matcher.values.join()}"`;
    case "notIn":
      return `${matcher.key}!="${matcher.values.join()}"`;
    case "matches":
      return `${matcher.key}=~"${matcher.pattern}"`;
    case "notMatches":
      return `${matcher.key}!~"${matcher.pattern}"`;
    case "exists":
    case "compare":
      throw new Error(`PromQL has no ${matcher.kind}`);
  }
}
