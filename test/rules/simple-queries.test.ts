/** The plainest queries of other tools' files. */
import { describe, expect, it } from "vitest";
import { readSimpleQuery, simpleQueries } from "../../src/rules/simple-queries.ts";

describe("a plain query", () => {
  const rows: readonly [text: string, isGrowth: boolean][] = [
    ["m", false],
    ["(m)", false],
    ["sum(m)", false],
    ["sum((m))", false],
    ["rate(m[5m])", true],
    ["sum(rate(m[{{.window}}]))", true],
    [" sum ( increase ( m [1h] ) ) ", true],
    ["sum(sum(rate(m[5m])))", true],
  ];
  it.each(rows)("%s", (text, isGrowth) => {
    const simple = readSimpleQuery(text);
    expect(simple).toMatchObject({ kind: "query", query: { isGrowth, selector: { metric: "m" } } });
    if (simple.kind === "query")
      expect(text.slice(simple.query.from, simple.query.to)).toContain("m");
  });

  it.each([
    "m[5m]",
    "rate(m)",
    "sum(m",
    "sum(m))",
    "rate(rate(m[5m])[5m])",
    "sum(m) by (job)",
    "sum by (job) (m)",
    "avg(m)",
    "m / n",
    "2 * m",
    "m offset 5m",
  ])("%s is none", (text) => {
    expect(readSimpleQuery(text)).toMatchObject({
      kind: "problem",
      problem: { from: 0, to: text.length, code: "promql-unsupported" },
    });
  });
});

describe("an error ratio", () => {
  const sums = (count: "good" | "bad", part: string, total: string) => ({
    kind: "sums",
    count,
    part: [{ metric: part, where: [], weight: 1, measure: { kind: "increase" } }],
    total: [{ metric: total, where: [], weight: 1, measure: { kind: "increase" } }],
  });

  it.each([
    ["sum(rate(a[5m])) / sum(rate(b[5m]))", "bad"],
    ["1 - (sum(rate(a[5m])) / sum(rate(b[5m])))", "good"],
    ["1 - (\n a\n / # not this /\n b)", "good"],
  ] as const)("%s", (query, count) => {
    expect(simpleQueries.errorRatio(query)).toMatchObject({
      indicator: sums(count, "a", "b"),
      problems: [],
    });
  });

  it.each([
    ["a", 0],
    ["a / b / c", 0],
    ['a{b="/"}', 0],
    ["a{b=} / c", 4],
    ["1 - (a / c{d=})", 13],
  ])("%s is refused at its place", (query, from) => {
    const { indicator, problems } = simpleQueries.errorRatio(query);
    expect(indicator).toBeUndefined();
    expect(problems).toMatchObject([{ query: "query", from }]);
  });

  it("counts a bucket's events", () => {
    const { indicator } = simpleQueries.ratio({
      part: 'sum(rate(d_bucket{le="0.25"}[5m]))',
      total: "sum(rate(d_count[5m]))",
      count: "good",
    });
    expect(indicator).toMatchObject({
      part: [{ metric: "d_bucket", measure: { kind: "atMost", bound: 0.25 } }],
      total: [{ metric: "d_count", measure: { kind: "increase" } }],
    });
  });
});
