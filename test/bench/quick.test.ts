/** Every bench, tiny: each checks its own results (counts, sums, what a peer decodes) before it gives a figure. */
import { describe, expect, it } from "vitest";
import { runCase, type BenchCase } from "../../bench/bench-case.ts";
import { checkCounts } from "../../bench/bench-rules.ts";
import { QUICK } from "../../bench/bench-settings.ts";
import { BENCHES } from "../../bench/catalog.ts";
import { NaiveTick } from "../../bench/naive-tick.ts";
import { benchSlo } from "../../bench/bench-slo.ts";
import { renderTable } from "../../bench/table.ts";

const CASES = Object.entries(BENCHES).flatMap(([bench, casesOf]) =>
  casesOf(QUICK).map((benchCase) => [bench, benchCase.name, benchCase] as const),
);

describe("every bench runs tiny and finds its results right", () => {
  it.each(CASES)("%s: %s", async (_bench, _name, benchCase) => {
    const rows = await runCase(benchCase);
    expect(rows.length).toBeGreaterThan(0);
    for (const { name, value } of rows)
      expect([name, Number.isFinite(value)]).toEqual([name, true]);
    expect(renderTable(rows).split("\n")).toHaveLength(rows.length + 2);
  });
});

describe("a check that fails", () => {
  const answer = JSON.stringify({
    groups: [
      { good: 4, total: 5 },
      { good: 5, total: 5 },
    ],
  });
  const url = `data:application/json,${encodeURIComponent(answer)}#`;

  it("counts that differ from what was sent end the bench", async () => {
    await expect(checkCounts(url, ["x"], { good: 9, total: 11, points: 1 }, 10)).rejects.toThrow(
      /count \{"good":9,"total":10\}/,
    );
  });

  it("counts of all groups of all SLOs are added up", async () => {
    await checkCounts(url, ["x"], { good: 9, total: 10, points: 1 }, 1_000);
    await checkCounts(url, ["x", "y"], { good: 18, total: 20, points: 1 }, 1_000);
  });

  it("rows with a target that was not announced, and announced ones that are missing, end the bench", async () => {
    const target = { name: "a", unit: "ms", target: 2 };
    const run = (part: Partial<BenchCase>) =>
      runCase({ name: "case", targets: [target], run: () => [{ ...target, value: 1 }], ...part });
    await expect(run({})).resolves.toHaveLength(1);
    await expect(run({ targets: [] })).rejects.toThrow(/targets are/);
    await expect(run({ run: () => [] })).rejects.toThrow(/targets are/);
  });
});

describe("the naive tick", () => {
  it("adds up what each lookback holds, and finds the streams of which a tier burns", () => {
    const lookbacks = ["5m", "30m", "1h", "2h", "6h", "1d", "3d", "30d"].length;
    const lookbackTicks = [30, 180, 360, 720, 2_160, 8_640, 25_920, 259_200];
    const slos = [benchSlo(0), benchSlo(1)];
    const naive = new NaiveTick({ slos, lookbackTicks, tickMs: 10_000, tickCount: 40 });
    for (let tick = 0; tick < 40; tick++) {
      naive.book(0, tick < 3 ? 1 : 0, 100); // before the last five minutes, within the budget
      naive.book(1, 2, 100); // twenty budgets
      naive.closeBucket();
    }
    expect([...naive.evaluate()]).toEqual([1]);
    expect([...naive.badSums]).toEqual([
      0,
      ...Array<number>(lookbacks - 1).fill(3),
      60,
      ...Array<number>(lookbacks - 1).fill(80),
    ]);
    expect(naive.totalSums[0]).toBe(3_000);
    expect(naive.totalSums[1]).toBe(4_000);
  });
});
