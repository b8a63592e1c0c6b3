/* oxlint-disable max-lines -- one table of cases, read beside research/otlp.md section 3 */
/** Cumulative series: the increment table (research/otlp.md section 3, math.md section 2), row by row (increment-rows.ts). */
import { describe, expect, test } from "vitest";
import type { AccumulatorCounters } from "../../src/series/index.ts";
import { nanos, SeriesHarness } from "./harness.ts";
import type { IncrementRow } from "./increment-rows.ts";

/** A point: start, time, value, in order of arrival. A start of `undefined` is unset on the wire. */
type Point = readonly [start: number | undefined, time: number, value: number];
/** An increment: from, to, amount. */
type Increment = readonly [from: number, to: number, amount: number];

interface Case {
  readonly row: IncrementRow;
  readonly rule: string;
  readonly points: readonly Point[];
  readonly booked: readonly Increment[];
  readonly counters?: Partial<AccumulatorCounters>;
}

const sumPoint = ([start, time, value]: Point, attributes = {}) => ({
  attributes,
  time: nanos(time),
  ...(start !== undefined && { start: nanos(start) }),
  ...(Number.isInteger(value) ? { int: value } : { double: value }),
});

function sum(point: Point, attributes: Readonly<Record<string, string>> = {}, name = "requests") {
  return { name, sum: { points: [sumPoint(point, attributes)] } };
}

const KNOWN_WRITER: readonly Case[] = [
  {
    row: "known-later",
    rule: "a later point of a known writer adds the difference, over the time between them",
    points: [
      [0, 10, 4],
      [0, 20, 9],
    ],
    booked: [
      [0, 10, 4],
      [10, 20, 5],
    ],
    counters: { newWriters: 1, duplicates: 0, late: 0, resets: 0 },
  },
  {
    row: "known-later",
    rule: "an unchanged value adds nothing, and still shows that data came",
    points: [
      [0, 10, 4],
      [0, 20, 4],
    ],
    booked: [
      [0, 10, 4],
      [10, 20, 0],
    ],
  },
  {
    row: "known-later",
    rule: "a gap heals: what happened meanwhile is in the next point",
    points: [
      [0, 10, 4],
      [0, 3610, 400],
    ],
    booked: [
      [0, 10, 4],
      [10, 3610, 396],
    ],
    counters: { newWriters: 1 },
  },
  {
    row: "known-same-time",
    rule: "the same point again adds nothing",
    points: [
      [0, 10, 4],
      [0, 10, 4],
    ],
    booked: [[0, 10, 4]],
    counters: { duplicates: 1 },
  },
  {
    row: "known-same-time",
    rule: "the same time with another value adds nothing",
    points: [
      [0, 10, 4],
      [0, 10, 6],
      [0, 20, 7],
    ],
    booked: [
      [0, 10, 4],
      [10, 20, 3],
    ],
    counters: { duplicates: 0, conflicts: 1 },
  },
  {
    row: "known-earlier",
    rule: "a late point adds nothing: the later one contained it",
    points: [
      [0, 20, 9],
      [0, 10, 4],
      [0, 30, 11],
    ],
    booked: [
      [0, 20, 9],
      [20, 30, 2],
    ],
    counters: { late: 1 },
  },
  {
    row: "known-fallen",
    rule: "a value that fell with the same start is a reset: it counts from zero",
    points: [
      [0, 10, 100],
      [0, 20, 7],
      [0, 30, 9],
    ],
    booked: [
      [0, 10, 100],
      [10, 20, 7],
      [20, 30, 2],
    ],
    counters: { resets: 1 },
  },
  {
    row: "known-later",
    rule: "fractions of a counter of doubles add up",
    points: [
      [0, 10, 0.5],
      [0, 20, 2.75],
      [0, 30, 3],
    ],
    booked: [
      [0, 10, 0.5],
      [10, 20, 2.25],
      [20, 30, 0.25],
    ],
  },
];

