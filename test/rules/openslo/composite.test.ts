/** Objectives with indicators or weights of their own: SLOs that do not alert, and one that is made of them. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lintSlos, readRuleFile } from "../../../src/rules/index.ts";
import type { Slo } from "../../../src/slo/index.ts";

const sli = (metric: string) =>
  `{ spec: { ratioMetric: { rawType: success, raw: { metricSource: { type: otlp, spec: { metric: ${metric}, bad: { e: 1 } } } } } } }`;
const POLICY =
  "{ kind: AlertPolicy, metadata: { name: p }, spec: { alertWhenBreaching: true, conditions: [{ kind: AlertCondition, metadata: { name: c }, spec: { severity: page, condition: { kind: burnrate, op: gt, threshold: 2, lookbackWindow: 1h, alertAfter: 5m } } }], notificationTargets: [{ kind: AlertNotificationTarget, metadata: { name: t }, spec: { target: mail } }] } }";

interface Parts {
  readonly apiVersion?: string;
  readonly annotations?: string;
  readonly method?: string;
  readonly spec?: string;
  readonly objectives: readonly string[];
}
const document = ({
  apiVersion = "openslo/v1",
  annotations = "",
  method = "Occurrences",
  spec,
  objectives,
}: Parts) => `apiVersion: ${apiVersion}
kind: SLO
metadata: { name: journey, displayName: Journey, labels: { tier: "1" }, annotations: { ${annotations} } }
spec:
  ${apiVersion === "openslo.com/v2alpha" ? "serviceRef" : "service"}: shop
  ${spec ?? ""}
  timeWindow: [{ duration: 1w, isRolling: true }]
  budgetingMethod: ${method}
  alertPolicies: [${POLICY}]
  objectives:
${objectives.map((each) => `    - { ${each} }`).join("\n")}
`;
function read(parts: Parts): ReadonlyMap<string, Slo> {
  const { slos, problems } = readRuleFile({ file: "x", text: document(parts) });
  expect(problems).toEqual([]);
  return new Map(slos.map((slo) => [slo.id, slo]));
}
const shown = (slo: Slo | undefined) =>
  slo && [
    slo.indicator.kind === "composite" ? slo.indicator.rule : slo.indicator.kind,
    slo.objective.text,
    slo.budgeting.kind,
    slo.alerts.tiers.length,
  ];

const OWN = [
  `displayName: Front end, target: 0.999, indicator: ${sli("a")}`,
  `target: 0.99, compositeWeight: 3, indicator: ${sli("b")}`,
];

describe("occurrences", () => {
  it("are weighed: the objective is the weighted mean of the targets, and the composite alerts", () => {
    const slos = read({ objectives: OWN });
    expect([...slos].map(([id, slo]) => [id, ...(shown(slo) ?? [])])).toEqual([
      ["shop/journey-front-end", "events", "99.9%", "occurrences", 0],
      ["shop/journey-2", "events", "99%", "occurrences", 0],
      ["shop/journey", "weighted", "99.225%", "occurrences", 1],
    ]);
    const journey = slos.get("shop/journey");
    expect(journey).toMatchObject({
      indicator: {
        members: [
          { sloId: "shop/journey-front-end", weight: 1 },
          { sloId: "shop/journey-2", weight: 3 },
        ],
      },
      objective: { goodPpb: 992_250_000, budgetPpb: 7_750_000 },
      window: { kind: "rolling", lengthMs: 604_800_000 },
      labels: { tier: "1" },
      description: "Journey",
      source: { line: 1, format: "openslo" },
    });
    expect(slos.get("shop/journey-2")?.source.line).toBe(12);
  });

  it("of one indicator are weighed as well", () => {
    const slos = read({
      spec: `indicator: ${sli("a")}`,
      objectives: ["target: 0.9, compositeWeight: 2", "target: 0.99"],
    });
    expect(shown(slos.get("shop/journey"))).toEqual(["weighted", "93%", "occurrences", 1]);
  });

  it("without indicators or weights of their own are SLOs that alert, as ever", () => {
    const slos = read({
      spec: `indicator: ${sli("a")}`,
      objectives: ["target: 0.9", "target: 0.99"],
    });
    expect([...slos.values()].map(({ id, alerts }) => [id, alerts.tiers.length])).toEqual([
      ["shop/journey-1", 1],
      ["shop/journey-2", 1],
    ]);
  });

  it("may be some of the SLO's indicator, and some of their own", () => {
    const slos = read({
      spec: `indicator: ${sli("a")}`,
      objectives: ["target: 0.9", `target: 0.99, indicator: ${sli("b")}`],
    });
    const metrics = [...slos.values()].map(({ indicator }) =>
      indicator.kind === "events" ? indicator.total.metric : indicator.kind,
    );
    expect(metrics).toEqual(["a", "b", "composite"]);
  });

  it("v2alpha calls them sli", () => {
    const slos = read({
      apiVersion: "openslo.com/v2alpha",
      objectives: OWN.map((each) =>
        each
          .replace("indicator:", "sli:")
          .replace("metricSource: { type: otlp, spec:", "dataSourceSpec: { type: otlp }, spec:")
          .replace(" } } } } }", " } } } }"),
      ),
    });
    expect(shown(slos.get("shop/journey"))).toEqual(["weighted", "99.225%", "occurrences", 1]);
  });

  it("one objective alone is the SLO", () => {
    const slos = read({ objectives: [`target: 0.9, indicator: ${sli("a")}`] });
    expect([...slos.values()].map((slo) => [slo.id, ...(shown(slo) ?? [])])).toEqual([
      ["shop/journey", "events", "90%", "occurrences", 1],
    ]);
  });
});

it("slices of time are good when all objectives hold in them", () => {
  const sliced = OWN.map((each) =>
    each
      .replace("compositeWeight: 3, ", "")
      .replace("target:", "timeSliceTarget: 0.95, timeSliceWindow: 5m, target:"),
  );
  const slos = read({ method: "Timeslices", objectives: sliced });
  expect(shown(slos.get("shop/journey"))).toEqual(["all", "98.901%", "timeslices", 1]);
  expect(slos.get("shop/journey")?.budgeting).toEqual({
    kind: "timeslices",
    widthMs: 300_000,
    targetPpb: 1_000_000_000,
  });
  expect(slos.get("shop/journey-2")?.budgeting).toMatchObject({ targetPpb: 950_000_000 });
});

it("ratios of slices are weighed", () => {
  const sliced = OWN.map((each) => each.replace("target:", "timeSliceWindow: 5m, target:"));
  const slos = read({ method: "RatioTimeslices", objectives: sliced });
  expect(shown(slos.get("shop/journey"))).toEqual(["weighted", "99.225%", "occurrences", 1]);
  expect(shown(slos.get("shop/journey-2"))).toEqual(["events", "99%", "ratioTimeslices", 0]);
});

describe("annotations", () => {
  it("slowburn.dev/objective is the composite's", () => {
    const slos = read({ annotations: "slowburn.dev/objective: 99.5%", objectives: OWN });
    expect(shown(slos.get("shop/journey"))).toEqual(["weighted", "99.5%", "occurrences", 1]);
    expect(shown(slos.get("shop/journey-2"))).toEqual(["events", "99%", "occurrences", 0]);
  });

  it("slowburn.dev/alerts and texts of alerts are the composite's, groups are the objectives'", () => {
    const slos = read({
      annotations:
        'slowburn.dev/alerts: workbook, slowburn.dev/slo: "{ per: [route], runbook: https://r.example, alerting: { labels: { team: t } } }"',
      spec: "",
      objectives: OWN,
    });
    const journey = slos.get("shop/journey");
    expect(journey).toMatchObject({
      per: [],
      runbook: "https://r.example",
      alerts: { name: "workbook" },
    });
    expect(journey?.alerting).toMatchObject({ labels: { team: "t" } });
    const member = slos.get("shop/journey-2");
    expect(member).toMatchObject({
      per: ["route"],
      runbook: "https://r.example",
      alerts: { tiers: [] },
    });
    expect(member).not.toHaveProperty("alerting");
  });
});

/** Of SLOs that all have events: the composite holds its objective just when its members do so on average. */
it("when each objective is just met, the composite is", () => {
  const objective = fc.record({
    goodPpb: fc.integer({ min: 500_000_000, max: 999_999_999 }),
    weight: fc.integer({ min: 1, max: 1_000 }),
  });
  fc.assert(
    fc.property(fc.array(objective, { minLength: 2, maxLength: 50 }), (members) => {
      const slos = read({
        objectives: members.map(
          ({ goodPpb, weight }) =>
            `target: ${goodPpb / 1e9}, compositeWeight: ${weight}, indicator: ${sli("a")}`,
        ),
      });
      const { goodPpb = 0, budgetPpb = 0 } = slos.get("shop/journey")?.objective ?? {};
      const weight = members.reduce((sum, each) => sum + BigInt(each.weight), 0n);
      const sum = members.reduce((all, m) => all + BigInt(m.weight) * BigInt(m.goodPpb), 0n);
      expect(BigInt(goodPpb)).toBe((2n * sum + weight) / (2n * weight));
      expect(goodPpb + budgetPpb).toBe(1e9);
      expect(lintSlos([...slos.values()]).map(({ code }) => code)).not.toContain(
        "composite-objective",
      );
    }),
    { numRuns: 50 },
  );
});

