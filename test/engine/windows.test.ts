import { describe, expect, test } from "vitest";
import { Engine, type StreamReading } from "../../src/engine/index.ts";
import { factorFor, layoutOf, windowStart } from "../../src/engine/ladder.ts";
import { rollingWindow, streamIndex } from "../../src/slo/index.ts";
import { ms, policyOf, sloOf } from "./fixtures.ts";

const S0 = streamIndex(0);
const START = ms("100d");

function engineOf(...args: Parameters<typeof sloOf>): Engine {
  const engine = new Engine({ bucketMs: 10_000, startMs: START });
  engine.setRules([sloOf(...args)], START);
  return engine;
}
const totals = (reading: StreamReading) =>
  Object.fromEntries(reading.windows.map((each) => [each.windowMs / 1000, each.total]));

describe("which rung a window is read from", () => {
  test.each([
    ["1m", "10s"],
    ["5m", "10s"],
    ["30m", "10s"],
    ["59m", "10s"],
    ["1h", "1m"],
    ["2h", "1m"],
    ["4h59m", "1m"],
    ["5h", "5m"],
    ["6h", "5m"],
    ["1d", "5m"],
    ["59h", "5m"],
    ["60h", "1h"],
    ["30d", "1h"],
    ["90d", "1h"],
  ])("%s from buckets of %s", (window, bucket) => {
    expect(factorFor(ms(window), 10_000) * 10_000).toBe(ms(bucket));
  });

  test("the old edge reaches at most one bucket, and at most 2 %, beyond the window", () => {
    for (const window of ["5m", "10m", "30m", "1h", "2h", "6h", "1d", "3d", "30d", "90d"]) {
      const width = factorFor(ms(window), 10_000) * 10_000;
      for (let i = 0; i < 1000; i++) {
        const end = START + i * 10_000;
        const reach = end - ms(window) - windowStart(end - ms(window), width) * width;
        expect(reach).toBeGreaterThanOrEqual(0);
        expect(reach).toBeLessThan(width);
        expect(reach).toBeLessThanOrEqual(0.02 * ms(window));
      }
    }
  });

  test("only rungs that are read from are kept, and a stream costs 11 KB with the workbook's windows", () => {
    expect(layoutOf([rollingWindow(ms("5m"))], 10_000).rungs.map((rung) => rung.factor)).toEqual([
      1,
    ]);
    const workbook = ["5m", "30m", "1h", "2h", "6h", "1d", "3d", "30d"].map((text) =>
      rollingWindow(ms(text)),
    );
    const { rungs } = layoutOf(workbook, 10_000);
    expect(rungs.map((rung) => rung.factor)).toEqual([1, 6, 30, 360]);
    const buckets = rungs.reduce((sum, rung) => sum + rung.bucketCount, 0);
    expect(buckets * 8).toBeLessThan(11_500);
  });
});

describe("window edges", () => {
  // A point at `at` after a tick at `tick`, both relative to the start: how many are in the 5m window?
  test.each([
    ["0s", "0s", 1], // in a bucket that was closed at the start: late, and counted at once
    ["10s", "10s", 1], // exactly on the tick: inside, as windows are closed on the right
    ["10s", "5m", 1],
    ["10s", "5m10s", 0], // (t - 5m, t] is open on the left
    ["11s", "5m10s", 1],
    ["1ms", "10s", 1],
    ["10s1ms", "10s", 0], // still in the open bucket
    ["10s1ms", "20s", 1],
  ])("a point at %s, read at %s, counts %i", (at, tick, count) => {
    const engine = engineOf({ window: "5m", alerts: policyOf() });
    const timeMs = START + ms(at);
    engine.book(S0, timeMs, timeMs, 1, 1);
    engine.tick(START + ms(tick));
    expect(engine.read(S0).total).toBe(count);
  });

  test("every window holds what happened in it, as time goes by", () => {
    const engine = engineOf();
    for (let i = 1; i <= 360 * 80; i++) {
      engine.book(S0, START + i * 10_000, START + i * 10_000, 9, 10);
      engine.tick(START + i * 10_000);
    }
    expect(totals(engine.read(S0))).toEqual({
      [300]: 300,
      [1800]: 1800,
      [3600]: 3600,
      [7200]: 7200,
      [6 * 3600]: 6 * 3600,
      [24 * 3600]: 24 * 3600,
      [72 * 3600]: 72 * 3600,
      [720 * 3600]: 80 * 3600,
    });
    expect(engine.read(S0)).toMatchObject({ sli: 0.9, bad: 28_800, budgetRemaining: -99 });
  });

  test("a reading says how far its edge reaches now", () => {
    const engine = engineOf();
    engine.tick(START + ms("3m20s"));
    const edges = engine.read(S0).windows.map((each) => each.edgeMs / 1000);
    expect(edges).toEqual([0, 0, 20, 20, 200, 200, 200, 200]);
  });
});

