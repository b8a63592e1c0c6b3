/** What is wrong with a point alone: it is counted and named, and the rest of the request is taken (DESIGN section 5). */
import { describe, expect, test } from "vitest";
import { REJECTIONS, type Rejection } from "../../src/series/rejection.ts";
import type { AttributesInput, MetricInput } from "../otlp/request-builder.ts";
import { bindLatency, nanos, SeriesHarness } from "./harness.ts";

const start = nanos(0);
const time = nanos(10);
const named = { name: "requests" };

const counter = (point: object): MetricInput => ({
  ...named,
  sum: { points: [{ start, time, int: 1, ...point }] },
});
const histogram = (point: object): MetricInput => ({
  ...named,
  histogram: { points: [{ start, time, bounds: [1, 2], counts: [1, 1, 1], ...point }] },
});
const exponential = (point: object): MetricInput => ({
  ...named,
  exponentialHistogram: {
    points: [{ start, time, scale: 0, positive: { offset: 0, counts: [1] }, ...point }],
  },
});
const manyAttributes = (count: number): AttributesInput =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${index}`, index]));
const manyBounds = (count: number) => ({
  bounds: Array.from({ length: count }, (_, index) => index),
  counts: Array.from({ length: count + 1 }, () => 0),
});
/** Every other count takes two bytes: the number of buckets is not that of their bytes. */
const manyBuckets = (count: number) => ({
  offset: -4000,
  counts: Array.from({ length: count }, (_, index) => (index % 2 === 0 ? 0 : 128)),
});

// row: rejected
const REJECTED: readonly (readonly [Rejection, string, MetricInput])[] = [
  ["time-unset", "a time of 0", counter({ time: 0 })],
  ["time-in-future", "ten minutes and a millisecond ahead", counter({ time: nanos(700.001) })],
  ["value-missing", "no value", counter({ int: undefined })],
  ["value-not-finite", "NaN", counter({ int: undefined, double: NaN })],
  ["value-not-finite", "infinity", counter({ int: undefined, double: Infinity })],
  ["value-not-finite", "minus infinity", counter({ int: undefined, double: -Infinity })],
  ["value-negative", "a negative integer", counter({ int: -1 })],
  ["value-negative", "a negative double", counter({ int: undefined, double: -0.5 })],
  [
    "value-negative",
    "a negative delta",
    { ...named, sum: { temporality: "delta", points: [{ start, time, int: -1 }] } },
  ],
  [
    "temporality-unspecified",
    "a sum without temporality",
    { ...named, sum: { temporality: "unspecified", points: [{ start, time, int: 1 }] } },
  ],
  [
    "temporality-unspecified",
    "a histogram without temporality",
    { ...named, histogram: { temporality: "unspecified", points: [{ start, time, count: 1 }] } },
  ],
  ["too-many-attributes", "129 attributes", counter({ attributes: manyAttributes(129) })],
  ["attributes-too-long", "65 KiB in one", counter({ attributes: { key: "x".repeat(66_000) } })],
  ["bucket-count-mismatch", "a bucket too few", histogram({ counts: [1, 1], count: 2 })],
  ["bucket-count-mismatch", "a bucket too many", histogram({ counts: [1, 1, 1, 1], count: 4 })],
  ["bucket-count-mismatch", "bounds without buckets", histogram({ counts: [], count: 4 })],
  ["bounds-not-increasing", "falling bounds", histogram({ bounds: [2, 1] })],
  ["bounds-not-increasing", "equal bounds", histogram({ bounds: [1, 1] })],
  ["bounds-not-increasing", "a NaN bound", histogram({ bounds: [1, NaN] })],
  ["bounds-not-increasing", "an infinite bound", histogram({ bounds: [1, Infinity] })],
  ["too-many-bounds", "8193 bounds", histogram(manyBounds(8193))],
  ["too-many-buckets", "8193 positive buckets", exponential({ positive: manyBuckets(8193) })],
  ["too-many-buckets", "8193 negative buckets", exponential({ negative: manyBuckets(8193) })],
  ["buckets-exceed-count", "explicit buckets", histogram({ count: 1 })],
  ["buckets-exceed-count", "exponential buckets", exponential({ count: 0 })],
  ["buckets-exceed-count", "zeros", exponential({ zeroCount: 5, count: 2 })],
  ["scale-out-of-range", "a scale of 21", exponential({ scale: 21 })],
  ["scale-out-of-range", "a scale of -11", exponential({ scale: -11 })],
  ["count-too-large", "an integer over 2^53", counter({ int: 2n ** 53n + 2n })],
  ["count-too-large", "a count over 2^53", histogram({ count: 2n ** 60n })],
];

test.each(REJECTED)("%s: %s", (reason, _, metric) => {
  const harness = new SeriesHarness({ bind: bindLatency(1.5, 2.5) });
  const good = counter({ attributes: { good: true } });
  const sent = harness.send({ metrics: [good, metric, good] }, 100);
  expect(sent).toMatchObject({ takenPoints: 2, rejectedPoints: 1, reasons: { [reason]: 1 } });
  expect(sent.message).toBe(
    `1 point rejected (${reason}): ${REJECTIONS[reason]}; first in metric "requests"`,
  );
  expect(harness.sums(0).total).toBe(1);
});

test.each<readonly [string, MetricInput]>([
  ["exactly ten minutes ahead", counter({ time: nanos(700) })],
  ["long ago", counter({ start: 1n, time: 2n })],
  ["128 attributes", counter({ attributes: manyAttributes(128) })],
  ["a value of 0", counter({ int: 0 })],
  ["an integer of 2^53 - 1", counter({ int: 2n ** 53n - 1n })],
  ["8192 bounds", histogram(manyBounds(8192))],
  [
    "8192 buckets on either side of zero",
    exponential({ positive: manyBuckets(8192), negative: manyBuckets(8192) }),
  ],
  ["scale 20", exponential({ scale: 20 })],
  ["scale -10", exponential({ scale: -10 })],
  ["no bounds and no buckets", histogram({ bounds: [], counts: [], count: 3 })],
])("taken: %s", (_, metric) => {
  const harness = new SeriesHarness({ bind: bindLatency(1.5) });
  expect(harness.send(metric, 100)).toMatchObject({ takenPoints: 1, rejectedPoints: 0 });
});

test("several reasons are counted each, and name the first metric", () => {
  const harness = new SeriesHarness();
  const sent = harness.send({
    metrics: [
      { name: "a", sum: { points: [-1, -2, 3].map((int) => ({ start, time, int })) } },
      { name: "b", sum: { points: [{ start, time: 0, int: 1 }] } },
    ],
  });
  expect(sent).toMatchObject({
    takenPoints: 1,
    reasons: { "value-negative": 2, "time-unset": 1 },
  });
  expect(sent.message).toContain(`2 points rejected (value-negative)`);
  expect(sent.message).toContain(`first in metric "a". 1 point rejected (time-unset)`);
});

test("what was rejected of one request says nothing of the next", () => {
  const harness = new SeriesHarness();
  harness.send(counter({ int: -1 }));
  expect(harness.send(counter({}))).toMatchObject({ rejectedPoints: 0, message: "" });
});

describe("what no rule uses is accepted and passed over, whatever is wrong with it", () => {
  const bad = counter({ time: 0 });

  test("a metric", () => {
    const harness = new SeriesHarness({ usedSince: () => undefined });
    expect(harness.send(bad)).toMatchObject({ takenPoints: 0, rejectedPoints: 0 });
    expect(harness.state.identity.series.count).toBe(0);
  });

  test("a series", () => {
    const harness = new SeriesHarness({ bind: () => ({ targets: [], thresholds: [] }) });
    expect(harness.send(bad)).toMatchObject({ takenPoints: 0, rejectedPoints: 0 });
  });

  test("a metric of another unit may be used all the same", () => {
    const harness = new SeriesHarness({
      usedSince: ({ unit }) => (unit === "s" ? 0 : undefined),
    });
    harness.send({ ...counter({}), unit: "ms" });
    harness.send({ ...counter({}), unit: "s" });
    expect(harness.sums().total).toBe(1);
  });

  test("a metric whose name and unit take over 4 KiB", () => {
    const harness = new SeriesHarness();
    const sent = harness.send({ ...counter({}), name: "x".repeat(5_000) });
    expect(sent).toMatchObject({ takenPoints: 0, rejectedPoints: 0 });
  });
});

// row: kept
describe("the series limit", () => {
  const code = (value: number, point = {}): MetricInput =>
    counter({ ...point, attributes: { code: value, path: "/" } });

  test("makes room for nobody: a series that was silent for a month goes on from its last value", () => {
    const harness = new SeriesHarness({ maxSeries: 2 });
    const monthLater = nanos(30 * 86_400);
    harness.send({ metrics: [code(1, { int: 5 }), code(2)] });
    harness.send(code(2, { time: monthLater, int: 4 }), 31 * 86_400);
    expect(harness.send(code(3, { time: monthLater }), 31 * 86_400)).toMatchObject({
      takenPoints: 0,
      reasons: { "series-limit": 1 },
    });
    harness.bookings = [];
    harness.send(code(1, { time: monthLater, int: 7 }), 31 * 86_400);
    expect(harness.drain()).toEqual([[10, 30 * 86_400, 2, 2]]);
  });

  test("refuses further series, and takes those that are known", () => {
    const harness = new SeriesHarness({ maxSeries: 2 });
    const sent = harness.send({ metrics: [code(1), code(2), code(3), code(1)] });
    expect(sent).toMatchObject({ takenPoints: 3, reasons: { "series-limit": 1 } });
    expect(harness.state.identity.series.count).toBe(2);
  });

  test("is told once per metric and request, with the time of the first point that had no room", () => {
    const harness = new SeriesHarness({ maxSeries: 1 });
    harness.send({ metrics: [code(1)] });
    expect(harness.refused).toEqual([]);
    const point = (time: number, value: number) => ({
      time: nanos(time),
      int: 1,
      attributes: { code: value },
    });
    const sum = { points: [point(30, 2), point(40, 3)] };
    harness.send({
      metrics: [
        { name: "a", sum },
        { name: "b", sum },
      ],
    });
    harness.send({ resource: { other: 1 }, metrics: [{ name: "a", sum }] });
    expect(harness.refused).toEqual([
      ["a", 30],
      ["b", 30],
      ["a", 30],
    ]);
  });

  test("takes a known series in another order of attributes", () => {
    const harness = new SeriesHarness({ maxSeries: 1 });
    harness.send(code(1));
    const turned = counter({ time: nanos(20), int: 3, attributes: { path: "/", code: 1 } });
    expect(harness.send(turned)).toMatchObject({ takenPoints: 1 });
    expect(harness.sums().total).toBe(3);
  });

  test("adds no resource, scope or metric either, and keeps taking the known ones", () => {
    const harness = new SeriesHarness({ maxSeries: 1 });
    const known = { resource: { a: 1, b: 2 }, scope: { name: "s" } };
    harness.send({ ...known, metrics: [code(1)] });
    for (const input of [
      { ...known, resource: { a: 2 }, metrics: [code(1)] },
      { ...known, scope: { name: "t" }, metrics: [code(1)] },
      { ...known, metrics: [{ ...code(1), name: "other" }] },
      { ...known, metrics: [code(2)] },
    ]) {
      expect(harness.send(input).reasons).toEqual({ "series-limit": 1 });
    }
    const { identity } = harness.state;
    expect(identity.mark()).toMatchObject({
      resources: 1,
      scopes: 1,
      metrics: 1,
      contexts: 1,
      series: 1,
    });
    const turned = { ...known, resource: { b: 2, a: 1 }, metrics: [code(1)] };
    expect(harness.send(turned)).toMatchObject({ takenPoints: 1 });
  });

  test("bounds the bytes of attributes too: 1 KiB a series on average", () => {
    const harness = new SeriesHarness({ maxSeries: 10 });
    const long = (index: number) => counter({ attributes: { key: `${index}`.repeat(6_000) } });
    const sent = harness.send({ metrics: [1, 2, 3, 4].map(long) });
    expect(sent).toMatchObject({ takenPoints: 2, reasons: { "series-limit": 2 } });
  });

  test.each([
    ["resources", (text: string) => ({ resource: { key: text }, metrics: [code(1)] })],
    ["scopes", (text: string) => ({ scope: { name: text }, metrics: [code(1)] })],
    ["units", (text: string) => ({ metrics: [{ ...code(1), unit: text.slice(0, 3_000) }] })],
  ])("bounds the bytes of %s as well", (_, input) => {
    const harness = new SeriesHarness({ maxSeries: 10 });
    const text = (index: number) => `${index}`.repeat(6_000);
    const sent = [1, 2, 3, 4, 5, 6].map((index) => harness.send(input(text(index))));
    expect(sent.at(-1)).toMatchObject({ takenPoints: 0, reasons: { "series-limit": 1 } });
  });

  test("a resource of over 64 KiB is refused for what it is", () => {
    const harness = new SeriesHarness();
    const sent = harness.send({ resource: { key: "x".repeat(66_000) }, metrics: [code(1)] });
    expect(sent.reasons).toEqual({ "attributes-too-long": 1 });
  });
});

test("over 10,000 different bounds, further ones are refused, the known ones and plain counts are taken", () => {
  const harness = new SeriesHarness({ bind: bindLatency(1.5) });
  const points = Array.from({ length: 10_001 }, (_, index) => ({
    start,
    time: nanos(index + 1),
    bounds: [index],
    counts: [index, 0],
  }));
  const sent = harness.send({ ...named, histogram: { points } });
  expect(sent).toMatchObject({ takenPoints: 10_000, reasons: { "bounds-limit": 1 } });
  const again = { ...points[5]!, time: nanos(20_000), counts: [20_000, 0] };
  expect(harness.send({ ...named, histogram: { points: [again] } })).toMatchObject({
    takenPoints: 1,
  });
});
