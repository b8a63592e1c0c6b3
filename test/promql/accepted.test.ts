/** Queries that are read, and the sums they come to. `[w]` stands for `[{{.window}}]`. */
import { describe, expect, test } from "vitest";
import { readRatio, readRawRatio } from "../../src/promql/index.ts";
import { textOf } from "./rendering.ts";

const inFull = (query: string): string => query.replaceAll(/\[w\b/g, "[{{.window}}");
const raw = (query: string) => {
  const reading = readRawRatio(inFull(query), "bad");
  expect(reading.problems).toEqual([]);
  return textOf(reading);
};
const pair = (part: string, total: string, count: "good" | "bad" = "bad") => {
  const reading = readRatio({ part: inFull(part), total: inFull(total), count });
  expect(reading.problems).toEqual([]);
  return textOf(reading);
};

describe("a counter", () => {
  test.each([
    ["sum(rate(a[w]))", "a"],
    ["sum(increase(a[w])) / sum(increase(b[w])) * sum(increase(b[w]))", "a"],
    ["SUM(rate(a[w]))", "a"],
    ["sum(irate(a[w]))", "a"],
    ["(sum((rate(a[w]))))", "a"],
    ["sum(sum(rate(a[w])))", "a"],
    ["sum(sum by (x) (rate(a[w])))", "a"],
    ["sum(sum without (instance) (rate(a[w])))", "a"],
    ["max(sum(rate(a[w])))", "a"],
    ["min(sum(rate(a[w])))", "a"],
    ["avg(sum(rate(a[w])))", "a"],
    ["sort_desc(sum(rate(a[w])))", "a"],
    ["sum(rate(a[w])) or vector(0)", "a"],
    ["sum(rate(a[w])) OR on() vector(0)", "a"],
    ["sum(rate(a[w]) or vector(0))", "a"],
    ["sum(rate(a[w])) or 0 * sum(rate(b[w]))", "a"],
    ["sum(rate(a[w])) > 0", "a"],
    ["(sum(rate(a[w])) != 0) or vector(0)", "a"],
    ["clamp_min(sum(rate(a[w])), 0)", "a"],
    ["sum(rate(a[w])) + sum(rate(c[w]))", "a + c"],
    ["sum(rate(a[w])) - on() sum(rate(c[w]))", "a - c"],
    ["sum(rate(a[w])) + ignoring(z) sum(rate(a[w]))", "2 a"],
    ["-(-sum(rate(a[w])))", "a"],
    ["+sum(rate(a[w])) + 0", "a"],
    ["2 * sum(rate(a[w])) * 3", "6 a"],
    ["sum(rate(a[w])) / (2 ^ 3 % 5 + 1)", "0.25 a"],
    ["sum(rate(a[w])) / 1m", `${1 / 60} a`],
    ["sum(rate(a[w])) * 0x10 / 1_6", "a"],
    ["sum(rate(a[w]) + rate(c[w]))", "a + c"],
    ["sum(# all of it\n rate(a[w]))", "a"],
  ])("%s", (query, sum) => {
    const isCounts = query.includes("increase");
    const total = isCounts ? "sum(increase(b[w]))" : "sum(rate(b[w]))";
    expect(pair(query, total)).toBe(`bad ${sum} of b`);
  });
});

describe("a selector", () => {
  test.each([
    ['a{x="1"}', 'a{x="1"}'],
    ['a{x!="1",y=~"2|3",z!~"4.*"}', 'a{x!="1",y=~"2|3",z!~"4.*"}'],
    ['a{x="",}', 'a{x=""}'],
    ["a{}", "a"],
    ['{__name__="a"}', "a"],
    ['{__name__="a",x="1"}', 'a{x="1"}'],
    ['{"http.server.requests"}', "http.server.requests"],
    ['{"http.server.requests","http.route"="/x"}', 'http.server.requests{http.route="/x"}'],
    ["job:requests:total", "job:requests:total"],
    [String.raw`a{x="\"\u00e4\\"}`, String.raw`a{x=""ä\"}`],
    [String.raw`a{x='it\'s',y=~${"`\\d+`"}}`, String.raw`a{x="it's",y=~"\d+"}`],
    ["sum", "sum"],
  ])("%s", (selector, sum) => {
    expect(pair(`sum(rate(${selector}[w]))`, "sum(rate(b[w]))")).toBe(`bad ${sum} of b`);
  });
});

describe("a histogram", () => {
  test.each([
    ['sum(rate(h_bucket{le="0.25"}[w]))', "h_bucket<=0.25"],
    ['sum(rate(h_bucket{le="1"}[w]))', "h_bucket<=1"],
    ['sum(rate(h_bucket{le="1.0"}[w]))', "h_bucket<=1"],
    ['sum(rate(h_bucket{le=~"1|1.0"}[w]))', "h_bucket<=1"],
    [String.raw`sum(rate(h_bucket{le=~"(1|1\\.0)"}[w]))`, "h_bucket<=1"],
    [String.raw`sum(rate(h_bucket{le=~"1(\\.0)?"}[w]))`, "h_bucket<=1"],
    ['sum(rate(h_bucket{le="5e-3",x="1"}[w]))', 'h_bucket{x="1"}<=0.005'],
    ['sum(rate(h_bucket{le="+Inf"}[w]))', "h_bucket"],
    ['sum(rate({"h.d_bucket",le="2"}[w]))', "h.d_bucket<=2"],
    ["histogram_count(sum(rate(h[w])))", "h"],
    ["sum(histogram_count(rate(h[w])))", "h"],
    ["histogram_fraction(0, 0.5, sum(rate(h[w]))) * histogram_count(sum(rate(h[w])))", "h<=0.5"],
    ["2 * sum(rate(h[w])) * histogram_fraction(-Inf, 0.5, sum(rate(h[w])))", "2 h<=0.5"],
  ])("%s", (query, sum) => {
    expect(pair(query, "sum(rate(b[w]))")).toBe(`bad ${sum} of b`);
  });
});

describe("a gauge", () => {
  test.each([
    ["sum(sum_over_time(g[w]))", "sum(count_over_time(g[w]))", "values(g) of samples(g)"],
    ["count_over_time((g < 0.5)[w:])", "count_over_time(g[w:])", "samples(g < 0.5) of samples(g)"],
    [
      "sum_over_time((count(g < 0.5))[w:]) OR on() vector(0)",
      "sum_over_time((count(g))[w:])",
      "samples(g < 0.5) of samples(g)",
    ],
    [
      "sum_over_time((count(0.5 > g) or vector(0))[w:1m])",
      "sum_over_time(count(g)[w:1m])",
      "samples(g < 0.5) of samples(g)",
    ],
    [
      "sum(sum_over_time((g >= bool 2)[w:]))",
      "sum(count_over_time((g >= bool 2)[w:]))",
      "samples(g >= 2) of samples(g)",
    ],
    [
      "sum_over_time(sum(g != bool 2)[w:])",
      "sum_over_time(count(g)[w:])",
      "samples(g != 2) of samples(g)",
    ],
    [
      "sum(sum_over_time((g == 3)[w:]))",
      "sum(sum_over_time(g[w:]))",
      "3 samples(g == 3) of values(g)",
    ],
    [
      "sum_over_time((sum(g) / 4 + sum(h))[w:])",
      "sum_over_time(sum(g)[w:])",
      "0.25 values(g) + values(h) of values(g)",
    ],
    [
      "sum(sum_over_time((3 - 2 * g)[w:]))",
      "sum(count_over_time(h[w:]))",
      "- 2 values(g) + 3 samples(g) of samples(h)",
    ],
  ])("%s of %s", (part, total, expected) => {
    expect(pair(part, total, "good")).toBe(`good ${expected}`);
  });
});

describe("a ratio", () => {
  test.each([
    ["sum(rate(a[w])) / sum(rate(b[w]))", "bad a of b"],
    ["1 - sum(rate(a[w])) / sum(rate(b[w]))", "good a of b"],
    ["1 - (sum(rate(a[w])) / sum(rate(b[w])))", "good a of b"],
    ["-(sum(rate(a[w])) / sum(rate(b[w])) - 1)", "good a of b"],
    ["(sum(rate(b[w])) - sum(rate(a[w]))) / sum(rate(b[w]))", "good a of b"],
    ["sum(rate(a[w])) / (sum(rate(a[w])) + sum(rate(c[w])))", "bad a of a + c"],
    ["1 - sum(rate(c[w])) / (sum(rate(a[w])) + sum(rate(c[w])))", "bad a of a + c"],
    ["sum(increase(a[5m])) / sum(increase(b[5m]))", "bad a of b"],
    ["sum(increase(a[300s])) / sum(increase(b[5m]))", "bad a of b"],
    ["sum(rate(a[w])) / sum(rate(b[w])) / 2", "bad 0.5 a of b"],
    ["sum(rate(a[w])) / sum(rate(b[w])) + sum(rate(c[w])) / sum(rate(b[w]))", "bad a + c of b"],
    ["sum(rate(a[w])) / sum(rate(b[w])) or vector(0)", "bad a of b"],
    ["1 - ((sum(rate(a[w])) / (sum(rate(b[w])) > 0)) OR on() vector(1))", "good a of b"],
    ["vector(1) - sum(rate(a[w])) / sum(rate(b[w]))", "good a of b"],
    ["clamp(sum(rate(a[w])) / sum(rate(b[w])), 0, 1)", "bad a of b"],
    ["clamp_max(sum(rate(a[w])) / sum(rate(b[w])), 1) >= 0", "bad a of b"],
    ["sum(sum(rate(a[w])) / sum(rate(b[w])))", "bad a of b"],
    ["histogram_fraction(0, 0.5, sum(rate(h[w])))", "bad h<=0.5 of h"],
    ["1 - histogram_fraction(0, 0.5, sum(rate(h[w])))", "good h<=0.5 of h"],
    ["histogram_fraction(0, Inf, sum(rate(h[w]))) / 2", "bad 0.5 h of h"],
    [
      "histogram_fraction(0, 2, sum(rate(h[w]))) - histogram_fraction(0, 1, sum(rate(h[w])))",
      "bad h<=2 - h<=1 of h",
    ],
    ["avg_over_time(up[w])", "bad values(up) of samples(up)"],
    ["1 - avg(avg_over_time(up[w]))", "good values(up) of samples(up)"],
    ["1 - avg_over_time(avg(up)[w:1m])", "good values(up) of samples(up)"],
    ["avg_over_time((g > bool 5)[w:])", "bad samples(g > 5) of samples(g)"],
    ["sum by (x) (rate(a[w])) / sum by (x) (rate(b[w]))", "bad a of b by x"],
    ["sum by (x, y) (rate(a[w])) / on (y, x) sum(rate(b[w])) by (y, x)", "bad a of b by x, y"],
    [
      'sum by ("http.route") (rate(a[w])) / sum by ("http.route") (rate(b[w]))',
      "bad a of b by http.route",
    ],
    ["sum by (x) (sum by (x, y) (rate(a[w]))) / sum by (x) (rate(b[w]))", "bad a of b by x"],
    ["sum without (y) (sum by (x, y) (rate(a[w]))) / sum by (x) (rate(b[w]))", "bad a of b by x"],
    ["max by (x) (sum by (x) (rate(a[w]))) / sum by (x) (rate(b[w]))", "bad a of b by x"],
    ["sum without (i) (rate(a[w])) / sum without (i) (rate(b[w]))", "bad a of b"],
    ["rate(a[w]) / rate(b[w])", "bad a of b"],
  ])("%s", (query, expected) => {
    expect(raw(query)).toBe(expected);
  });

  test("of good events is read as such", () => {
    const reading = readRawRatio("sum(rate(a[{{.window}}])) / sum(rate(b[{{.window}}]))", "good");
    expect(textOf(reading)).toBe("good a of b");
  });

  test("may be one query, and the other a constant", () => {
    expect(pair("1 - avg_over_time(up[w])", "vector(1)")).toBe("good values(up) of samples(up)");
  });

  test("of less than all: what is simpler is shown, and means the same", () => {
    const total = 'sum(rate(h_count{x!="1"}[w]))';
    const slow = `(${total} - sum(rate(h_bucket{le="0.4",x!="1"}[w])))`;
    expect(pair(slow, total)).toBe('good h_bucket{x!="1"}<=0.4 of h_count{x!="1"}');
  });
});

test("an indicator is plain data: JSON round-trips it", () => {
  const query = 'sum(rate(h_bucket{le="0.1"}[5m])) / sum(rate(h_bucket{le="+Inf"}[5m]))';
  const { indicator } = readRawRatio(query, "bad");
  expect(JSON.parse(JSON.stringify(indicator))).toEqual(indicator);
});

test.each(["{{.window}}", "{{ .window }}", "{{- .window -}}", "{{\t.window\n}}"])(
  "%s is the window",
  (window) => {
    const reading = readRawRatio(`sum(rate(a[${window}])) / sum(rate(b[${window}]))`, "bad");
    expect([textOf(reading), reading.notes]).toEqual(["bad a of b", []]);
  },
);
