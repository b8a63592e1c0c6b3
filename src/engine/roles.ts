/** Indicators taken apart into roles: what a series of one metric may do for one SLO. Compiled once per rule set. */
import type { Indicator, MetricSelector, Slo } from "../slo/index.ts";
import { compileMatchers, type Matches } from "./matcher.ts";

type Sign = -1 | 0 | 1;

export interface Role {
  readonly slo: Slo;
  readonly matches: Matches;
  /** `goodSign` of a matching series. */
  readonly goodSign: (attribute: Parameters<Matches>[0]) => Sign;
  readonly totalSign: 0 | 1;
  readonly thresholdNanos: number | undefined;
}

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
      const whenTrue: Sign = indicator.count === "good" ? 1 : 0;
      const goodSign: Role["goodSign"] = (attribute) =>
        when(attribute) ? whenTrue : ((1 - whenTrue) as Sign); // 0 and 1 are signs
      return [role(slo, indicator.total, { goodSign, totalSign: 1 })];
    }
    case "latency": {
      const { thresholdNanos } = indicator;
      return [role(slo, indicator.total, { goodSign: () => 1, totalSign: 1, thresholdNanos })];
    }
    case "counters":
      return countersRoles(slo, indicator);
  }
}

/** good = total - bad where the part counts bad events. */
function countersRoles(
  slo: Slo,
  indicator: Extract<Indicator, { kind: "counters" }>,
): readonly (readonly [string, Role])[] {
  const isBad = indicator.count === "bad";
  return [
    role(slo, indicator.total, { goodSign: () => (isBad ? 1 : 0), totalSign: 1 }),
    role(slo, indicator.part, { goodSign: () => (isBad ? -1 : 1), totalSign: 0 }),
  ];
}

function role(
  slo: Slo,
  selector: MetricSelector,
  part: Pick<Role, "goodSign" | "totalSign"> & { readonly thresholdNanos?: number },
): readonly [string, Role] {
  const { goodSign, totalSign, thresholdNanos } = part;
  const matches = compileMatchers(selector.where);
  return [selector.metric, { slo, matches, goodSign, totalSign, thresholdNanos }];
}
