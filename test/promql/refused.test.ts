/** Queries that are refused: `«…»` is the part that a reader sees underlined. `[w]` stands for `[{{.window}}]`. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readRatio, readRawRatio, type PromqlProblem } from "../../src/promql/index.ts";

const inFull = (query: string): string => query.replaceAll(/\[w\b/g, "[{{.window}}");
const plain = (marked: string): string => marked.replaceAll(/[«»]/g, "");
const mark = (query: string, { from, to }: PromqlProblem): string =>
  `${query.slice(0, from)}«${query.slice(from, to)}»${query.slice(to)}`;

function refusal(marked: string) {
  const query = plain(inFull(marked));
  const { indicator, problems, notes } = readRawRatio(query, "bad");
  expect(indicator).toBeUndefined();
  expect(notes).toEqual([]);
  const [first] = problems;
  return first === undefined ? undefined : { ...first, marked: mark(query, first) };
}

const REFUSED: Readonly<Record<string, readonly string[]>> = {
  "promql-syntax": [
    "«»",
    "« »",
    "sum(rate(a[w]«)»",
    "sum(rate(a[w])) / «/» sum(rate(b[w]))",
    "sum(rate(a[w]))«)»",
    "sum(rate(a{x=«}»[w]))",
    "«histogram_share»(0.2, a)",
    "«foo»(a)",
    String.raw`rate(a{x=«"\d"»}[w])`,
    'rate(a{x="«1»',
    "sum(rate(a[«{{.range}}»]))",
    "# nothin«g»",
    "«rate(a[w], 2)»",
    "«vector()»",
  ],
  "promql-selector": [
    'sum(rate(«{x="1"}»[w])) / sum(rate(b[w]))',
    'sum(rate({«__name__=~"a|b"»}[w])) / sum(rate(b[w]))',
    'sum(rate(«a{__name__="b"}»[w])) / sum(rate(b[w]))',
    'sum(rate(«{"a","b"}»[w])) / sum(rate(b[w]))',
    "sum(rate(«h_bucket»[w])) / sum(rate(h_count[w]))",
    'sum(rate(h_bucket{«le=~"1|2"»}[w])) / sum(rate(h_count[w]))',
    'sum(rate(h_bucket{«le!="1"»}[w])) / sum(rate(h_count[w]))',
    'sum(rate(h_bucket{«le="one"»}[w])) / sum(rate(h_count[w]))',
    'sum(rate(«h{le="1"}»[w])) / sum(rate(h_count[w]))',
    'sum(rate(a{«x=~"("»}[w])) / sum(rate(b[w]))',
    'sum(rate(a{«x=~"a(?!b)"»}[w])) / sum(rate(b[w]))',
    'sum(rate(a{x=«"{{.window}}"»}[w])) / sum(rate(b[w]))',
  ],
  "promql-range": [
    "sum(«rate(a)») / sum(rate(b[w]))",
    "sum(rate(a[w] «offset 5m»)) / sum(rate(b[w]))",
    "sum(rate(a[w] «@ 1609746000»)) / sum(rate(b[w]))",
    "sum(rate(a[w] «@ end()»)) / sum(rate(b[w]))",
    "sum(rate(«(a > 1)[w]»)) / sum(rate(b[w]))",
    "«sum(rate(a[5m])) / sum(rate(b[10m]))»",
    "«sum(rate(a[5m])) / sum(rate(b[w]))»",
    "sum(rate(a[«0s»])) / sum(rate(b[w]))",
    "sum(rate(a[«5m*2»])) / sum(rate(b[w]))",
    "sum(rate(«vector(1)[w]»))",
  ],
  "promql-scale": [
    "«sum(rate(a[w])) / sum(increase(b[w]))»",
    "(«sum(increase(a[w])) + sum(rate(b[w]))») / sum(rate(b[w]))",
    "«sum(count_over_time(a[w])) / sum(count_over_time(b[w:]))»",
    "«sum(count_over_time(a[w:1m])) / sum(count_over_time(b[w:]))»",
  ],
  "promql-labels": [
    "«sum by (x) (rate(a[w])) / sum(rate(b[w]))»",
    "(«sum by (x) (rate(a[w])) - sum by (y) (rate(b[w]))») / sum(rate(b[w]))",
    "«rate(a[w]) / sum(rate(b[w]))»",
    "«sum(rate(a[w])) / on (x) sum by (x) (rate(b[w]))»",
    "sum by (x) (rate(a[w])) / «on (x) group_left» sum by (x) (rate(b[w]))",
    "sum by (x) (rate(a[w])) / «ignoring (x)» sum(rate(b[w]))",
    "sum(rate(a[w])) / «fill(0)» sum(rate(b[w]))",
    "sum_over_time((«a - b»)[w:]) / sum_over_time(count(a)[w:])",
  ],
  "promql-unsupported": [
    "«histogram_quantile(0.9, sum by (le) (rate(h_bucket[w])))»",
    "«histogram_sum(rate(h[w]))» / histogram_count(rate(h[w]))",
    "sum(rate(«h_sum»[w])) / sum(rate(h_count[w]))",
    "«histogram_fraction(1, 2, sum(rate(h[w])))»",
    "«max_over_time(g[w])»",
    "«min_over_time((sum(g))[w:])»",
    "«quantile_over_time(0.9, g[w])»",
    "«absent(g)»",
    "1 - «absent_over_time(g[w])»",
    "«delta(g[w])»",
    '«label_replace(rate(a[w]), "x", "$1", "y", "(.*)")»',
    "«topk(3, rate(a[w]))» / sum(rate(b[w]))",
    "«max(rate(a[w]))» / sum(rate(b[w]))",
    "«max by (x) (sum by (x, y) (rate(a[w])))» / sum by (x) (rate(b[w]))",
    "«avg(rate(a[w]))» / sum(rate(b[w]))",
    "«count(rate(a[w]))» / sum(rate(b[w]))",
    "«avg(rate(a[w]) / rate(b[w]))»",
    "«sum(rate(a[w])) / sum(rate(b[w])) / sum(rate(c[w]))»",
    "«sum(rate(a[w])) / sum(rate(b[w])) + sum(rate(a[w])) / sum(rate(c[w]))»",
    "«sum(rate(a[w])) * sum(rate(b[w]))» / sum(rate(b[w]))",
    "«sum(rate(a[w])) ^ 2» / sum(rate(b[w]))",
    "(«sum(rate(a[w])) and sum(rate(b[w]))») / sum(rate(b[w]))",
    "(«sum(rate(a[w])) unless sum(rate(b[w]))») / sum(rate(b[w]))",
    "(«sum(rate(a[w])) or sum(rate(b[w]))») / sum(rate(b[w]))",
    "(«sum(rate(a[w])) or vector(1)») / sum(rate(b[w]))",
    "(«sum(rate(a[w])) > 5») / sum(rate(b[w]))",
    "«sum(rate(a[w])) > bool 0»",
    "«clamp_min(sum(rate(a[w])), 1)» / sum(rate(b[w]))",
    "«ceil(sum(rate(a[w])))» / sum(rate(b[w]))",
    "«time()» - 5",
    "avg_over_time(«(sum(rate(a[5m])) / sum(rate(b[5m])))[w:]»)",
    "«sum_over_time((g < 5)[w:])» / count_over_time(g[w:])",
    "«count_over_time((count(g))[w:])» / count_over_time(g[w:])",
    "«avg_over_time((sum(g))[w:])»",
    "sum_over_time((«sum(g) > bool 5»)[w:]) / count_over_time(g[w:])",
    "avg_over_time((«count(g < 5) / count(g)»)[w:])",
    "sum_over_time((«max(g)»)[w:]) / count_over_time(g[w:])",
    "sum_over_time((«1 + sum(g)»)[w:]) / count_over_time(g[w:])",
    "«rate(g[w:])»",
    '«sum_over_time(h_bucket{le="1"}[w])» / count_over_time(g[w])',
  ],
  "promql-form": [
    "«1»",
    '«"text"»',
    "«sum(rate(a[w]))»",
    "«a»",
    "«a[w]»",
    "«sum(a[w])»",
    "«(sum(rate(a[w])) - sum(rate(a[w]))) / sum(rate(b[w]))»",
    "sum(rate(a[w])) / «(sum(rate(a[w])) - sum(rate(a[w])))»",
    "sum(rate(a[w])) / «0»",
    "«sum(rate(a[w])) * Inf» / sum(rate(b[w]))",
    "«NaN» * sum(rate(b[w]))",
    "«sum(rate(a[w])) * 1e300 * 1e300 / sum(rate(b[w]))»",
    "(«sum(rate(a[w])) + 1») / sum(rate(b[w]))",
    '«histogram_count(sum(rate(h_bucket{le="1"}[w])))» / sum(rate(b[w]))',
    "«histogram_count(h)» / sum(rate(b[w]))",
    "«histogram_fraction(-Inf, -Inf, sum(rate(h[w])))»",
    "count_over_time((«g < Inf»)[w:]) / count_over_time(g[w:])",
    "«sum(rate(a[w])) / sum(rate(b[w])) + Inf»",
    "«vector(a)»",
  ],
};

describe.each(Object.entries(REFUSED))("%s", (code, queries) => {
  test.each(queries)("%s", (marked) => {
    expect(refusal(marked)).toMatchObject({ code, marked: inFull(marked), query: "query" });
  });
});

test("every problem of a query is told", () => {
  const query = "max(rate(a[{{.window}}])) / histogram_sum(rate(b[{{.window}}] offset 5m))";
  expect(readRawRatio(query, "bad").problems.map(({ from }) => from)).toEqual([0, 28]);
});

test("a problem is told of the query that has it", () => {
  const { problems } = readRatio({ part: "absent(a)", total: "sum(rate(b))", count: "bad" });
  expect(problems.map(({ query, code }) => [query, code])).toEqual([
    ["part", "promql-unsupported"],
    ["total", "promql-range"],
  ]);
});

test("queries that do not go together are told of the second one", () => {
  const part = "sum(rate(a[{{.window}}]))";
  const total = "sum by (x) (rate(b[{{.window}}]))";
  expect(readRatio({ part, total, count: "bad" }).problems).toMatchObject([
    { query: "total", from: 0, to: total.length, code: "promql-labels" },
  ]);
});

test("whatever is written is read, or has a problem inside its text", () => {
  const tokens = (
    "sum( rate( increase( avg( count( max( histogram_fraction( sum_over_time( vector( ( ) ) ) [{{.window}}] " +
    '[{{.window}}:] [5m] a b g h_bucket{le="1"} {x=~"y"} 0 1 2.5 Inf , + - * / > == bool or and by (x) on () ' +
    "offset 5m # \n 'text' { } ="
  ).split(" ");
  const soup = fc.array(fc.constantFrom(...tokens), { maxLength: 14 });
  const known = fc
    .constantFrom(...Object.values(REFUSED).flat())
    .map((query) => plain(inFull(query)));
  const mutated = fc
    .tuple(known, soup, fc.nat(80))
    .map(
      ([query, added, at]) =>
        `${query.slice(0, at)} ${added.slice(0, 2).join(" ")} ${query.slice(at)}`,
    );
  fc.assert(
    fc.property(
      fc.oneof(
        soup.map((each) => each.join(" ")),
        mutated,
      ),
      (query) => {
        const { indicator, problems } = readRawRatio(query, "bad");
        expect(indicator === undefined, query).toBe(problems.length > 0);
        for (const { from, to } of problems) {
          expect(from, query).toBeGreaterThanOrEqual(0);
          expect(to, query).toBeGreaterThanOrEqual(from);
          expect(to, query).toBeLessThanOrEqual(query.length);
        }
      },
    ),
    { numRuns: 2_000 },
  );
});

describe("hostile text ends soon", () => {
  test.each([
    ["brackets", "(".repeat(5_000) + "a" + ")".repeat(5_000)],
    ["operators", `a${"+a".repeat(4_900)}`],
    ["signs", `${"-".repeat(9_000)}a`],
    ["calls", "abs(".repeat(2_000)],
    ["quotes", '"'.repeat(9_999)],
    ["too long", "a".repeat(10_001)],
    ["garbage", "a b ".repeat(2_500)],
    ["templates", "{{".repeat(5_000)],
    ["a pattern that grows", `sum(rate(a{x=~"((a{1,99}){1,99}){1,99}"}[5m]))`],
    ["no text", "\u0000\uffff\ud800"],
  ])("%s", (_name, query) => {
    const startedAt = performance.now();
    const { problems } = readRawRatio(query, "bad");
    expect(problems.length).toBeGreaterThan(0);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});
