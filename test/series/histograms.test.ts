/** Histograms to (below, straddle) per threshold: math.md sections 2.1 and 2.2; DESIGN 4.7. */
import { describe, expect, test } from "vitest";
import type {
  ExponentialPointInput,
  HistogramPointInput,
  MetricInput,
  TemporalityInput,
} from "../otlp/request-builder.ts";
import type { BindSeries } from "../../src/engine/index.ts";
import { streamIndex } from "../../src/slo/index.ts";
import { bindLatency, nanos, SeriesHarness } from "./harness.ts";

const BOUNDS = [0.1, 0.25, 0.5, 1];

interface Timed {
  readonly time?: number;
  readonly start?: number;
}
type Explicit = Omit<HistogramPointInput, "time" | "start"> & Timed;
type Exponential = Omit<ExponentialPointInput, "time" | "start"> & Timed;

function explicit(point: Explicit, temporality: TemporalityInput = "cumulative"): MetricInput {
  const { time = 10, start = 0, ...rest } = point;
  return {
    name: "duration",
    unit: "s",
    histogram: { temporality, points: [{ ...rest, start: nanos(start), time: nanos(time) }] },
  };
}

function exponential(
  point: Exponential,
  temporality: TemporalityInput = "cumulative",
): MetricInput {
  const { time = 10, start = 0, ...rest } = point;
  return {
    name: "duration",
    unit: "s",
    exponentialHistogram: {
      temporality,
      points: [{ ...rest, start: nanos(start), time: nanos(time) }],
    },
  };
}

/** What one threshold makes of points: events below for sure, astride with its estimated good share, all. */
function latency(threshold: number, ...metrics: readonly MetricInput[]) {
  const harness = new SeriesHarness({ bind: bindLatency(threshold) });
  for (const metric of metrics) {
    expect(harness.send(metric)).toMatchObject({ takenPoints: 1, rejectedPoints: 0 });
  }
  const { good, total, straddle, straddleGood } = harness.sums(1);
  return { below: good, straddle, straddleGood, total };
}

describe("a total that is a bucket", () => {
  /** Good and total of stream 0 are both the events at or below. */
  const bindBucket =
    (threshold: number): BindSeries =>
    () => ({
      targets: [
        { stream: streamIndex(0), goodWeight: 1, totalWeight: 1, threshold: 0, isTotalCut: true },
      ],
      thresholds: [threshold],
    });

  test.each([
    ["on a bound: exact", 0.25, 3],
    ["inside a bucket: the estimate, on both sides", 0.375, 5],
  ])("%s", (_, threshold, expected) => {
    const harness = new SeriesHarness({ bind: bindBucket(threshold) });
    harness.send(explicit({ bounds: BOUNDS, counts: [1, 2, 4, 8, 16] }));
    expect(harness.sums()).toEqual({
      good: expected,
      total: expected,
      straddleGood: 0,
      straddle: 0,
    });
  });
});

