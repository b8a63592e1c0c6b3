/** Gauges, and sums that can fall: a point counts at its own time for what its value says (DESIGN 4.1, 4.4). */
import { describe, expect, test } from "vitest";
import type { BindSeries, SampleMeasure } from "../../src/engine/index.ts";
import { streamIndex, type Comparison } from "../../src/slo/index.ts";
import type { MetricInput } from "../otlp/request-builder.ts";
import { nanos, SeriesHarness } from "./harness.ts";

/** Total counts every point, good what `sample` says. */
const bindGauge =
  (sample: SampleMeasure): BindSeries =>
  () => ({
    targets: [
      {
        stream: streamIndex(0),
        goodWeight: 0,
        totalWeight: 1,
        threshold: -1,
        sample: { kind: "one" },
      },
      { stream: streamIndex(0), goodWeight: 1, totalWeight: 0, threshold: -1, sample },
    ],
    thresholds: [],
  });
const below = (op: Comparison, value: number): SampleMeasure => ({ kind: "holds", op, value });
const gauge = (...points: readonly (readonly [time: number, double: number])[]): MetricInput => ({
  name: "load",
  gauge: { points: points.map(([time, double]) => ({ time: nanos(time), double })) },
});
const sumsOf = (sample: SampleMeasure, ...metrics: readonly MetricInput[]) => {
  const harness = new SeriesHarness({ bind: bindGauge(sample) });
  for (const metric of metrics) harness.send(metric);
  const { good, total } = harness.sums();
  return { good, total };
};

// row: sampled
describe("a point", () => {
  test.each<[Comparison, readonly number[]]>([
    ["<", [-2]],
    ["<=", [-2, 1]],
    [">", [3.5]],
    [">=", [1, 3.5]],
    ["==", [1]],
    ["!=", [-2, 3.5]],
  ])("is good where its value is %s 1", (op, good) => {
    for (const value of [-2, 1, 3.5]) {
      const sums = sumsOf(below(op, 1), gauge([10, value]));
      expect(sums).toEqual({ good: good.includes(value) ? 1 : 0, total: 1 });
    }
  });

  test("counts its value, which may be negative or larger than any count", () => {
    expect(sumsOf({ kind: "value" }, gauge([10, 0.25], [20, -0.5]), gauge([30, 1e18]))).toEqual({
      good: 1e18 - 0.25,
      total: 3,
    });
  });

  test("is counted once, however often it is sent", () => {
    const points = gauge([10, 0], [20, 5]);
    expect(sumsOf(below("<", 1), points, points)).toEqual({ good: 1, total: 2 });
  });

  test("that is late counts at its own time", () => {
    const harness = new SeriesHarness({ bind: bindGauge({ kind: "one" }) });
    harness.send(gauge([30, 1]));
    harness.send(gauge([10, 1]));
    expect(harness.drain().map(([from, to]) => [from, to])).toEqual([
      [30, 30],
      [30, 30],
      [10, 10],
      [10, 10],
    ]);
  });

  test("that is no number is rejected and named", () => {
    const harness = new SeriesHarness({ bind: bindGauge({ kind: "value" }) });
    expect(harness.send(gauge([10, NaN], [20, Infinity]))).toMatchObject({
      reasons: { "value-not-finite": 2 },
    });
  });
});

describe("a cumulative sum that can fall", () => {
  type Point = readonly [time: number, int: number, start?: number];
  const queue = (...points: readonly Point[]): MetricInput => ({
    name: "queue",
    sum: {
      isMonotonic: false,
      points: points.map(([time, int, start = 0]) => ({
        start: nanos(start),
        time: nanos(time),
        int,
      })),
    },
  });

  test("counts as a gauge, and falls without a reset", () => {
    const harness = new SeriesHarness({ bind: bindGauge(below("<", 5)) });
    harness.send(queue([10, 7], [20, 2], [30, -1]));
    expect(harness.sums()).toMatchObject({ good: 2, total: 3 });
    expect(harness.counters).toMatchObject({ resets: 0, newWriters: 0, baselines: 0 });
  });

  test("counts its value whatever its start says: nothing is added up", () => {
    expect(sumsOf({ kind: "value" }, queue([10, 7]), queue([20, 7]), queue([30, 2, 25]))).toEqual({
      good: 16,
      total: 3,
    });
  });

  test("is no baseline, however old: what a moment shows has no history", () => {
    expect(sumsOf(below(">=", 5), queue([10, 7, -500]))).toEqual({ good: 1, total: 1 });
  });

  test("counts a point that is sent again, or late, once and at its own time", () => {
    const harness = new SeriesHarness({ bind: bindGauge({ kind: "one" }) });
    for (const point of [20, 10, 20, 10]) harness.send(queue([point, 1]));
    expect(harness.drain().map(([from, to, , total]) => [from, to, total])).toEqual([
      [20, 20, 1],
      [20, 20, 0],
      [10, 10, 1],
      [10, 10, 0],
    ]);
    expect(harness.counters.duplicates).toBe(2);
  });
});

test("a gauge without a recorded value says nothing", () => {
  const ended: MetricInput = { name: "load", gauge: { points: [{ time: nanos(20), flags: 1 }] } };
  expect(sumsOf({ kind: "one" }, gauge([10, 1]), ended)).toEqual({ good: 1, total: 1 });
});
