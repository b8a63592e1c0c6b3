/** Senders whose start slides to their point before (DESIGN 4.3): nothing is counted twice (4.5), whatever is lost or repeated. */
import { describe, expect, test } from "vitest";
import type { AccumulatorCounters } from "../../src/series/index.ts";
import { nanos, SeriesHarness } from "./harness.ts";
import type { IncrementRow } from "./increment-rows.ts";

type Point = readonly [start: number, time: number, value: number];

const requests = ([start, time, int]: Point) => ({
  name: "requests",
  sum: { points: [{ start: nanos(start), time: nanos(time), int }] },
});

/** Has slid: its start is known to tell nothing. */
const SLID: readonly Point[] = [
  [0, 10, 10],
  [10, 20, 14],
];

const CASES: readonly {
  readonly rule: string;
  readonly row: IncrementRow;
  /** After `SLID`. */
  readonly points: readonly Point[];
  /** What each adds. */
  readonly adds: readonly number[];
  readonly counters?: Partial<AccumulatorCounters>;
}[] = [
  {
    rule: "a point that is sent again adds nothing, the last and those before it",
    row: "sliding-start",
    points: [
      [10, 20, 14],
      [0, 10, 10],
      [20, 30, 15],
      [10, 20, 14],
      [0, 10, 10],
    ],
    adds: [0, 0, 1, 0, 0],
    counters: { newWriters: 1 },
  },
  {
    rule: "an export that is lost is in the next one: a history is not counted again",
    row: "sliding-start",
    points: [
      [30, 40, 17],
      [60, 70, 17],
    ],
    adds: [3, 0],
    counters: { newWriters: 1, slidingStarts: 3 },
  },
  {
    rule: "an export that comes after later ones adds nothing, however many were missed",
    row: "sliding-start",
    points: [
      [50, 60, 20],
      [20, 30, 15],
      [30, 40, 17],
      [40, 50, 18],
      [60, 70, 21],
    ],
    adds: [6, 0, 0, 0, 1],
    counters: { newWriters: 1, late: 3 },
  },
  {
    rule: "a lower value is a restart, at once or after what was lost",
    row: "new-start",
    points: [
      [20, 30, 3],
      [30, 40, 5],
      [65, 70, 1],
    ],
    adds: [3, 2, 1],
    counters: { newWriters: 3 },
  },
  {
    rule: "after a restart, a point that is sent again does not go on what was before it",
    row: "sliding-start",
    points: [
      [20, 30, 2],
      [30, 40, 20],
      [40, 50, 21],
      [30, 40, 20],
      [10, 20, 14],
    ],
    adds: [2, 18, 1, 0, 0],
    counters: { newWriters: 2 },
  },
  {
    rule: "another process under the same identity that began in between counts in full",
    row: "new-start",
    points: [
      [15, 25, 2],
      [20, 30, 15],
      [15, 35, 5],
      [30, 40, 16],
    ],
    adds: [2, 1, 3, 1],
    counters: { newWriters: 2 },
  },
  {
    rule: "another that slides too goes on by itself",
    row: "sliding-start",
    points: [
      [15, 25, 2],
      [20, 30, 15],
      [25, 35, 4],
      [30, 40, 20],
      [35, 45, 4],
    ],
    adds: [2, 1, 2, 5, 0],
    counters: { newWriters: 2 },
  },
  {
    rule: "a process taken for what was lost of another is made good once that one goes on",
    row: "sliding-start",
    points: [
      [25, 28, 30],
      [20, 30, 15],
    ],
    adds: [16, 15], // 14 + 16 + 15 = 30 + 15
  },
];

describe("after a start has slid", () => {
  test.each(CASES)("$rule", ({ points, adds, counters = {} }) => {
    const harness = new SeriesHarness();
    for (const point of SLID) harness.send(requests(point));
    harness.bookings = [];
    const added = points.map((point) => {
      harness.send(requests(point));
      return harness.drain().reduce((sum, [, , , total]) => sum + total, 0);
    });
    expect(added).toEqual(adds);
    expect(harness.counters).toMatchObject(counters);
  });
});

test("a start that was not seen before is a new one until a start has slid", () => {
  const harness = new SeriesHarness();
  harness.send(requests([0, 10, 10]));
  harness.send(requests([20, 30, 12]));
  expect(harness.sums().total).toBe(22);
});

test("a point whose start and time are another's last time leaves that one alone", () => {
  const harness = new SeriesHarness();
  for (const point of [
    [0, 10, 10],
    [10, 10, 12],
    [0, 20, 15],
  ] as const) {
    harness.send(requests(point));
  }
  expect(harness.counters).toMatchObject({ newWriters: 2, slidingStarts: 0 });
  expect(harness.sums().total).toBe(15 + 12);
});