describe("explicit bounds", () => {
  const counts = [1, 2, 4, 8, 16]; // up to 0.1, 0.25, 0.5, 1, above
  const point = explicit({ bounds: BOUNDS, counts });

  test.each([
    ["on a bound: exact, the bound includes its value", 0.25, 3, 0, 0],
    ["on the first bound: exact", 0.1, 1, 0, 0],
    ["on the last bound: exact", 1, 15, 0, 0],
    ["inside a bucket: interpolated", 0.375, 3, 4, 2],
    ["inside the first bucket: interpolated from zero", 0.025, 0, 1, 0.25],
    ["above the last bound: only what is below the bound is good for sure", 3, 15, 16, 0],
  ])("a threshold %s", (_, threshold, below, straddle, straddleGood) => {
    expect(latency(threshold, point)).toEqual({ below, straddle, straddleGood, total: 31 });
  });

  test("a threshold below a first bound that is not positive has nothing below it", () => {
    const shifted = explicit({ bounds: [-1, 0, 1], counts: [1, 2, 4, 8] });
    expect(latency(0.5, shifted)).toEqual({ below: 3, straddle: 4, straddleGood: 2, total: 15 });
  });

  test("one bucket without bounds holds every threshold", () => {
    expect(latency(0.5, explicit({ bounds: [], counts: [7] }))).toEqual({
      below: 0,
      straddle: 7,
      straddleGood: 0,
      total: 7,
    });
  });

  test("without buckets the events count, and latency has no data", () => {
    const harness = new SeriesHarness({ bind: bindLatency(0.5) });
    harness.send(explicit({ count: 9 }));
    expect(harness.sums(0).total).toBe(9);
    expect(harness.bookings.filter(({ stream }) => stream === 1)).toEqual([]);
  });

  test("buckets that appear later are a baseline for latency, not for the events", () => {
    const harness = new SeriesHarness({ bind: bindLatency(0.25) });
    harness.send(explicit({ count: 9 }));
    harness.send(explicit({ time: 20, bounds: BOUNDS, counts: [5, 5, 0, 0, 0] }));
    harness.send(explicit({ time: 30, bounds: BOUNDS, counts: [6, 5, 2, 0, 0] }));
    expect(harness.sums(0).total).toBe(13);
    expect(harness.sums(1)).toMatchObject({ good: 1, total: 3 });
  });

  test("several thresholds are cut from one pass, each by itself", () => {
    const harness = new SeriesHarness({ bind: bindLatency(0.1, 0.375, 0.5, 3) });
    harness.send(point);
    const parts = [1, 2, 3, 4].map((stream) => {
      const { good, straddle } = harness.sums(stream);
      return [good, straddle];
    });
    expect(parts).toEqual([
      [1, 0],
      [3, 4],
      [7, 0],
      [15, 16],
    ]);
  });

  test("cumulative points add what each threshold's counts grew by", () => {
    const grown = explicit({ time: 20, bounds: BOUNDS, counts: [2, 2, 6, 8, 20] });
    expect(latency(0.375, point, grown)).toEqual({
      below: 4,
      straddle: 6,
      straddleGood: 3,
      total: 38,
    });
  });

  test("a bucket that fell while the count grew is a reset: everything counts from zero", () => {
    const after = explicit({ time: 20, bounds: BOUNDS, counts: [0, 0, 0, 0, 40] });
    expect(latency(0.25, point, after)).toMatchObject({ below: 3, total: 31 + 40 });
  });

  test("fewer events above the threshold are a baseline, not a reset: none is taken back, none counted twice", () => {
    const harness = new SeriesHarness({ bind: bindLatency(1) });
    harness.send(point); // 16 above
    harness.send(explicit({ time: 20, bounds: BOUNDS, counts: [10, 10, 10, 10, 10] }));
    expect(harness.counters.resets).toBe(0);
    expect(harness.sums(0).total).toBe(50);
    expect(harness.sums(1)).toMatchObject({ good: 15, total: 31 });
    harness.send(explicit({ time: 30, bounds: BOUNDS, counts: [10, 10, 10, 11, 12] }));
    expect(harness.sums(1)).toMatchObject({ good: 16, total: 34 });
  });

  test("changed bounds are a baseline for latency; the events go on", () => {
    const harness = new SeriesHarness({ bind: bindLatency(0.25) });
    harness.send(point);
    harness.send(explicit({ time: 20, bounds: [0.25, 1], counts: [5, 20, 10] }));
    expect(harness.counters.boundsChanges).toBe(1);
    expect(harness.sums(0).total).toBe(35);
    expect(harness.sums(1)).toMatchObject({ good: 3, total: 31 });
    harness.send(explicit({ time: 30, bounds: [0.25, 1], counts: [6, 20, 12] }));
    expect(harness.sums(0).total).toBe(38);
    expect(harness.sums(1)).toMatchObject({ good: 4, total: 34 });
  });

  test("a delta point has no baseline: changed bounds do not matter", () => {
    const first = explicit({ bounds: BOUNDS, counts }, "delta");
    const second = explicit({ time: 20, start: 10, bounds: [0.25, 1], counts: [5, 1, 1] }, "delta");
    expect(latency(0.25, first, second)).toMatchObject({ below: 8, total: 38 });
  });
});

