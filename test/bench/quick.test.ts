/** Every bench, tiny: each checks its own results (counts, sums, what a peer decodes) before it gives a figure. */
import { describe, expect, it } from "vitest";
import { BENCHES } from "../../bench/catalog.ts";
import { QUICK } from "../../bench/bench-settings.ts";
import { OtlpLoad } from "../../bench/otlp-load.ts";
import { checkCounts } from "../../bench/bench-rules.ts";
import { exportRequestType } from "../../bench/otlp-proto.ts";
import { timesBetter } from "../../bench/row.ts";
import { numberText, renderTable } from "../../bench/table.ts";

describe("every bench runs tiny and finds its results right", () => {
  it.each(Object.keys(BENCHES))("%s", async (name) => {
    const rows = (await BENCHES[name]?.(QUICK)) ?? [];
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(row).toMatchObject({ value: expect.any(Number) });
    expect(renderTable(rows).split("\n")).toHaveLength(rows.length + 2);
  });
});

describe("a check that fails", () => {
  it("counts that differ from what was sent end the bench", async () => {
    const answer = JSON.stringify({ reading: { good: 9, total: 10 } });
    const url = `data:application/json,${encodeURIComponent(answer)}#`;
    await expect(checkCounts(url, "x", { good: 9, total: 11, points: 1 }, 10)).rejects.toThrow(
      /counts \{"good":9,"total":10\}/,
    );
    await checkCounts(url, "x", { good: 9, total: 10, points: 1 }, 1_000);
  });
});

interface Point {
  readonly time_unix_nano: { toString(): string };
  readonly start_time_unix_nano: { toString(): string };
  readonly as_int?: { toString(): string };
  readonly count?: { toString(): string };
  readonly bucket_counts?: readonly { toString(): string }[];
  readonly attributes: readonly {
    readonly key: string;
    readonly value: { readonly string_value: string };
  }[];
}

/** The points of a request, as protobufjs reads them. */
function pointsOf(bytes: Uint8Array, kind: "sum" | "histogram"): readonly Point[] {
  const decoded = exportRequestType().decode(bytes) as unknown as {
    resource_metrics: {
      scope_metrics: { metrics: Record<string, { data_points: Point[] }>[] }[];
    }[];
  };
  return decoded.resource_metrics
    .flatMap((resource) => resource.scope_metrics.flatMap((scope) => scope.metrics))
    .flatMap((metric) => metric[kind]?.data_points ?? []);
}

describe("a load", () => {
  const settings = { pointsPerRequest: 10, seriesCount: 20, resourceCount: 2 } as const;

  it("patches times and values so that each sending is later and higher", () => {
    const load = new OtlpLoad({ kind: "sum", ...settings }, 1_800_000_000_000);
    load.next(0, 1_800_000_001_000);
    const points = pointsOf(load.next(0, 1_800_000_001_000), "sum");
    expect(points.map(({ as_int }) => Number(as_int))).toEqual(
      [1, 2, 3, 4, 5, 6, 7, 1, 2, 3].map((value) => 2 * value),
    );
    for (const point of points) {
      expect(String(point.time_unix_nano)).toBe("1800000001001000000");
      expect(String(point.start_time_unix_nano)).toBe("1800000000000000000");
    }
  });

  it.each(["sum", "histogram"] as const)("knows what good and total its %ss add up to", (kind) => {
    const load = new OtlpLoad({ kind, ...settings }, 1_800_000_000_000);
    let good = 0;
    let total = 0;
    for (const index of [0, 1]) {
      for (const point of pointsOf(load.next(index, 1_800_000_001_000), kind)) {
        total += Number(point.as_int ?? point.count);
        const isBad = point.attributes.some(({ value }) => value.string_value === "500");
        const counts = (point.bucket_counts ?? []).map(Number);
        good +=
          kind === "histogram"
            ? counts.slice(0, 7).reduce((sum, count) => sum + count, 0)
            : isBad
              ? 0
              : Number(point.as_int);
      }
    }
    expect(load.totals()).toEqual({ good, total, points: 20 });
    expect(good).toBeLessThan(total);
  });
});

describe("the table", () => {
  it.each([
    ["M points/s", 4, 2, 2],
    ["k points/CPU s", 1, 2, 0.5],
    ["ms", 5, 10, 2],
    ["B/series", 400, 200, 0.5],
  ])("%s: %d against %d is %d times better", (unit, value, other, times) => {
    expect(timesBetter(unit, value, other)).toBe(times);
  });

  it.each([
    [0.123456, "0.123"],
    [12.3456, "12.3"],
    [1234.5, "1,235"],
    [0, "0"],
  ])("%d is written %s", (value, text) => {
    expect(numberText(value)).toBe(text);
  });

  it("says of each target whether it is met", () => {
    const rows = [
      { name: "a", unit: "ms", value: 20, target: 25, beat: 10, peer: { name: "p", value: 200 } },
    ];
    expect(renderTable(rows)).toMatch(/yes 1\.25 .* NO 0\.50 .* p: 200 +10$/m);
  });
});
