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

describe("alertWhenNoData", () => {
  const policy = (severity: string, lookback: string, { spec = "", more = "" } = {}) =>
    condition(severity, 2, lookback, more).replace(
      "spec: { conditions",
      `spec: { alertWhenNoData: true${spec}, conditions`,
    );

  it.each([
    ["1h", "", 60],
    ["1h", ", alertAfter: 5m", 65],
  ])(
    "alerts once the lookback of %s holds nothing, and after `alertAfter`%s: %i minutes",
    (lookback, more, minutes) => {
      const { slos, problems } = read([policy("page", lookback, { more })]);
      expect(problems).toEqual([]);
      expect(slos[0]?.absent).toEqual({ severity: "page", afterMs: minutes * MINUTE });
      expect(slos[0]?.alerts.tiers).toHaveLength(1);
      expect(slos[0]?.alerting).toBeUndefined();
    },
  );

  it("alerts nobody of burn rates beside alertWhenBreaching: false", () => {
    const spec = ", alertWhenBreaching: false, notificationTargets: [{ targetRef: night }]";
    const { slos, problems } = read([policy("warning", "2h", { spec })]);
    expect(problems).toEqual([]);
    expect(slos[0]?.alerts).toEqual({ name: "warning", tiers: [] });
    expect(slos[0]?.absent).toEqual({ severity: "ticket", afterMs: 120 * MINUTE });
    expect(slos[0]?.alerting).toEqual({
      labels: {},
      annotations: {},
      bySeverity: {},
      absent: { severity: "warning", labels: { notification_target: "night" } },
    });
  });

  it("of several policies is the most urgent's, then the soonest", () => {
    const urgent = [policy("page", "2h"), policy("page", "1h"), policy("ticket", "1d")];
    const { slos, problems } = read(urgent);
    expect(problems).toEqual([]);
    expect(slos[0]?.absent).toEqual({ severity: "page", afterMs: 60 * MINUTE });
  });

  it("tells of what would have alerted sooner", () => {
    const { slos, problems } = read([policy("page", "2h"), policy("ticket", "1h")]);
    expect(slos[0]?.absent).toEqual({ severity: "page", afterMs: 120 * MINUTE });
    expect(problems).toMatchObject([{ code: "not-applied", severity: "warning" }]);
    expect(problems[0]?.message).toBe(
      "an SLO has one alert on absent data: a page after 2h, and not a ticket after 1h",
    );
  });

  it("has a lookback that fits, too", () => {
    const spec = ", alertWhenBreaching: false";
    const { slos, problems } = read([policy("page", "1m", { spec })], 60_000);
    expect(slos).toEqual([]);
    expect(problems).toMatchObject([{ code: "tier-lookback", severity: "error" }]);
  });
});

it.each([
  ["alertWhenResolved: false", ["spec.alertPolicies[0].spec.alertWhenResolved"]],
  ["alertWhenResolved: true", []],
  // Nothing alerts, so nothing is ever over.
  [
    "alertWhenResolved: false, alertWhenBreaching: false",
    ["spec.alertPolicies", "spec.alertPolicies[0].spec.alertWhenBreaching"],
  ],
])("%s is warned of where it does not hold", (said, paths) => {
  const silent = condition("page", 2, "1h").replace("spec: {", `spec: { ${said},`);
  const { problems } = read([silent]);
  expect(problems.map(({ path }) => path)).toEqual(paths);
  expect(problems.every(({ severity }) => severity === "warning")).toBe(true);
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
