/** Indicators taken apart into roles: what a series of one metric may do for one SLO. Compiled once per rule set. */
import type { Indicator, Measure, MetricSelector, Slo, Term } from "../slo/index.ts";
import { compileMatchers, type Matches } from "./matcher.ts";

/** A latency, in nanoseconds; or what a role measures, in the metric's own unit. */
export type RoleMeasure = Measure | { readonly kind: "faster"; readonly nanos: number };

export interface Role {
  readonly slo: Slo;
  readonly matches: Matches;
  /** `goodWeight` of a matching series. */
  readonly goodWeight: (attribute: Parameters<Matches>[0]) => number;
  readonly totalWeight: number;
  readonly measure: RoleMeasure;
}

const INCREASE: Measure = { kind: "increase" };

/** Roles by the metric name that a rule wrote, in the order of the SLOs. */
export function rolesByMetric(slos: readonly Slo[]): ReadonlyMap<string, readonly Role[]> {
  const roles = new Map<string, Role[]>();
  for (const slo of slos) {
    for (const [metric, role] of rolesOf(slo)) {
      const siblings = roles.get(metric);
      if (siblings === undefined) roles.set(metric, [role]);
      else siblings.push(role);
    }
  }
  return roles;
}

function rolesOf(slo: Slo): readonly (readonly [string, Role])[] {
  const { indicator } = slo;
  switch (indicator.kind) {
    case "events": {
      const when = compileMatchers(indicator.when);
      const whenTrue = indicator.count === "good" ? 1 : 0;
      const goodWeight: Role["goodWeight"] = (attribute) =>
        when(attribute) ? whenTrue : 1 - whenTrue;
      return [role(slo, indicator.total, { goodWeight, totalWeight: 1, measure: INCREASE })];
    }
    case "latency": {
      const measure: RoleMeasure = { kind: "faster", nanos: indicator.thresholdNanos };
      return [role(slo, indicator.total, { goodWeight: () => 1, totalWeight: 1, measure })];
    }
    case "counters": {
      const isBad = indicator.count === "bad";
      return [
        fixedRole(slo, indicator.total, isBad ? 1 : 0, 1, INCREASE),
        fixedRole(slo, indicator.part, isBad ? -1 : 1, 0, INCREASE),
      ];
    }
    case "sums":
      return sumsRoles(slo, indicator);
    case "composite":
      return [];
  }
}

/** good = total - bad where the part counts bad events. */
function sumsRoles(
  slo: Slo,
  { total, count, part }: Extract<Indicator, { kind: "sums" }>,
): readonly (readonly [string, Role])[] {
  const isBad = count === "bad";
  const totals = total.map((term: Term) =>
    fixedRole(slo, term, isBad ? term.weight : 0, term.weight, term.measure),
  );
  const parts = part.map((term: Term) =>
    fixedRole(slo, term, isBad ? -term.weight : term.weight, 0, term.measure),
  );
  return [...totals, ...parts];
}

const fixedRole = (
  slo: Slo,
  selector: MetricSelector,
  goodWeight: number,
  totalWeight: number,
  measure: RoleMeasure,
): readonly [string, Role] =>
  role(slo, selector, { goodWeight: () => goodWeight, totalWeight, measure });

function role(
  slo: Slo,
  selector: MetricSelector,
  part: Pick<Role, "goodWeight" | "totalWeight" | "measure">,
): readonly [string, Role] {
  return [selector.metric, { slo, matches: compileMatchers(selector.where), ...part }];
}
