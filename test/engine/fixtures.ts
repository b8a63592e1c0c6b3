/** SLOs and series of this room's tests. */
import type { SeriesDescriptor } from "../../src/engine/index.ts";
import { MetricKind, Temporality } from "../../src/otlp/index.ts";
import {
  millis,
  parseDuration,
  parseObjective,
  type AlertPolicy,
  type AttributeValue,
  type Exclusion,
  type Indicator,
  type Slo,
} from "../../src/slo/index.ts";

export const ms = (text: string): number => parseDuration(text)!;

/** One ticket tier per pair of lookbacks, long first: `policyOf("1h", "5m")`. */
export function policyOf(...lookbacks: readonly string[]): AlertPolicy {
  const tiers = [];
  for (let i = 0; i + 1 < lookbacks.length; i += 2) {
    tiers.push({
      severity: "ticket" as const,
      factorMilli: 2000,
      longMs: millis(ms(lookbacks[i]!)),
      shortMs: millis(ms(lookbacks[i + 1]!)),
      forMs: millis(0),
      keepFiringForMs: millis(0),
      minBadEvents: 0,
      significance: 1,
    });
  }
  return { name: lookbacks.join(","), tiers };
}

export const exclusionOf = (startMs: number, endMs: number): Exclusion => ({
  reason: "maintenance",
  when: { kind: "once", startMs, endMs },
  source: { file: "shop.yaml", line: 1 },
});

export const EVENTS: Indicator = {
  kind: "events",
  total: { metric: "http.requests", where: [] },
  count: "bad",
  when: [{ kind: "matches", key: "status", pattern: "5.." }],
};

interface SloText {
  readonly id?: string;
  readonly objective?: string;
  readonly window?: string;
  readonly alerts?: AlertPolicy;
  readonly indicator?: Indicator;
  readonly per?: readonly string[];
  readonly groupLimit?: number;
  readonly exclusions?: readonly Exclusion[];
}

export function sloOf(text: SloText = {}): Slo {
  const id = text.id ?? "shop/availability";
  const [service = "", name = ""] = id.split("/");
  return {
    id,
    service,
    name,
    description: "",
    labels: {},
    objective: parseObjective(text.objective ?? "99.9%")!,
    window: { kind: "rolling", lengthMs: millis(ms(text.window ?? "30d")) },
    indicator: text.indicator ?? EVENTS,
    per: text.per ?? [],
    groupLimit: text.groupLimit ?? 200,
    alerts: text.alerts ?? policyOf("1h", "5m", "6h", "30m", "1d", "2h", "3d", "6h"),
    annotations: {},
    budgeting: { kind: "occurrences" },
    noData: "ignore",
    ...(text.exclusions === undefined ? {} : { exclusions: text.exclusions }),
    source: { file: "shop.yaml", line: 1, format: "slowburn" },
  };
}

export function seriesOf(
  attributes: Readonly<Record<string, AttributeValue>> = {},
  metric: Partial<SeriesDescriptor["metric"]> = {},
): SeriesDescriptor {
  return {
    metric: {
      name: "http.requests",
      unit: "{request}",
      kind: MetricKind.sum,
      temporality: Temporality.cumulative,
      isMonotonic: true,
      ...metric,
    },
    attributes: new Map(Object.entries(attributes)),
  };
}
