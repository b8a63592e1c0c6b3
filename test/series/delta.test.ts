/** Delta series (DESIGN 4.4): added as they are, each pair of start and time once. */
import { expect, test } from "vitest";
import { nanos, SeriesHarness } from "./harness.ts";

type Point = readonly [start: number | undefined, time: number, value: number];
type Increment = readonly [from: number, to: number, amount: number];

const delta = ([start, time, int]: Point) => ({
  name: "requests",
  sum: {
    temporality: "delta" as const,
    points: [{ time: nanos(time), int, ...(start !== undefined && { start: nanos(start) }) }],
  },
});

const CASES: readonly {
  readonly rule: string;
  readonly points: readonly Point[];
  readonly booked: readonly Increment[];
  readonly duplicates?: number;
}[] = [
  {
    rule: "every point adds its value, over its own interval",
    points: [
      [0, 10, 4],
      [10, 20, 3],
    ],
    booked: [
      [0, 10, 4],
      [10, 20, 3],
    ],
  },
  {
    rule: "the same start and time again is a retry and adds nothing",
    points: [
      [0, 10, 4],
      [10, 20, 3],
      [0, 10, 4],
      [10, 20, 3],
    ],
    booked: [
      [0, 10, 4],
      [10, 20, 3],
    ],
    duplicates: 2,
  },
  {
    rule: "a late point is added at its own time",
    points: [
      [10, 20, 3],
      [0, 10, 4],
    ],
    booked: [
      [10, 20, 3],
      [0, 10, 4],
    ],
  },
  {
    rule: "a gap is what was lost; the next point adds its own value",
    points: [
      [0, 10, 4],
      [50, 60, 3],
    ],
    booked: [
      [0, 10, 4],
      [50, 60, 3],
    ],
  },
  {
    rule: "intervals that overlap are different points (Python after empty collections)",
    points: [
      [0, 10, 4],
      [5, 20, 3],
      [0, 20, 2],
    ],
    booked: [
      [0, 10, 4],
      [5, 20, 3],
      [0, 20, 2],
    ],
  },
  {
    rule: "a start that is the time counts in full (JavaScript SDKs send it)",
    points: [[10, 10, 5]],
    booked: [[10, 10, 5]],
  },
  {
    rule: "an unset start counts at the point's time, once",
    points: [
      [undefined, 10, 5],
      [undefined, 10, 5],
      [undefined, 20, 6],
    ],
    booked: [
      [10, 10, 5],
      [20, 20, 6],
    ],
    duplicates: 1,
  },
  {
    rule: "a start before the rules counts: a delta has no history",
    points: [[-500, 10, 5]],
    booked: [[-500, 10, 5]],
  },
  {
    rule: "a start after the time counts at the time",
    points: [[15, 10, 5]],
    booked: [[10, 10, 5]],
  },
];

test.each(CASES)("$rule", ({ points, booked, duplicates = 0 }) => {
  const harness = new SeriesHarness();
  for (const point of points) harness.send(delta(point));
  expect(harness.drain()).toEqual(booked.map(([from, to, amount]) => [from, to, amount, amount]));
  expect(harness.counters.duplicates).toBe(duplicates);
});

test("a retry is known among the last eight points of its series, whoever sent them", () => {
  const harness = new SeriesHarness();
  const points = Array.from({ length: 8 }, (_, i): Point => [i * 10, i * 10 + 10, 1]);
  for (const point of [...points, ...points]) harness.send(delta(point));
  expect(harness.sums().total).toBe(8);
});

test("NO_RECORDED_VALUE adds nothing", () => {
  const harness = new SeriesHarness();
  harness.send({
    name: "requests",
    sum: { temporality: "delta", points: [{ start: nanos(0), time: nanos(10), int: 5, flags: 1 }] },
  });
  expect(harness.bookings).toEqual([]);
});

test("delta and cumulative points of one name are different series", () => {
  const harness = new SeriesHarness();
  harness.send(delta([0, 10, 4]));
  harness.send({
    name: "requests",
    sum: { points: [{ start: nanos(0), time: nanos(10), int: 4 }] },
  });
  expect(harness.sums().total).toBe(8);
  expect(harness.bound).toHaveLength(2);
});
