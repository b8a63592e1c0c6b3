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

test("a cumulative sum that can fall counts as a gauge, and falls without a reset", () => {
  const queue: MetricInput = {
    name: "queue",
    sum: {
      isMonotonic: false,
      points: [
        { start: nanos(0), time: nanos(10), int: 7 },
        { start: nanos(0), time: nanos(20), int: 2 },
        { start: nanos(0), time: nanos(30), int: -1 },
      ],
    },
  };
  expect(sumsOf(below("<", 5), queue)).toEqual({ good: 2, total: 3 });
});
