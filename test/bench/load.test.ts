/** What the benches send: sized as it says, later and higher each time, and with known good and total. */
import { describe, expect, it } from "vitest";
import { otlpRequests } from "../../bench/otlp-data.ts";
import { OtlpLoad } from "../../bench/otlp-load.ts";
import { peerPoints, peerTotal, peerValue } from "../../bench/protobufjs-peer.ts";

const START_MS = 1_800_000_000_000;
const settings = { pointsPerRequest: 10, seriesCount: 20, resourceCount: 2 } as const;

describe("a request", () => {
  it.each([
    ["sum", 198],
    ["histogram", 443],
  ] as const)(
    "takes about as many bytes a %s as research/anchors.md says: %i",
    (kind, expected) => {
      const [request] = otlpRequests({
        kind,
        pointsPerRequest: 1_000,
        seriesCount: 5_000,
        requestCount: 1,
      });
      expect(Math.abs(request!.length / 1_000 - expected)).toBeLessThan(3);
    },
  );
});

describe("a load", () => {
  it("patches times and values so that each sending is later and higher", () => {
    const load = new OtlpLoad({ kind: "sum", ...settings }, START_MS);
    load.next(0, START_MS + 1_000);
    const points = peerPoints(load.next(0, START_MS + 1_000), "sum");
    expect(points.map(peerValue)).toEqual([1, 2, 3, 4, 5, 6, 7, 1, 2, 3].map((value) => 2 * value));
    for (const point of points) {
      expect(String(point.time_unix_nano)).toBe("1800000001001000000");
      expect(String(point.start_time_unix_nano)).toBe("1800000000000000000");
    }
  });

  it.each(["sum", "histogram"] as const)("knows what good and total its %ss add up to", (kind) => {
    const load = new OtlpLoad({ kind, ...settings }, START_MS);
    let good = 0;
    let total = 0;
    for (const index of [0, 1]) {
      for (const point of peerPoints(load.next(index, START_MS + 1_000), kind)) {
        total += peerValue(point);
        const isBad = point.attributes.some(({ value }) => value.string_value === "500");
        const counts = (point.bucket_counts ?? []).map(Number);
        good +=
          kind === "histogram"
            ? counts.slice(0, 7).reduce((sum, count) => sum + count, 0)
            : isBad
              ? 0
              : peerValue(point);
      }
    }
    expect(load.totals()).toEqual({ good, total, points: 20 });
    expect(good).toBeLessThan(total);
  });

  it("keeps the requests as they were sent last: their values are the sum of all sendings", () => {
    const load = new OtlpLoad({ kind: "histogram", ...settings }, START_MS);
    for (const index of [0, 1, 0, 1, 1]) load.next(index, START_MS + 1_000);
    expect(peerTotal(load.latest(1), "histogram")).toBe(load.totals(1).total);
    expect(peerTotal(load.latest(2), "histogram")).toBe(load.totals().total);
    expect(load.totals().total).toBeGreaterThan(load.totals(1).total);
  });
});
