/** Sums of the model → PromQL that reads back to them, on the names that the model has. */
import type { MetricSelector, PromqlSource, Slo, Term } from "../slo/index.ts";
import { NotConvertible } from "./not-convertible.ts";

const WINDOW = "{{.window}}";

/** The file's own queries, or ones that are made of the indicator. */
export function queriesOf({ indicator, per }: Slo): PromqlSource {
  if (indicator.kind !== "sums") throw new NotConvertible("it is no sum of PromQL");
  const { part, total, count } = indicator;
  // Points that are compared are counted at the steps of a subquery: then all are, so that the steps cancel.
  const isStepped = [...part, ...total].some(
    ({ measure }) => measure.kind === "samples" && measure.holds !== undefined,
  );
  const range = isStepped ? `[${WINDOW}:]` : `[${WINDOW}]`;
  const sum = (terms: readonly Term[]) => sumOf(terms, per, range);
  return { kind: "ratio", count, part: sum(part), total: sum(total) };
}

function sumOf(terms: readonly Term[], per: readonly string[], range: string): string {
  const by = per.length === 0 ? "" : ` by (${per.map(labelText).join(", ")}) `;
  return terms
    .map((term, index) => {
      const size = Math.abs(term.weight);
      const amount = `${size === 1 ? "" : `${size} * `}sum${by}(${termText(term, range)})`;
      const sign = term.weight < 0 ? "-" : "+";
      return index === 0 ? `${term.weight < 0 ? "-" : ""}${amount}` : `${sign} ${amount}`;
    })
    .join(" ");
}

function termText(term: Term, range: string): string {
  const { measure } = term;
  switch (measure.kind) {
    case "increase":
      return `rate(${selectorText(term)}[${WINDOW}])`;
    case "atMost":
      return `rate(${selectorText(term, [`le="${measure.bound}"`])}[${WINDOW}])`;
    case "values":
      return `sum_over_time(${selectorText(term)}${range})`;
    case "samples": {
      const { holds } = measure;
      const selector = selectorText(term);
      if (holds === undefined) return `count_over_time(${selector}${range})`;
      return `sum_over_time((${selector} ${holds.op} bool ${holds.value})${range})`;
    }
  }
}

const PLAIN_METRIC = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const PLAIN_LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

const labelText = (name: string): string => (PLAIN_LABEL.test(name) ? name : JSON.stringify(name));

function selectorText({ metric, where }: MetricSelector, more: readonly string[] = []): string {
  const isPlain = PLAIN_METRIC.test(metric);
  const inside = [...(isPlain ? [] : [JSON.stringify(metric)]), ...where.map(matcherText), ...more];
  return `${isPlain ? metric : ""}${inside.length === 0 ? "" : `{${inside.join(",")}}`}`;
}

function matcherText(matcher: MetricSelector["where"][number]): string {
  const said = (op: string, text: string) =>
    `${labelText(matcher.key)}${op}${JSON.stringify(text)}`;
  switch (matcher.kind) {
    case "in":
    case "notIn": {
      const [value, ...others] = matcher.values;
      if (value === undefined || others.length > 0) break;
      return said(matcher.kind === "in" ? "=" : "!=", value);
    }
    case "matches":
      return said("=~", matcher.pattern);
    case "notMatches":
      return said("!~", matcher.pattern);
    case "exists":
    case "compare":
      break;
  }
  throw new NotConvertible(`PromQL has no such condition on \`${matcher.key}\``);
}
