/** Alert policies of OpenSLO → tiers. */
import { describe, expect, it } from "vitest";
import { readRuleFile } from "../../../src/rules/index.ts";

const condition = (severity: string, threshold: number, lookback: string, more = "") =>
  `{ kind: AlertPolicy, metadata: { name: ${severity} }, spec: { conditions: [{ kind: AlertCondition, spec: { severity: ${severity}, condition: { op: gt, threshold: ${threshold}, lookbackWindow: ${lookback}${more} } } }] } }`;

const read = (policies: readonly string[], bucketMs = 10_000, metadata = "") =>
  readRuleFile(
    {
      file: "x",
      text: `apiVersion: openslo/v1
kind: SLO
metadata: { name: a${metadata} }
spec:
  service: s
  indicator: { spec: { thresholdMetric: { metricSource: { type: prometheus, spec: { query: m } } } } }
  timeWindow: [{ duration: 30d, isRolling: true }]
  budgetingMethod: Occurrences
  objectives: [{ op: lt, value: 1, target: 0.99 }]
  alertPolicies: [${policies.join(", ")}]
`,
    },
    { bucketMs },
  );
const MINUTE = 60_000;

describe("a condition", () => {
  it.each([
    ["1h", 10_000, 5 * MINUTE],
    ["6h", 10_000, 30 * MINUTE],
    ["1d", 10_000, 120 * MINUTE],
    ["5m", 10_000, 30_000], // 25 s, to whole buckets
    ["2m", 10_000, 20_000], // a twelfth is less than two buckets
    ["1h", 60_000, 5 * MINUTE],
    ["5m", 60_000, 2 * MINUTE],
  ])(
    "over %s with buckets of %i ms has a short lookback of %i ms",
    (lookback, bucketMs, shortMs) => {
      const { slos } = read([condition("page", 2, lookback)], bucketMs);
      expect(slos[0]?.alerts.tiers).toMatchObject([{ shortMs }]);
    },
  );

  it("is a tier without a gate against chance: the file asks for none", () => {
    const { slos, problems } = read([condition("critical", 14.4, "1h", ", alertAfter: 5m")]);
    expect(problems).toEqual([]);
    expect(slos[0]?.alerts).toEqual({
      name: "critical",
      tiers: [
        {
          severity: "page",
          factorMilli: 14_400,
          longMs: 60 * MINUTE,
          shortMs: 5 * MINUTE,
          forMs: 5 * MINUTE,
          keepFiringForMs: 0,
          minBadEvents: 0,
          significance: 1,
        },
      ],
    });
    expect(slos[0]?.alerting?.bySeverity).toEqual({
      page: { labels: { severity: "critical" }, annotations: {} },
    });
  });

  it.each(["1m", "31d"])(
    "over %s is refused where buckets are minutes and the window a month",
    (lookback) => {
      const { slos, problems } = read([condition("page", 2, lookback)], 60_000);
      expect(slos).toEqual([]);
      expect(problems).toMatchObject([{ code: "tier-lookback", severity: "error" }]);
    },
  );

  it("that never comes true leaves the SLO without it, and says so", () => {
    const { slos, problems } = read([condition("page", 100, "1h"), condition("ticket", 2, "1d")]);
    expect(slos[0]?.alerts.tiers).toMatchObject([{ severity: "ticket" }]);
    expect(problems).toMatchObject([{ code: "tier-never-fires", severity: "warning" }]);
  });
});

it("policies are one policy, most urgent tier first", () => {
  const { slos } = read([
    condition("warning", 1.5, "3d"),
    condition("page", 6, "6h"),
    condition("low", 3, "1d"),
    condition("critical", 14.4, "1h"),
  ]);
  expect(slos[0]?.alerts.name).toBe("warning+page+low+critical");
  expect(slos[0]?.alerts.tiers.map(({ severity, factorMilli }) => [severity, factorMilli])).toEqual(
    [
      ["page", 14_400],
      ["page", 6_000],
      ["ticket", 3_000],
      ["ticket", 1_500],
    ],
  );
});

it("the annotation says it all: policies beside it are for other tools", () => {
  const annotation = ', annotations: { slowburn.dev/alerts: "{ page: off, for: 1m }" }';
  const { slos, problems } = read([condition("blocker", 500, "90d")], 10_000, annotation);
  expect(problems).toEqual([]);
  expect(slos[0]?.alerts.tiers.map(({ severity, forMs }) => [severity, forMs])).toEqual([
    ["ticket", MINUTE],
    ["ticket", MINUTE],
  ]);
  expect(slos[0]?.alerting).toBeUndefined();
});

it("an SLO without a policy never alerts, and is warned of once, however many objectives it has", () => {
  const { slos, problems } = read([]);
  expect(slos[0]?.alerts).toEqual({ name: "none", tiers: [] });
  expect(problems).toMatchObject([{ code: "policy-empty", severity: "warning" }]);
});
