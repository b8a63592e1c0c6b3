/** Delta series (DESIGN 4.4): added as they are, each pair of start and time once. */
import { describe, expect, test } from "vitest";
import { Admission, DELTA_STRIDE, DeltaPool } from "../../src/series/delta-pool.ts";
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

// row: delta
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

describe("how a point follows the one before it", () => {
  test.each<[string, readonly Point[], { gaps: number; overlaps: number }]>([
    [
      "at its end",
      [
        [0, 10, 1],
        [10, 20, 1],
        [20, 30, 1],
      ],
      { gaps: 0, overlaps: 0 },
    ],
    [
      "after a gap",
      [
        [0, 10, 1],
        [20, 30, 1],
        [30, 40, 1],
      ],
      { gaps: 1, overlaps: 0 },
    ],
    [
      "overlapping it",
      [
        [0, 10, 1],
        [5, 20, 1],
        [20, 30, 1],
      ],
      { gaps: 0, overlaps: 1 },
    ],
    [
      "late",
      [
        [10, 20, 1],
        [0, 10, 1],
      ],
      { gaps: 0, overlaps: 0 },
    ],
    [
      "again, which is no gap",
      [
        [0, 10, 1],
        [20, 30, 1],
        [20, 30, 1],
      ],
      { gaps: 1, overlaps: 0 },
    ],
    [
      "without a start",
      [
        [undefined, 10, 1],
        [undefined, 30, 1],
      ],
      { gaps: 0, overlaps: 0 },
    ],
    [
      "beyond the eighth, too",
      Array.from({ length: 20 }, (_, i): Point => [i * 100, i * 100 + 50, 1]),
      { gaps: 19, overlaps: 0 },
    ],
    [
      "in a busy minute, too",
      Array.from({ length: 20 }, (_, i): Point => [i * 2, i * 2 + 1, 1]),
      { gaps: 19, overlaps: 0 },
    ],
  ])("%s", (_, points, counters) => {
    const harness = new SeriesHarness();
    for (const point of points) harness.send(delta(point));
    expect(harness.counters).toMatchObject(counters);
  });
});

test("a retry is known among the last eight points of its series, whoever sent them", () => {
  const harness = new SeriesHarness();
  const points = Array.from({ length: 8 }, (_, i): Point => [i * 10, i * 10 + 10, 1]);
  for (const point of [...points, ...points]) harness.send(delta(point));
  expect(harness.sums().total).toBe(8);
});

test.each([9, 100, 500])(
  "a request with %i points of one series, sent again, changes nothing; also when others came between, and after a restart",
  (count) => {
    const harness = new SeriesHarness();
    const batch = (from: number) =>
      Array.from({ length: count }, (_, i): Point => [from + i / 100, from + i / 100 + 0.01, 1]);
    const all = [batch(0), batch(600)];
    for (const points of all) for (const point of points) harness.send(delta(point));
    for (const point of batch(600)) harness.send(delta(point));
    expect(harness.sums().total).toBe(2 * count);
    const { deltas } = harness.state.accumulator;
    const restored = new DeltaPool();
    restored.restore(deltas.count);
    restored.rows.set(deltas.rows.subarray(0, deltas.count * DELTA_STRIDE));
    const [start, time] = batch(600)[0]!.map((at) => nanos(at ?? 0));
    const words = [start!, time!].flatMap((at) => [Number(at >> 32n), Number(at & 0xffff_ffffn)]);
    expect(restored.admit(0, ...(words as [number, number, number, number]))).toBe(
      Admission.duplicate,
    );
  },
);

test("rows that a busy minute took are used again", () => {
  const pool = new DeltaPool();
  const row = pool.allocate();
  const admit = (ms: number) => {
    const at = nanos(ms / 1000);
    return pool.admit(row, 0, 0, Number(at >> 32n), Number(at & 0xffff_ffffn));
  };
  let admitted = 0;
  for (let i = 0; i < 20_000; i++) admitted += admit(i * 1000) === Admission.next ? 1 : 0;
  expect(admitted).toBe(20_000);
  expect(pool.count).toBeLessThan(12);
  for (let i = 0; i < 5_000; i++) admit(100_000_000 + i); // beyond all bounds: the oldest are forgotten
  expect(pool.count).toBeLessThan(80);
  expect(admit(100_000_000 + 4_999)).toBe(Admission.duplicate);
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