describe("native SLIs over other SLOs in a source of type otlp", () => {
  const native = (spec: string) =>
    `indicator: { spec: { ratioMetric: { rawType: success, raw: { metricSource: { type: otlp, spec: ${spec} } } } } }`;

  it("have the objective's target and slices", () => {
    const slos = read({
      spec: native("{ allOf: [cart, search/latency] }"),
      method: "Timeslices",
      objectives: ["target: 0.98, timeSliceTarget: 1, timeSliceWindow: 5m"],
    });
    expect(slos.get("shop/journey")).toMatchObject({
      indicator: { rule: "all", members: [{ sloId: "shop/cart" }, { sloId: "search/latency" }] },
      budgeting: { kind: "timeslices", widthMs: 300_000 },
      objective: { text: "98%" },
    });
  });

  it("count no events of their own", () => {
    const slos = read({
      spec: native("{ weighted: { cart: 1, search/latency: 2 } }"),
      objectives: ["target: 0.98"],
    });
    expect(shown(slos.get("shop/journey"))).toEqual(["weighted", "98%", "occurrences", 1]);
  });

  it("have no groups and no exclusions", () => {
    const text = document({
      annotations:
        'slowburn.dev/slo: "{ per: [route], groupLimit: 5, exclude: [{ reason: r, from: 2026-01-01T00:00Z, to: 2026-01-01T01:00Z }] }"',
      spec: native("{ worstOf: [cart, search/latency] }"),
      objectives: ["target: 0.98"],
    });
    const { problems } = readRuleFile({ file: "x", text });
    expect(problems.map(({ code, path }) => [code, path])).toEqual([
      ["composite-field", "per"],
      ["composite-field", "groupLimit"],
      ["composite-field", "exclude"],
    ]);
  });
});