const NEW_START: readonly Case[] = [
  {
    row: "new-start",
    rule: "a new start counts in full, from its start on, even when the value grew past the last one",
    points: [
      [0, 10, 100],
      [12, 20, 150],
    ],
    booked: [
      [0, 10, 100],
      [12, 20, 150],
    ],
    counters: { newWriters: 2, restarts: 1, sharedIdentities: 0 },
  },
  {
    row: "new-start",
    rule: "two writers under one identity both add up: 10, 5, +10, +4 = 29",
    points: [
      [0, 10, 10],
      [1, 11, 5],
      [0, 20, 20],
      [1, 21, 9],
    ],
    booked: [
      [0, 10, 10],
      [1, 11, 5],
      [10, 20, 10],
      [11, 21, 4],
    ],
    counters: { newWriters: 2, resets: 0 },
  },
  {
    row: "new-start",
    rule: "an older writer that goes on after a newer one began goes on from its own last point",
    points: [
      [5, 10, 10],
      [12, 20, 3],
      [5, 25, 11],
    ],
    booked: [
      [5, 10, 10],
      [12, 20, 3],
      [10, 25, 1],
    ],
    counters: { newWriters: 2, resets: 0 },
  },
  {
    row: "new-start",
    rule: "a first point whose start is its time counts in full (JavaScript SDKs send it)",
    points: [
      [10, 10, 5],
      [10, 20, 8],
    ],
    booked: [
      [10, 10, 5],
      [10, 20, 3],
    ],
    counters: { newWriters: 1, baselines: 0 },
  },
  {
    row: "new-start",
    rule: "a start after the point's own time counts at that time",
    points: [[15, 10, 5]],
    booked: [[10, 10, 5]],
  },
  {
    row: "sliding-start",
    rule: "a start that slides to the last point's time while the value goes on is the same writer",
    points: [
      [0, 10, 10],
      [10, 20, 14],
      [20, 30, 15],
    ],
    booked: [
      [0, 10, 10],
      [10, 20, 4],
      [20, 30, 1],
    ],
    counters: { slidingStarts: 2, newWriters: 1 },
  },
  {
    row: "sliding-start",
    rule: "a start at the last point's time with a lower value is a restart",
    points: [
      [0, 10, 10],
      [10, 20, 4],
    ],
    booked: [
      [0, 10, 10],
      [10, 20, 4],
    ],
    counters: { slidingStarts: 0, newWriters: 2 },
  },
];

const OLD_START: readonly Case[] = [
  {
    row: "old-start",
    rule: "a writer older than the rules is a baseline: its history is no burst",
    points: [
      [-500, 10, 1_000_000],
      [-500, 20, 1_000_003],
    ],
    booked: [
      [10, 10, 0],
      [10, 20, 3],
    ],
    counters: { baselines: 1 },
  },
  {
    row: "no-start",
    rule: "an unset start is a baseline, and then goes by value",
    points: [
      [undefined, 10, 100],
      [undefined, 20, 130],
      [undefined, 30, 7],
    ],
    booked: [
      [10, 10, 0],
      [10, 20, 30],
      [20, 30, 7],
    ],
    counters: { baselines: 1, resets: 1 },
  },
  {
    row: "new-start",
    rule: "a start at the very moment from which the rules watch counts in full",
    points: [[0, 10, 5]],
    booked: [[0, 10, 5]],
    counters: { baselines: 0 },
  },
  {
    row: "old-start",
    rule: "a start a millisecond before the rules is a baseline",
    points: [[-0.001, 10, 5]],
    booked: [[10, 10, 0]],
    counters: { baselines: 1 },
  },
];

describe.each([
  ["a known writer", KNOWN_WRITER],
  ["a new start", NEW_START],
  ["a start that is old or unset", OLD_START],
])("%s", (_, cases) => {
  test.each(cases)("$rule", ({ points, booked, counters = {} }) => {
    const harness = new SeriesHarness();
    for (const point of points) harness.send(sum(point));
    expect(harness.drain()).toEqual(booked.map(([from, to, amount]) => [from, to, amount, amount]));
    expect(harness.counters).toMatchObject(counters);
  });
});

