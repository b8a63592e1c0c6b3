/** An indicator in sentences, for people who must know what an SLO counts. */
import type {
  Comparison,
  CompositeIndicator,
  Indicator,
  Matcher,
  MetricSelector,
  Term,
} from "./indicator.ts";

/** What an event is, and which are good: one to two sentences. */
export function indicatorText(
  indicator: Indicator,
  latencyText: (nanos: number) => string,
): string {
  switch (indicator.kind) {
    case "events": {
      const opposite = indicator.count === "bad" ? "good" : "bad";
      const judged = `It is ${indicator.count} when ${conditionsText(indicator.when)}; all others are ${opposite}.`;
      return `An event is one that ${selectorText(indicator.total)} counts. ${judged}`;
    }
    case "latency": {
      const limit = latencyText(indicator.thresholdNanos);
      return `An event is one that ${selectorText(indicator.total)} measures. It is good when it took at most ${limit}.`;
    }
    case "counters":
      return `Events are what ${selectorText(indicator.total)} counts; the ${indicator.count} ones are what ${selectorText(indicator.part)} counts.`;
    case "sums":
      return `Events are ${termsText(indicator.total)}; the ${indicator.count} ones are ${termsText(indicator.part)}.`;
    case "composite":
      return compositeText(indicator);
  }
}

function compositeText({ rule, members }: CompositeIndicator): string {
  const names = members.map(({ sloId }) => sloId).join(", ");
  switch (rule) {
    case "weighted": {
      const weighed = members.map(({ sloId, weight }) => `${sloId} (weight ${weight})`).join(", ");
      return `It is the weighted mean of the error ratios of ${weighed}; a member without events is left out.`;
    }
    case "worst":
      return `It is what the one of these comes to that has the highest error ratio: ${names}.`;
    case "all":
      return `A slice of time is good when all of these hold in it: ${names}.`;
  }
}

const selectorText = ({ metric, where }: MetricSelector): string =>
  where.length === 0 ? metric : `${metric} (where ${conditionsText(where)})`;

const conditionsText = (matchers: readonly Matcher[]): string =>
  matchers.map(conditionText).join(" and ");

function conditionText(matcher: Matcher): string {
  const { key } = matcher;
  switch (matcher.kind) {
    case "in":
      return matcher.values.length === 1
        ? `${key} is ${valueText(matcher.values[0] ?? "")}`
        : `${key} is one of ${matcher.values.map(valueText).join(", ")}`;
    case "notIn":
      return matcher.values.length === 1
        ? `${key} is not ${valueText(matcher.values[0] ?? "")}`
        : `${key} is none of ${matcher.values.map(valueText).join(", ")}`;
    case "matches":
      return `${key} matches ${valueText(matcher.pattern)}`;
    case "notMatches":
      return `${key} does not match ${valueText(matcher.pattern)}`;
    case "exists":
      return matcher.exists ? `${key} is there` : `${key} is absent`;
    case "compare":
      return `${key} is ${COMPARISONS[matcher.op]} ${matcher.value}`;
  }
}

const valueText = (value: string): string =>
  /^[\w./:*+-]+$/.test(value) ? value : JSON.stringify(value);

const COMPARISONS: Readonly<Record<Comparison, string>> = {
  ">": "above",
  ">=": "at least",
  "<": "below",
  "<=": "at most",
  "==": "exactly",
  "!=": "other than",
};

function termsText(terms: readonly Term[]): string {
  const text = terms
    .map((term, index) => {
      const size = Math.abs(term.weight);
      const amount = `${size === 1 ? "" : `${size} x `}${measureText(term)}`;
      if (index === 0) return term.weight < 0 ? `minus ${amount}` : amount;
      return term.weight < 0 ? `less ${amount}` : `plus ${amount}`;
    })
    .join(", ");
  return text === "" ? "none" : text;
}

function measureText(term: Term): string {
  const selector = selectorText(term);
  switch (term.measure.kind) {
    case "increase":
      return `what ${selector} counts`;
    case "atMost":
      return `what ${selector} measures at ${term.measure.bound} or below`;
    case "samples": {
      const { holds } = term.measure;
      const value = holds === undefined ? "" : ` of ${COMPARISONS[holds.op]} ${holds.value}`;
      return `each sample of ${selector}${value}`;
    }
    case "values":
      return `the values of ${selector}`;
  }
}