describe("a delta point's own min and max", () => {
  const buckets = { bounds: BOUNDS, counts: [0, 0, 4, 0, 0] };

  test.each([
    ["max at or below the threshold: all good", 0.375, { min: 0.3, max: 0.375 }, 4, 0],
    ["min above the threshold: all bad", 0.375, { min: 0.376, max: 0.5 }, 0, 0],
    ["neither decides: astride", 0.375, { min: 0.3, max: 0.4 }, 0, 4],
    ["absent: astride", 0.375, {}, 0, 4],
  ])("%s", (_, threshold, extremes, below, straddle) => {
    const point = explicit({ ...buckets, ...extremes }, "delta");
    expect(latency(threshold, point)).toMatchObject({ below, straddle, total: 4 });
  });

  test("above the last bound, max decides", () => {
    const point = { bounds: BOUNDS, counts: [0, 0, 0, 0, 4], max: 2 };
    expect(latency(3, explicit(point, "delta"))).toMatchObject({ below: 4, straddle: 0 });
    expect(latency(3, explicit(point))).toMatchObject({ below: 0, straddle: 4 });
  });

  test("those of a cumulative point span its life and decide nothing", () => {
    const point = explicit({ ...buckets, min: 0.3, max: 0.31 });
    expect(latency(0.375, point)).toMatchObject({ below: 0, straddle: 4 });
  });

  test("they decide for exponential histograms too", () => {
    const point = { scale: 0, positive: { offset: -2, counts: [4] }, min: 0.3, max: 0.35 };
    expect(latency(0.375, exponential(point, "delta"))).toMatchObject({ below: 4, straddle: 0 });
    expect(latency(0.26, exponential(point, "delta"))).toMatchObject({ below: 0, straddle: 0 });
  });
});

describe("exponential buckets", () => {
  /** At scale 0: (0.25, 0.5] holds 1, (0.5, 1] 2, (1, 2] 4. */
  const positive = { offset: -2, counts: [1, 2, 4] };

  test.each([
    [-1, 0],
    [-1, 20],
    [0, 0],
    [0, 3],
    [0, 20],
    [1, 1],
    [-3, 7],
  ])("a threshold of 2^%i is exact at scale %i", (exponent, scale) => {
    const offset = exponent * 2 ** scale - 2; // the last of these two buckets ends at the threshold
    const point = exponential({ scale, positive: { offset, counts: [3, 5, 7] } });
    expect(latency(2 ** exponent, point)).toEqual({
      below: 8,
      straddle: 0,
      straddleGood: 0,
      total: 15,
    });
  });

  test("a threshold inside a bucket is interpolated on the logarithm, as Prometheus does", () => {
    const inside = latency(Math.SQRT1_2, exponential({ scale: 0, positive }));
    expect(inside).toMatchObject({ below: 1, straddle: 2, total: 7 });
    expect(inside.straddleGood).toBeCloseTo(1, 12);
  });

  test("at a negative scale a power of two may lie inside a bucket", () => {
    const point = exponential({ scale: -1, positive: { offset: 0, counts: [6] } }); // (1, 4]
    expect(latency(2, point)).toEqual({ below: 0, straddle: 6, straddleGood: 3, total: 6 });
  });

  test("zeros and negatives are below any threshold", () => {
    const point = exponential({
      scale: 0,
      zeroCount: 10,
      negative: { offset: 5, counts: [100, 200] },
      positive,
    });
    expect(latency(0.5, point)).toMatchObject({ below: 311, straddle: 0, total: 317 });
  });

  test("a zero bucket wider than the threshold is astride of it", () => {
    const point = exponential({ scale: 0, zeroCount: 10, zeroThreshold: 0.75, positive });
    expect(latency(0.5, point)).toMatchObject({ below: 1, straddle: 10, total: 17 });
  });

  test("a zero bucket that grows over the threshold is a baseline, not a reset", () => {
    const before = exponential({ scale: 0, zeroCount: 10, zeroThreshold: 0.1, positive });
    const wider = { scale: 0, zeroCount: 11, zeroThreshold: 0.75, positive };
    const after = { ...wider, zeroCount: 13 };
    const harness = new SeriesHarness({ bind: bindLatency(0.5) });
    harness.send(before);
    harness.send(exponential({ ...wider, time: 20 }));
    expect(harness.counters.resets).toBe(0);
    expect(harness.sums(0).total).toBe(18);
    expect(harness.sums(1)).toMatchObject({ good: 11, total: 17 });
    harness.send(exponential({ ...after, time: 30 }));
    expect(harness.sums(1)).toMatchObject({ good: 11, total: 19, straddle: 2 });
  });

  test("fewer events above the threshold are a baseline here too, whatever the scale did", () => {
    const harness = new SeriesHarness({ bind: bindLatency(1) });
    harness.send(exponential({ scale: 3, positive: { offset: -1, counts: [5, 7] } }));
    const again = { scale: 20, positive: { offset: -1, counts: [13, 1] } };
    harness.send(exponential({ ...again, time: 20 }));
    expect(harness.sums(0).total).toBe(14);
    expect(harness.sums(1)).toMatchObject({ good: 5, total: 12, straddle: 0 });
  });

  test("a scale that drops keeps counting exactly below a power of two", () => {
    const fine = exponential({ scale: 3, positive: { offset: -1, counts: [5, 7] } });
    const coarse = exponential({ time: 20, scale: 0, positive: { offset: -1, counts: [8, 9] } });
    expect(latency(1, fine, coarse)).toEqual({
      below: 8,
      straddle: 0,
      straddleGood: 0,
      total: 17,
    });
  });

  test("a scale that drops is a baseline below a threshold that either cuts inexactly", () => {
    const fine = exponential({ scale: 3, positive: { offset: 0, counts: [5, 7] } });
    const coarse = { scale: 0, positive: { offset: 0, counts: [20] } };
    const later = { scale: 0, positive: { offset: 0, counts: [23] } };
    const harness = new SeriesHarness({ bind: bindLatency(1.1) });
    harness.send(fine);
    harness.send(exponential({ ...coarse, time: 20 }));
    expect(harness.sums(0).total).toBe(20);
    expect(harness.sums(1).total).toBe(12);
    harness.send(exponential({ ...later, time: 30 }));
    expect(harness.sums(0).total).toBe(23);
    expect(harness.sums(1)).toMatchObject({ total: 15, straddle: 7 + 3 });
  });

  test("a scale that rises while the count grows goes on: JavaScript sends zeros alone at scale 0", () => {
    const zeros = exponential({ scale: 0, zeroCount: 4 });
    const first = { scale: 20, zeroCount: 4, positive: { offset: -3_207_483, counts: [1] } };
    expect(latency(0.25, zeros, exponential({ ...first, time: 20 }))).toEqual({
      below: 5,
      straddle: 0,
      straddleGood: 0,
      total: 5,
    });
  });

  test("explicit and exponential histograms of one name are different series", () => {
    const both = latency(
      1,
      explicit({ bounds: [1], counts: [3, 1] }),
      exponential({ scale: 0, positive }),
    );
    expect(both).toMatchObject({ below: 6, total: 11 });
  });
});

