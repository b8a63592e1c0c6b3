import { describe, expect, it } from "vitest";
import { readRuleFile } from "../../../src/rules/index.ts";
import { suffixesOf } from "../../../src/rules/openslo/slo.ts";

describe("objectives are SLOs of their own", () => {
  it.each([
    [["Only"], [""]],
    [
      ["Internal goal", "SLA"],
      ["-internal-goal", "-sla"],
    ],
    [
      ["Same", "same", undefined],
      ["-1", "-2", "-3"],
    ],
    [
      ["99.9 %", "--"],
      ["-99.9", "-2"],
    ],
  ])("%j: %j", (names, suffixes) => {
    expect(suffixesOf(names)).toEqual(suffixes);
  });
});

const objective = (text: string) =>
  readRuleFile({
    file: "x",
    text: `apiVersion: openslo/v1
kind: SLO
metadata: { name: a, annotations: { slowburn.dev/alerts: none } }
spec:
  service: s
  indicator: { spec: { thresholdMetric: { metricSource: { type: prometheus, spec: { query: m } } } } }
  timeWindow: [{ duration: 30d }]
  budgetingMethod: Occurrences
  objectives: [{ op: lt, value: 1, ${text} }]
`,
  }).slos[0]?.objective;

it.each([
  ["target: 0.999", "99.9%", 1_000_000],
  ["target: 0.99999", "99.999%", 10_000],
  ["target: 0.999999999", "99.9999999%", 1],
  ["target: 0.07", "7%", 930_000_000],
  ["target: 0", "0%", 1_000_000_000],
  ["targetPercent: 99.95", "99.95%", 500_000],
  ["targetPercent: 28.7", "28.7%", 713_000_000],
])("%s is exact: %s", (text, percent, budgetPpb) => {
  expect(objective(text)).toMatchObject({ text: percent, budgetPpb });
});

describe("`counter: false`", () => {
  const measure = (counter: string, query: string) => {
    const metric = `{ metricSource: { type: prometheus, spec: { query: '${query}' } } }`;
    const { slos } = readRuleFile({
      file: "x",
      text: `apiVersion: openslo/v1
kind: SLO
metadata: { name: a, annotations: { slowburn.dev/alerts: none } }
spec:
  service: s
  indicator: { spec: { ratioMetric: { ${counter} good: ${metric}, total: ${metric} } } }
  timeWindow: [{ duration: 30d }]
  budgetingMethod: Occurrences
  objectives: [{ target: 0.9 }]
`,
    });
    const indicator = slos[0]?.indicator;
    return indicator?.kind === "sums" ? indicator.total[0]?.measure.kind : undefined;
  };

  it.each([
    ["counter: true,", "sum(m)", "increase"],
    ["", "sum(m)", "increase"],
    ["counter: false,", "sum(m)", "values"],
    ["counter: false,", "sum(rate(m[5m]))", "increase"],
    ["counter: true,", "sum(rate(m[5m]))", "increase"],
  ])("%s %s adds up the %s", (counter, query, kind) => {
    expect(measure(counter, query)).toBe(kind);
  });
});
