/** Selectors as other tools' files have them, and the plainest queries around them. */
import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { readSimpleQuery, simpleQueries } from "../../src/rules/simple-queries.ts";
import { readVectorSelector } from "../../src/rules/vector-selector.ts";

const read = (text: string) => readVectorSelector(text);
const same = { absentIsEmpty: true } as const;

describe("a selector", () => {
  const rows: readonly [text: string, metric: string, where: readonly object[], bound?: number][] =
    [
      ["up", "up", []],
      ["up{}", "up", []],
      ["job:up:sum{ }", "job:up:sum", []],
      [' up { job = "a" , } ', "up", [{ kind: "in", key: "job", values: ["a"], ...same }]],
      ["up{a!='b'}", "up", [{ kind: "notIn", key: "a", values: ["b"], ...same }]],
      ["up{a=~`5..`}", "up", [{ kind: "matches", key: "a", pattern: "5..", ...same }]],
      ['up{a!~"x|"}', "up", [{ kind: "notMatches", key: "a", pattern: "x|", ...same }]],
      [
        'up{a="1",a!="2"}',
        "up",
        [
          { kind: "in", key: "a", values: ["1"], ...same },
          { kind: "notIn", key: "a", values: ["2"], ...same },
        ],
      ],
      [
        String.raw`up{a="q\"\\\n\x41\u00e9"}`,
        "up",
        [{ kind: "in", key: "a", values: ['q"\\\nAé'], ...same }],
      ],
      ["up{a=`\\n`}", "up", [{ kind: "in", key: "a", values: ["\\n"], ...same }]],
      ['{__name__="up"}', "up", []],
      [
        '{"http.requests", "http.route"="/"}',
        "http.requests",
        [{ kind: "in", key: "http.route", values: ["/"], ...same }],
      ],
      ['up{ # a comment }\n a="b" }', "up", [{ kind: "in", key: "a", values: ["b"], ...same }]],
      ['d_bucket{le="0.25"}', "d_bucket", [], 0.25],
      ['d_bucket{le="1.0"}', "d_bucket", [], 1],
      ['d_bucket{le="1e-3"}', "d_bucket", [], 0.001],
      ['d_bucket{le="+Inf"}', "d_bucket", []],
    ];
  it.each(rows)("%s", (text, metric, where, bound) => {
    const { selector, problems } = read(text);
    expect(problems).toEqual([]);
    expect(selector).toEqual({ metric, where, ...(bound === undefined ? {} : { bound }) });
  });

  const wrong: readonly [text: string, from: number, message: RegExp][] = [
    ["", 0, /metric's name/],
    ['{a="b"}', 0, /metric's name/],
    ["5xx", 0, /metric's name/],
    ["up{a}", 4, /expected =/],
    ["up{a=5}", 5, /text in quotes/],
    ['up{a="b}', 5, /text in quotes/],
    ['up{a="b" c="d"}', 9, /, or }/],
    ['up{a="b"', 8, /, or }/],
    ['up{="b"}', 3, /label's name/],
    ['up{a=~"("}', 6, /RE2/],
    ['up{__name__=~"a.*"}', 3, /whole name/],
    ['up{__name__="b"}', 3, /name already/],
    ["d_bucket", 0, /cumulative/],
    ['d_bucket{le=~"0.1|1"}', 9, /one bucket/],
    ['d_bucket{le="fast"}', 9, /one bucket/],
  ];
  it.each(wrong)("%s is refused at its place", (text, from, message) => {
    const { selector, problems } = read(text);
    expect(selector).toBeUndefined();
    expect(problems).toMatchObject([{ from, message: expect.stringMatching(message) as string }]);
    expect(problems[0]?.to).toBeGreaterThan(from);
  });

  it("ends where it ends", () => {
    expect(read('a{b="c"} / d').end).toBe(8);
  });

  it("never throws, and never runs over the text", () => {
    const piece = fc.constantFrom(
      "up",
      "{",
      "}",
      '"',
      "'",
      "`",
      "a",
      "=",
      "=~",
      "!",
      "\\",
      ",",
      " ",
      "#",
      "\n",
      "le",
      "5",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const text = pieces.join("");
        const { end, selector, problems } = read(text);
        expect(end).toBeLessThanOrEqual(text.length);
        expect(selector === undefined).toBe(problems.length > 0);
      }),
      { numRuns: 2_000 },
    );
  });
});

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