// row: new-series
describe("senders whose every series starts with the process", () => {
  const old = -500;
  const total = (harness: SeriesHarness): number => harness.sums().total;

  test("a series absent from an earlier export of its metric counts in full", () => {
    const harness = new SeriesHarness();
    harness.send(sum([old, 10, 1000], { code: "200" }));
    harness.send(sum([old, 20, 1001], { code: "200" }));
    harness.drain();
    harness.send(sum([old, 20, 7], { code: "500" }));
    expect(harness.drain()).toEqual([[10, 20, 0, 7]]);
  });

  test("what such a series counts happened since that export, however old the process is", () => {
    const harness = new SeriesHarness();
    harness.send(sum([0, 10, 1000], { code: "200" }));
    harness.send(sum([0, 7200, 1001], { code: "200" }));
    harness.send(sum([0, 7210, 1002], { code: "200" }));
    harness.drain();
    harness.send(sum([0, 7210, 600], { code: "500" }));
    expect(harness.drain()).toEqual([[7200, 7210, 0, 600]]);
  });

  test("all series of the first export are baselines, in whatever order they come", () => {
    const harness = new SeriesHarness();
    for (const code of ["200", "500", "404"]) harness.send(sum([old, 10, 1000], { code }));
    expect(total(harness)).toBe(0);
  });

  test("points of one export may differ by up to a second", () => {
    const harness = new SeriesHarness();
    harness.send(sum([old, 10, 1000], { code: "200" }));
    harness.send(sum([old, 10.9, 1000], { code: "500" }));
    expect(total(harness)).toBe(0);
  });

  test("another metric of a process that is known for minutes counts in full", () => {
    const harness = new SeriesHarness();
    harness.send(sum([old, 10, 1000], {}, "one"));
    harness.send(sum([old, 140, 1000], {}, "one"));
    harness.send(sum([old, 140, 5], {}, "two"));
    expect(total(harness)).toBe(5);
  });

  test("another metric of a process that is known for seconds is a baseline", () => {
    const harness = new SeriesHarness();
    harness.send(sum([old, 10, 1000], {}, "one"));
    harness.send(sum([old, 40, 5], {}, "two"));
    expect(total(harness)).toBe(0);
  });

  test("another process under the same identity has to be known itself", () => {
    const harness = new SeriesHarness();
    harness.send(sum([old, 10, 1000], { code: "200" }));
    harness.send(sum([old, 20, 1000], { code: "200" }));
    harness.send(sum([old + 1, 25, 900], { code: "500" }));
    expect(total(harness)).toBe(0);
  });

  test("what is known of one resource says nothing of another", () => {
    const harness = new SeriesHarness();
    const from = (instance: string, point: Point) =>
      harness.send({
        resource: { "service.instance.id": instance },
        metrics: [sum(point)],
      });
    from("a", [old, 10, 1000]);
    from("a", [old, 200, 1000]);
    from("b", [old, 200, 900]);
    expect(total(harness)).toBe(0);
  });
});

describe("writers under one identity", () => {
  test("64 are told apart, each adding up by itself", () => {
    const harness = new SeriesHarness();
    for (let round = 1; round <= 3; round++) {
      for (let writer = 0; writer < 64; writer++) {
        harness.send(sum([writer, 100 * round + writer, round * (writer + 1)]));
      }
    }
    expect(harness.sums().total).toBe((3 * 64 * 65) / 2);
    expect(harness.counters).toMatchObject({ newWriters: 64, writersDropped: 0 });
    expect(harness.doubts).toEqual([]);
  });

  test("of more, the longest silent is forgotten and said, and is a baseline when it comes back", () => {
    const harness = new SeriesHarness();
    for (let writer = 0; writer <= 64; writer++) harness.send(sum([writer, 100 + writer, 10]));
    expect(harness.counters.writersDropped).toBe(1);
    expect(harness.sums().total).toBe(650);
    expect(harness.doubts).toEqual([]); // it may have ended
    harness.send(sum([0, 300, 11]));
    expect(harness.sums().total).toBe(650);
    expect(harness.counters.writersReturned).toBe(1);
    expect(harness.doubts).toEqual([[0, expect.stringContaining("service.instance.id")]]);
    harness.send(sum([0, 310, 14]));
    expect(harness.sums().total).toBe(653);
  });

  test("one that is forgotten again and again never counts its history", () => {
    const harness = new SeriesHarness();
    for (let round = 1; round <= 8; round++) {
      harness.send(sum([round % 2, 100 * round, 10])); // it and its like take turns in the last place
      for (let writer = 2; writer < 65; writer++) {
        harness.send(sum([writer, 100 * round + writer, 10]));
      }
    }
    expect(harness.sums().total).toBe(650);
  });
});

