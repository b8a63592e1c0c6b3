import { describe, expect, test } from "vitest";
import { Engine } from "../../src/engine/index.ts";
import { quantised, sharedUpTo } from "../../src/engine/spread.ts";
import { streamIndex } from "../../src/slo/index.ts";
import { ms, policyOf, sloOf } from "./fixtures.ts";

const START = 1_700_000_000_000 - (1_700_000_000_000 % ms("1h"));
const S0 = streamIndex(0);

function engineOf(window = "30d"): Engine {
  const engine = new Engine({ bucketMs: 10_000, startMs: START });
  engine.setRules([sloOf({ window, alerts: policyOf("1h", "5m") })], START);
  return engine;
}

describe("an amount shared out over buckets", () => {
  test.each([
    [360, 6, [60, 60, 60, 60, 60, 60]],
    [7, 3, [2, 2, 3]],
    [-7, 3, [-2, -2, -3]],
    [2, 4, [0, 1, 0, 1]],
    [0, 2, [0, 0]],
    [2.5, 2, [1, 1.5]],
    [9e15, 4, [2.25e15, 2.25e15, 2.25e15, 2.25e15]],
  ])("%d over %i: %j", (amount, n, expected) => {
    const parts = expected.map((_, k) => sharedUpTo(amount, k + 1, n) - sharedUpTo(amount, k, n));
    expect(parts).toEqual(expected);
  });

  test.each([
    [1, 1],
    [0.5, 0.5],
    [0.1, 104_858 / 2 ** 20],
    [-0.1, -104_858 / 2 ** 20],
  ])("%d counts as %d", (amount, expected) => {
    expect(quantised(amount)).toBe(expected);
  });
});

describe("long increments", () => {
  test("two minutes are booked at their point, more are spread over their buckets", () => {
    const [short, long] = [engineOf(), engineOf()];
    short.book(S0, START - 120_000, START, 0, 12);
    long.book(S0, START - 130_000, START, 0, 13);
    short.tick(START + ms("4m50s")); // of the 5m window, 10 s before the start are left
    long.tick(START + ms("4m50s"));
    expect(short.read(S0).windows[0]!.total).toBe(12);
    expect(long.read(S0).windows[0]!.total).toBe(1);
    expect(long.read(S0)).toMatchObject({ total: 13 });
    expect([short, long].map((engine) => engine.counters.spread)).toEqual([0, 1]);
  });

  test("good and bad are spread apart, so their ratio does not swing", () => {
    const engine = engineOf();
    engine.book(S0, START - ms("1h"), START, 3240, 3600); // 9 good and 1 bad per bucket
    expect(engine.read(S0).windows.map(({ good, total }) => [good, total])).toEqual([
      [270, 300],
      [3240, 3600],
      [3240, 3600],
    ]);
  });

  test("a separate bad counter cancels its total bucket by bucket", () => {
    const engine = engineOf();
    engine.book(S0, START - ms("10m"), START, 100, 100); // the total's increment
    engine.book(S0, START - ms("10m"), START, -100, 0); // all of them were bad
    for (const { good } of engine.read(S0).windows) expect(good).toBe(0);
  });

  test("what is older than every ring is left out, and counted", () => {
    const engine = engineOf("1d");
    engine.book(S0, START - ms("10d"), START, 0, 8640 * 10);
    expect(engine.counters.tooOld).toBe(1);
    expect(engine.read(S0).total).toBe(8640);
  });

  test("an interval of fifty years costs no more than the buckets that are held", () => {
    const engine = engineOf();
    const startedAt = performance.now();
    for (let i = 0; i < 100; i++) engine.book(S0, 0, START, 1e9, 1e9);
    expect(performance.now() - startedAt).toBeLessThan(2000);
    expect(engine.read(S0).windows[0]!.total).toBeGreaterThan(0);
  });
});

describe("kinds of amounts", () => {
  test("beyond 32 bits a ring widens, and stays exact", () => {
    const engine = engineOf();
    for (let i = 0; i < 10; i++) engine.book(S0, START + 1, START + 1, 2 ** 31 - 1, 2 ** 40 + 1);
    engine.tick(START + 10_000);
    expect(engine.read(S0)).toMatchObject({ good: 10 * (2 ** 31 - 1), total: 10 * (2 ** 40 + 1) });
    expect(engine.counters.promoted).toBeGreaterThan(0);
  });

  test("fractions come and go without leaving a trace", () => {
    const engine = engineOf("1h");
    for (let i = 0; i < 1000; i++) {
      engine.book(S0, START + i * 10_000, START + i * 10_000, 0.1, 0.3);
      engine.tick(START + i * 10_000);
    }
    engine.tick(START + ms("10h"));
    expect(engine.read(S0)).toMatchObject({ good: 0, total: 0, sli: undefined });
  });

  test("zeros show only that data came", () => {
    const engine = engineOf();
    engine.book(S0, START, START + 5000, 0, 0);
    expect(engine.read(S0)).toMatchObject({ total: 0, newestPointMs: START + 5000 });
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])("%d is our own bug", (amount) => {
    expect(() => engineOf().book(S0, START, START, amount, amount)).toThrow("made of numbers");
  });

  test("lifetime counts go on when windows have moved on", () => {
    const engine = engineOf("1h");
    for (const day of [0, 1, 2]) {
      engine.book(S0, START + ms("1d") * day + 1, START + ms("1d") * day + 1, 1, 2);
      engine.tick(START + ms("1d") * day + 10_000);
    }
    expect([engine.shards[0]!.lifetimeGood![0], engine.shards[0]!.lifetimeTotal![0]]).toEqual([
      3, 6,
    ]);
  });
});

describe("a threshold inside a bucket", () => {
  test("keeps what straddles apart: an estimate and its bounds", () => {
    const engine = engineOf();
    engine.book(S0, START, START + 5, 80, 100); // 80 below the threshold
    engine.bookStraddle(S0, START, START + 5, 2.5, 10); // ten in the bucket, a quarter of it below
    engine.tick(START + 10_000);
    expect(engine.read(S0)).toMatchObject({
      good: 82.5,
      total: 100,
      bad: 17.5,
      goodBounds: [80, 90],
    });
    const { straddle, goodSums } = engine.shards[0]!;
    expect([goodSums[0]![0], straddle!.goodSums[0]![0], straddle!.totalSums[0]![0]]).toEqual([
      80, 2.5, 10,
    ]);
  });

  test("without one there are no bounds", () => {
    const engine = engineOf();
    engine.book(S0, START, START + 5, 80, 100);
    expect(engine.read(S0).goodBounds).toBeUndefined();
    expect(engine.shards[0]!.straddle).toBeUndefined();
  });
});

describe("exhaustion", () => {
  test("is computed at the burn over the fastest tier's long lookback", () => {
    const engine = engineOf(); // 99.9 %, 1h/5m
    engine.book(S0, START - ms("20d"), START - ms("20d"), 99_900, 99_900);
    engine.book(S0, START, START, 80, 100); // burn 200 over 1h; 20 of 100 bad events allowed
    const { budgetRemaining, exhaustionMs } = engine.read(S0);
    expect(budgetRemaining).toBeCloseTo(0.8, 12);
    expect(exhaustionMs).toBeCloseTo((0.8 * ms("30d")) / 200, 3);
  });
});