describe("thresholds inside a bucket, with the nearest exact ones", () => {
  const cutsOf = (threshold: number, ...metrics: readonly MetricInput[]) => {
    const harness = new SeriesHarness({ bind: bindLatency(threshold) });
    for (const metric of metrics) harness.send(metric);
    return harness.state.bindings.inexactCuts(new Set([1]));
  };
  const counts = [1, 2, 4, 8, 16];

  test.each([
    [0.25, []],
    [0.3, [{ threshold: 0.3, lower: 0.25, upper: 0.5 }]],
    [0.05, [{ threshold: 0.05, lower: undefined, upper: 0.1 }]],
    [2, [{ threshold: 2, lower: 1, upper: undefined }]],
  ])("%d of explicit bounds", (threshold, expected) => {
    expect(cutsOf(threshold, explicit({ bounds: BOUNDS, counts }))).toEqual(expected);
  });

  test("of an exponential histogram they are powers of its base", () => {
    const point = exponential({ scale: 0, positive: { offset: -2, counts: [1, 1] } });
    expect(cutsOf(0.3, point)).toEqual([{ threshold: 0.3, lower: 0.25, upper: 0.5 }]);
    expect(cutsOf(0.5, point)).toEqual([]);
  });

  test("of series with different bounds the closest on each side counts", () => {
    const finer = explicit({ bounds: [0.28, 1], counts: [1, 1, 1], time: 20 });
    expect(cutsOf(0.3, explicit({ bounds: BOUNDS, counts }), finer)).toEqual([
      { threshold: 0.3, lower: 0.28, upper: 0.5 },
    ]);
  });

  test("nothing is said of other streams, or before a point came", () => {
    const harness = new SeriesHarness({ bind: bindLatency(0.3) });
    expect(harness.state.bindings.inexactCuts(new Set([1]))).toEqual([]);
    harness.send(explicit({ bounds: BOUNDS, counts }));
    expect(harness.state.bindings.inexactCuts(new Set([0]))).toEqual([]);
  });
});
