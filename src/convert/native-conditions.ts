/** Selectors and matchers of the model → `metric` and `where`, as native files have them. */
import type { Matcher, MetricSelector } from "../slo/index.ts";
import { NotConvertible } from "./not-convertible.ts";
import { withoutIdleMark } from "./same-model.ts";

const BOUNDS = { ">": "above", ">=": "atLeast", "<": "below", "<=": "atMost" } as const;

export type Written = Readonly<Record<string, unknown>>;

export const selectorOf = ({ metric, where }: MetricSelector): Written => ({
  metric,
  ...(where.length === 0 ? {} : { where: conditionsOf(where) }),
});

/** Throws `NotConvertible` for what `where` has no word for. */
export function conditionsOf(matchers: readonly Matcher[]): Written {
  const conditions: Record<string, unknown> = {};
  for (const matcher of matchers.map(withoutIdleMark)) {
    if (matcher.absentIsEmpty === true)
      throw new NotConvertible(`\`where\` has no word for an empty \`${matcher.key}\` or none`);
    const said = conditionOf(matcher);
    const before = conditions[matcher.key];
    if (before === undefined) conditions[matcher.key] = said;
    else if (isMapping(before) && isMapping(said) && !sharesKey(before, said))
      conditions[matcher.key] = { ...before, ...said };
    else throw new NotConvertible(`two conditions on \`${matcher.key}\` that exclude one another`);
  }
  return conditions;
}

function conditionOf(matcher: Matcher): unknown {
  switch (matcher.kind) {
    case "in":
      return listOrOne(matcher.values);
    case "notIn":
      return { not: listOrOne(matcher.values) };
    case "matches":
      return { matches: matcher.pattern };
    case "notMatches":
      return { notMatches: matcher.pattern };
    case "exists":
      return { exists: matcher.exists };
    case "compare":
      return { [BOUNDS[matcher.op]]: matcher.value };
  }
}

const listOrOne = (values: readonly string[]): unknown =>
  values.length === 1 ? values[0] : values;

const isMapping = (value: unknown): value is Written =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const sharesKey = (a: Written, b: Written): boolean =>
  Object.keys(a).some((key) => Object.hasOwn(b, key));