describe("a new writer of a known series", () => {
  test.each<[string, readonly Point[], Partial<AccumulatorCounters>]>([
    [
      "took over, when all before it were silent since it began",
      [
        [0, 10, 4],
        [0, 20, 5],
        [20, 30, 1],
      ],
      { restarts: 1, sharedIdentities: 0 },
    ],
    [
      "writes beside others, when one of them wrote since it began",
      [
        [0, 10, 4],
        [5, 20, 1],
      ],
      { restarts: 0, sharedIdentities: 1 },
    ],
    [
      "writes beside others, whichever of them it is",
      [
        [0, 100, 4],
        [1, 10, 1],
        [50, 110, 1],
      ],
      { restarts: 0, sharedIdentities: 2 },
    ],
    [
      "without a start time tells nothing of others",
      [
        [0, 10, 4],
        [undefined, 20, 9],
      ],
      { restarts: 0, sharedIdentities: 0, unsetStarts: 1 },
    ],
  ])("%s", (_, points, counters) => {
    const harness = new SeriesHarness();
    for (const point of points) harness.send(sum(point));
    expect(harness.counters).toMatchObject(counters);
  });

  test("is told apart from the first of a series, which neither took over nor has company", () => {
    const harness = new SeriesHarness();
    harness.send(sum([0, 10, 4]));
    expect(harness.counters).toMatchObject({ newWriters: 1, restarts: 0, sharedIdentities: 0 });
  });
});

test("NO_RECORDED_VALUE is neither a zero nor a reset", () => {
  const harness = new SeriesHarness();
  harness.send(sum([0, 10, 4]));
  const ended = { name: "requests", sum: { points: [{ time: nanos(20), flags: 1 }] } };
  expect(harness.send(ended)).toMatchObject({ takenPoints: 0, rejectedPoints: 0 });
  harness.send(sum([0, 30, 6]));
  expect(harness.drain()).toEqual([
    [0, 10, 4, 4],
    [10, 30, 2, 2],
  ]);
});

test("a summary's count is a cumulative counter", () => {
  const harness = new SeriesHarness();
  const summary = (time: number, count: number) => ({
    name: "requests",
    summary: { points: [{ start: nanos(0), time: nanos(time), count }] },
  });
  harness.send(summary(10, 4));
  harness.send(summary(20, 9));
  expect(harness.sums().total).toBe(9);
});

test("nanoseconds decide what is later", () => {
  const harness = new SeriesHarness();
  const point = (time: bigint, int: number) => ({
    name: "requests",
    sum: { points: [{ start: nanos(0), time, int }] },
  });
  harness.send(point(nanos(10), 4));
  harness.send(point(nanos(10) + 1n, 6));
  harness.send(point(nanos(10) - 1n, 3));
  expect(harness.sums().total).toBe(6);
  expect(harness.counters.late).toBe(1);
});

test("a point a nanosecond past a bucket's end belongs to the next millisecond", () => {
  const harness = new SeriesHarness();
  harness.send({
    name: "requests",
    sum: { points: [{ start: nanos(0), time: nanos(10) + 1n, int: 4 }] },
  });
  expect(harness.drain()).toEqual([[0, 10.001, 4, 4]]);
});
