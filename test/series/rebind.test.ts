/** What a rule change does to what is known of series: nothing that is still wanted is lost, nothing unseen is counted. */
import { describe, expect, test } from "vitest";
import type { BindSeries } from "../../src/engine/index.ts";
import { bindLatency, ms, nanos, SeriesHarness } from "./harness.ts";

const nothing: BindSeries = () => ({ targets: [], thresholds: [] });

const counter = (start: number, time: number, int: number, code = "200") => ({
  name: "requests",
  sum: { points: [{ attributes: { code }, start: nanos(start), time: nanos(time), int }] },
});

const histogram = (time: number, counts: readonly number[]) => ({
  name: "duration",
  histogram: {
    points: [{ start: nanos(0), time: nanos(time), bounds: [0.25, 0.5, 1], counts }],
  },
});

/** A harness whose rules change at given moments. */
class Edited extends SeriesHarness {
  edit(bind: BindSeries, seconds: number): void {
    this.bind = bind;
    this.state.rebind(ms(seconds));
  }
}

describe("thresholds", () => {
  test("those that stay go on, through any number of edits around them", () => {
    const harness = new Edited({ bind: bindLatency(0.5) });
    harness.send(histogram(10, [1, 2, 3, 4]));
    harness.edit(bindLatency(0.25, 0.5, 1), 12);
    harness.bookings = [];
    harness.send(histogram(20, [2, 4, 6, 8]));
    expect(harness.sums(0).total).toBe(10);
    expect(harness.sums(2)).toMatchObject({ good: 3, total: 10 }); // 0.5 went on
    harness.edit(bindLatency(0.5), 22);
    harness.bookings = [];
    harness.send(histogram(30, [3, 6, 6, 8]));
    expect(harness.sums(1)).toMatchObject({ good: 3, total: 3 });
  });

  test("new ones begin with the next point; their events are not guessed", () => {
    const harness = new Edited({ bind: bindLatency(0.5) });
    harness.send(histogram(10, [1, 2, 3, 4]));
    harness.edit(bindLatency(0.25, 0.5), 12);
    harness.bookings = [];
    harness.send(histogram(20, [2, 4, 6, 8]));
    expect(harness.sums(1).total).toBe(0);
    harness.send(histogram(30, [4, 4, 6, 8]));
    expect(harness.sums(1)).toMatchObject({ good: 2, total: 2 });
  });

  test("all writers of an identity move, in their order", () => {
    const harness = new Edited({ bind: bindLatency(0.5) });
    const of = (start: number, time: number, count: number) => ({
      name: "duration",
      histogram: {
        points: [
          { start: nanos(start), time: nanos(time), bounds: [0.25, 0.5], counts: [count, 0, 0] },
        ],
      },
    });
    for (const writer of [1, 2, 3]) harness.send(of(writer, 10 + writer, writer));
    harness.edit(bindLatency(0.25, 0.5), 15);
    harness.bookings = [];
    for (const writer of [3, 1, 2]) harness.send(of(writer, 20 + writer, writer * 2));
    expect(harness.sums(0).total).toBe(6);
    expect(harness.sums(2)).toMatchObject({ good: 6, total: 6 });
    expect(harness.counters.newWriters).toBe(3);
  });
});

describe("series that rules come to late", () => {
  const used = new SeriesHarness().bind;
  const only =
    (code: string): BindSeries =>
    (series) =>
      series.attributes.get("code") === code ? used(series) : nothing(series);

  test("their past is no burst", () => {
    const harness = new Edited({ bind: nothing });
    harness.send(counter(0, 10, 1000));
    harness.edit(used, 15);
    harness.send(counter(0, 20, 1003));
    harness.send(counter(0, 30, 1005));
    expect(harness.sums().total).toBe(2);
  });

  test("nor when they miss the first export after the edit", () => {
    const harness = new Edited({ bind: only("404") });
    harness.send(counter(-500, 10, 7, "404")); // the process is known
    harness.send(counter(-500, 10, 1000, "500"));
    harness.edit(used, 15);
    harness.send(counter(-500, 20, 8, "404"));
    harness.send(counter(-500, 30, 1000, "500")); // its request of 20 was lost
    expect(harness.sums().total).toBe(1);
  });

  test("their restarts count in full, later edits or not", () => {
    const harness = new Edited({ bind: nothing });
    harness.send(counter(0, 10, 1000));
    harness.edit(used, 15);
    harness.send(counter(0, 20, 1003));
    harness.edit(used, 40); // another rule changed
    harness.send(counter(30, 50, 4));
    expect(harness.sums().total).toBe(4);
  });

  test("a series that did not exist before the edit counts in full", () => {
    const harness = new Edited({ bind: only("404") });
    harness.send(counter(5, 10, 7, "404"));
    harness.edit(used, 15);
    harness.send(counter(5, 20, 3, "500"));
    expect(harness.sums().total).toBe(10);
  });

  test("what no rule uses for a while is not followed: it begins anew", () => {
    const harness = new Edited();
    harness.send(counter(0, 10, 5));
    harness.edit(nothing, 15);
    harness.send(counter(0, 20, 105));
    harness.edit(used, 25);
    harness.send(counter(0, 30, 205));
    harness.send(counter(0, 40, 208));
    expect(harness.sums().total).toBe(8);
  });

  test("their writers make room for others", () => {
    const harness = new Edited();
    for (let index = 0; index < 50; index++) harness.send(counter(0, 10, 5, `${index}`));
    harness.edit(nothing, 15);
    harness.edit(used, 16);
    for (let index = 0; index < 50; index++) harness.send(counter(0, 20, 6, `${index}`));
    expect(harness.state.accumulator.poolOf(1).count).toBe(50);
  });
});

test("delta series remember their last points through edits", () => {
  const harness = new Edited();
  const delta = {
    name: "requests",
    sum: {
      temporality: "delta" as const,
      points: [{ start: nanos(0), time: nanos(10), int: 5 }],
    },
  };
  harness.send(delta);
  harness.edit(bindLatency(1), 15);
  harness.send(delta);
  expect(harness.sums().total).toBe(5);
});

test("a metric that a new rule selects is looked at again", () => {
  let since: number | undefined;
  const harness = new Edited({ usedSince: () => since });
  harness.send(counter(0, 10, 5));
  expect(harness.state.identity.series.count).toBe(0);
  since = 15;
  harness.edit(harness.bind, 15);
  harness.send(counter(0, 20, 6));
  harness.send(counter(16, 20, 3, "500"));
  expect(harness.sums().total).toBe(3);
});