describe("late points", () => {
  test.each([
    ["4m59s", [1, 1, 1, 1]],
    ["5m", [0, 1, 1, 1]],
    ["29m", [0, 1, 1, 1]],
    ["30m", [0, 0, 1, 1]],
    ["59m", [0, 0, 1, 1]],
    ["1h", [0, 0, 0, 1]],
    ["29d", [0, 0, 0, 1]],
    ["30d30m", [0, 0, 0, 0]],
  ])("a point %s late changes every window that covers it, at once", (lateness, expected) => {
    const engine = engineOf({ alerts: policyOf("1h", "5m", "1h", "30m") });
    const timeMs = START - ms(lateness);
    engine.book(S0, timeMs, timeMs, 0, 1);
    expect(engine.read(S0).windows.map((each) => each.total)).toEqual(expected);
    expect(engine.counters).toMatchObject({ late: 1, tooOld: 0 });
  });

  test("it leaves the windows when its time comes, as if it had not been late", () => {
    const engine = engineOf({ window: "30m", alerts: policyOf("10m", "5m") });
    engine.book(S0, START - 240_000, START - 240_000, 1, 1);
    engine.tick(START + 50_000);
    expect(totals(engine.read(S0))).toEqual({ 300: 1, 600: 1, 1800: 1 });
    engine.tick(START + 60_000);
    expect(totals(engine.read(S0))).toEqual({ 300: 0, 600: 1, 1800: 1 });
    engine.tick(START + ms("26m"));
    expect(totals(engine.read(S0))).toEqual({ 300: 0, 600: 0, 1800: 0 });
  });

  test("older than the longest ring: not booked, but counted", () => {
    const engine = engineOf({ window: "30d" });
    const timeMs = START - ms("31d");
    engine.book(S0, timeMs, timeMs, 1, 1);
    expect(engine.counters.tooOld).toBe(1);
    expect(engine.read(S0)).toMatchObject({ total: 0, newestPointMs: timeMs });
  });
});

describe("the grid and the clock", () => {
  test("numbers are as of the last bucket that ended, wherever in the bucket a tick falls", () => {
    const engine = engineOf();
    engine.tick(START + 19_999);
    expect(engine.tickedAtMs).toBe(START + 10_000);
    engine.tick(START + 5_000); // a clock that went back
    expect(engine.tickedAtMs).toBe(START + 10_000);
  });

  test("a point up to ten minutes ahead waits for its tick", () => {
    const engine = engineOf();
    const timeMs = START + ms("10m");
    engine.book(S0, timeMs, timeMs, 1, 1);
    engine.tick(timeMs - 10_000);
    expect(engine.read(S0).total).toBe(0);
    engine.tick(timeMs);
    expect(engine.read(S0).total).toBe(1);
  });

  test("a point beyond that means that ticks are late: the rings move, and nothing is lost", () => {
    const engine = engineOf();
    engine.book(S0, START + 1, START + 1, 1, 1);
    const timeMs = START + ms("3h");
    engine.book(S0, timeMs, timeMs, 1, 1);
    expect(engine.tickedAtMs).toBeLessThanOrEqual(timeMs - ms("10m"));
    engine.tick(timeMs);
    expect(engine.read(S0).total).toBe(2);
  });

  test("a gap of days is caught up with in milliseconds, sums right", () => {
    const engine = engineOf();
    engine.book(S0, START - 1, START - 1, 1, 2);
    engine.book(S0, START + 1, START + 1, 3, 4);
    engine.tick(START + ms("2d"));
    expect(engine.read(S0).windows.map((each) => each.total)).toEqual([0, 0, 0, 0, 0, 0, 6, 6]);
    engine.tick(START + ms("29d"));
    expect(engine.read(S0).good).toBe(4);
    engine.tick(START + ms("40d"));
    expect(engine.read(S0)).toMatchObject({ total: 0, sli: undefined, budgetRemaining: undefined });
  });
});
