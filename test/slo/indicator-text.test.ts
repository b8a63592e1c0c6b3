import { expect, test } from "vitest";
import { indicatorText, type Indicator, type Matcher, type Measure } from "../../src/slo/index.ts";

const text = (indicator: Indicator): string =>
  indicatorText(indicator, (nanos) => `${nanos / 1e6}ms`);
const total = { metric: "requests", where: [] };
const term = (metric: string, measure: Measure, weight = 1) => ({
  metric,
  where: [],
  weight,
  measure,
});

test.each<[Matcher, string]>([
  [{ kind: "in", key: "a", values: ["x"] }, "a is x"],
  [{ kind: "in", key: "a", values: ["x", "y z"] }, 'a is one of x, "y z"'],
  [{ kind: "notIn", key: "a", values: ["x"] }, "a is not x"],
  [{ kind: "notIn", key: "a", values: ["/x", "/y"] }, "a is none of /x, /y"],
  [{ kind: "matches", key: "a", pattern: "5.." }, "a matches 5.."],
  [{ kind: "notMatches", key: "a", pattern: "x|y" }, 'a does not match "x|y"'],
  [{ kind: "exists", key: "a", exists: true }, "a is there"],
  [{ kind: "exists", key: "a", exists: false }, "a is absent"],
  [{ kind: "compare", key: "a", op: ">=", value: 500 }, "a is at least 500"],
])("%j", (matcher, expected) => {
  expect(text({ kind: "events", total, count: "bad", when: [matcher] })).toBe(
    `An event is one that requests counts. It is bad when ${expected}; all others are good.`,
  );
});

test.each<[Indicator, string]>([
  [
    {
      kind: "latency",
      total: { ...total, where: [{ kind: "in", key: "r", values: ["/"] }] },
      thresholdNanos: 25e7,
    },
    "An event is one that requests (where r is /) measures. It is good when it took at most 250ms.",
  ],
  [
    { kind: "counters", total, count: "good", part: { metric: "answers", where: [] } },
    "Events are what requests counts; the good ones are what answers counts.",
  ],
  [
    {
      kind: "sums",
      total: [term("h", { kind: "increase" })],
      count: "bad",
      part: [term("h", { kind: "increase" }), term("h", { kind: "atMost", bound: 0.25 }, -1)],
    },
    "Events are what h counts; the bad ones are what h counts, less what h measures at 0.25 or below.",
  ],
  [
    {
      kind: "sums",
      total: [term("g", { kind: "samples" })],
      count: "good",
      part: [
        term("g", { kind: "samples", holds: { op: "<", value: 5 } }),
        term("g", { kind: "values" }, 2),
      ],
    },
    "Events are each sample of g; the good ones are each sample of g of below 5, plus 2 x the values of g.",
  ],
  [
    { kind: "sums", total: [term("g", { kind: "increase" }, -1)], count: "bad", part: [] },
    "Events are minus what g counts; the bad ones are none.",
  ],
])("$kind", (indicator, expected) => {
  expect(text(indicator)).toBe(expected);
});
