/** What is printed and written of the figures, and which benches a command line asks for. */
import { describe, expect, it } from "vitest";
import { isAsked } from "../../bench/bench-case.ts";
import { markdownTable, withTable } from "../../bench/readme-table.ts";
import { timesBetter, type BenchRow } from "../../bench/row.ts";
import { numberText, renderTable } from "../../bench/table.ts";

const ROWS: readonly BenchRow[] = [
  {
    name: "a",
    unit: "ms",
    value: 20,
    target: 25,
    beat: 10,
    peers: [
      { name: "p", value: 200 },
      { name: "q", value: 5 },
    ],
  },
  { name: "b", unit: "ms", value: 3 },
  { name: "c", unit: "k points/CPU s", value: 1_234, peers: [{ name: "p", value: 617 }] },
];

describe("a ratio", () => {
  it.each([
    ["M points/s", 4, 2, 2],
    ["k points/CPU s", 1, 2, 0.5],
    ["ms", 5, 10, 2],
    ["B/series", 400, 200, 0.5],
  ])("%s: %d against %d is %d times better", (unit, value, other, times) => {
    expect(timesBetter(unit, value, other)).toBe(times);
  });
});

describe("a number", () => {
  it.each([
    [0.123456, "0.123"],
    [12.3456, "12.3"],
    [1234.5, "1,235"],
    [0, "0"],
  ])("%d is written %s", (value, text) => {
    expect(numberText(value)).toBe(text);
  });
});

describe("the table", () => {
  it("says of each target whether it is met, and of each peer how much better it is", () => {
    expect(renderTable(ROWS)).toMatch(/yes 1\.25 .* NO 0\.50 .* p: 200 · q: 5 +10 · 0\.25$/m);
  });

  it("has a line for each row", () => {
    expect(renderTable(ROWS).split("\n")).toHaveLength(ROWS.length + 2);
  });
});

describe("the table of README.md", () => {
  it("holds what is compared with something, and says on what machine", () => {
    expect(markdownTable(ROWS, "one machine").split("\n")).toEqual([
      "On one machine:",
      "",
      "| what | figure | target | times target | peer | ratio |",
      "| --- | ---: | ---: | ---: | --- | ---: |",
      "| a | 20 ms | 25 | 1.25 | p: 200 · q: 5 | 10 · 0.25 |",
      "| c | 1,234 k points/CPU s |  |  | p: 617 | 2 |",
    ]);
  });

  it("takes the place of the one before, and of nothing else", () => {
    const page = "# a\n\n<!-- bench -->\n\nold\n\n<!-- bench end -->\n\nb\n";
    const next = withTable(page, "new");
    expect(next).toBe("# a\n\n<!-- bench -->\n\nnew\n\n<!-- bench end -->\n\nb\n");
    expect(withTable(next, "old")).toBe(page);
  });

  it("is not written into a page that has lost its marks", () => {
    expect(() => withTable("# a\n\n<!-- bench -->\n", "new")).toThrow(/lost/);
  });
});

describe("what a command line asks for", () => {
  it.each([
    [[], true],
    [["ingest"], true],
    [["decode"], false],
    [["decode", "ingest"], true],
    [["ingest:gzip"], true],
    [["ingest:histogram"], false],
    [["ingest:histogram", "ingest:gzip"], true],
    [["inges"], false],
  ])("%j: ingest's `1000 sums a request, gzip` runs: %s", (words, expected) => {
    expect(isAsked(words, "ingest", "1000 sums a request, gzip")).toBe(expected);
  });
});
