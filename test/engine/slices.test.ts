/** SLOs that count slices of time; test/engine/slice-model.test.ts compares whole histories with a plain model. */
import { describe, expect, test } from "vitest";
import { Engine } from "../../src/engine/index.ts";
import { layoutOf } from "../../src/engine/ladder.ts";
import {
  calendarWindow,
  millis,
  ppb,
  sliceKindOf,
  streamIndex,
  windowsOf,
  type Budgeting,
  type NoData,
  type Slo,
} from "../../src/slo/index.ts";
import { ms, policyOf, seriesOf, sloOf } from "./fixtures.ts";

const S0 = streamIndex(0);
const START = 1_699_999_200_000; // a full hour
const MINUTE = 60_000;
const minutes = (targetPpb = 950_000_000, width = "1m"): Budgeting => ({
  kind: "timeslices",
  widthMs: millis(ms(width)),
  targetPpb: ppb(targetPpb),
});
const RATIOS: Budgeting = { kind: "ratioTimeslices", widthMs: millis(MINUTE) };

function slicedOf(more: Partial<Slo> = {}): Slo {
  return { ...sloOf({ alerts: policyOf("1h", "5m") }), budgeting: minutes(), ...more };
}
function engineOf(more: Partial<Slo> = {}): Engine {
  const engine = new Engine({ bucketMs: 10_000, startMs: START });
  engine.setRules([slicedOf(more)], START);
  return engine;
}
/** In the middle of the n-th minute. */
const within = (minute: number): number => START + minute * MINUTE - 30_000;
const atEnd = (minute: number): number => START + minute * MINUTE;
const book = (engine: Engine, minute: number, good: number, total: number) =>
  engine.book(S0, within(minute) - 1, within(minute), good, total);
/** [good, all] slices of the SLO window. */
const slicesOf = (engine: Engine): [number, number] => {
  const { good, total } = engine.read(S0);
  return [good, total];
};

describe("a slice", () => {
  test("counts one when it has ended: good when enough of its events are", () => {
    const engine = engineOf();
    book(engine, 1, 94, 100);
    book(engine, 2, 95, 100);
    engine.tick(atEnd(1) - 10_000);
    expect(slicesOf(engine)).toEqual([0, 0]);
    engine.tick(atEnd(1));
    expect(slicesOf(engine)).toEqual([0, 1]);
    engine.tick(atEnd(2));
    expect(engine.read(S0)).toMatchObject({ good: 1, total: 2, bad: 1, sli: 0.5 });
  });

  test("weighs the same whatever its traffic, in every lookback", () => {
    const engine = engineOf();
    for (let minute = 1; minute <= 10; minute++) {
      book(engine, minute, minute === 10 ? 0 : 1_000_000, minute === 10 ? 1 : 1_000_000);
      engine.tick(atEnd(minute));
    }
    expect(engine.read(S0).windows.map(({ good, total }) => [good, total])).toEqual([
      [4, 5],
      [9, 10],
      [9, 10],
    ]);
  });

  test("of ratios is as good as its events", () => {
    const engine = engineOf({ budgeting: RATIOS });
    book(engine, 1, 1, 4);
    book(engine, 2, 1_000_000, 1_000_000);
    engine.tick(atEnd(2));
    expect(slicesOf(engine)).toEqual([1.25, 2]);
    engine.tick(START + ms("40d"));
    expect(slicesOf(engine)).toEqual([0, 0]); // to the last bit
  });

  test("is judged again by a late point, and leaves as what it came to", () => {
    const engine = engineOf({ window: sloOf({ window: "1h" }).window, alerts: policyOf() });
    book(engine, 1, 95, 100);
    engine.tick(atEnd(30));
    expect(slicesOf(engine)).toEqual([1, 1]);
    book(engine, 1, 0, 1);
    expect(slicesOf(engine)).toEqual([0, 1]);
    book(engine, 1, 99, 99);
    expect(slicesOf(engine)).toEqual([1, 1]);
    engine.tick(atEnd(61));
    expect(slicesOf(engine)).toEqual([0, 0]);
  });

  test("takes its share of a long interval", () => {
    const engine = engineOf();
    engine.tick(atEnd(10));
    engine.book(S0, START, atEnd(10), 1000, 1000);
    expect(slicesOf(engine)).toEqual([10, 10]);
  });

  test("that is no longer held stays what it was", () => {
    const engine = engineOf();
    book(engine, 1, 1, 1);
    engine.tick(START + ms("3d"));
    book(engine, 1, 0, 100);
    expect(slicesOf(engine)).toEqual([0, 1]);
    engine.tick(START + ms("3d2m"));
    book(engine, 1, 100_000, 100_000);
    expect(slicesOf(engine)).toEqual([0, 1]);
    expect(engine.counters.tooOld).toBe(1);
  });

  test("with a threshold inside a bucket is judged by the estimate, and the SLO says so", () => {
    const engine = engineOf();
    engine.book(S0, within(1), within(1), 90, 100);
    engine.bookStraddle(S0, within(1), within(1), 4.5, 8);
    engine.tick(atEnd(1));
    expect(slicesOf(engine)).toEqual([0, 1]);
    engine.bookStraddle(S0, within(1), within(1), 0.5, 1);
    expect(slicesOf(engine)).toEqual([1, 1]);
    expect(engine.read(S0).goodBounds).toBeUndefined();
    expect(engine.notesOf("shop/availability")).toEqual([
      expect.stringContaining("judged by the estimate"),
    ]);
  });
});

describe("a slice without events", () => {
  /** Data in the third minute: bad. */
  const after = (noData: NoData, minute: number) => {
    const engine = engineOf({ noData });
    book(engine, 3, 0, 1);
    engine.tick(atEnd(minute));
    return slicesOf(engine);
  };
  test.each<[NoData, [number, number]]>([
    ["ignore", [0, 1]],
    ["bad", [0, 10]],
    ["good", [9, 10]],
    ["hold", [0, 8]], // of the first two nothing was known
  ])("is left out, bad, good or as the one before: %s", (noData, slices) => {
    expect(after(noData, 11)).toEqual(slices);
  });

  test("counts a minute after its end: what is under way is there by then", () => {
    expect(after("bad", 10)).toEqual([0, 9]);
    expect(after("bad", 11)).toEqual([0, 10]);
  });

  test("counts from the beginning of the stream on, of each group its own", () => {
    const slo = slicedOf({ noData: "bad", per: ["route"] });
    const engine = new Engine({ bucketMs: 10_000, startMs: START });
    engine.setRules([slo], START);
    const streamOf = (route: string) => engine.bind(seriesOf({ route })).targets[0]!.stream;
    const first = streamOf("/a");
    engine.tick(atEnd(5) + 10_000);
    const second = streamOf("/b");
    engine.tick(atEnd(10));
    expect([first, second].map((stream) => engine.read(stream).total)).toEqual([9, 3]);
  });

  test("that gets late data is judged by it, and so are those that were held to be like it", () => {
    const engine = engineOf({ noData: "hold" });
    book(engine, 1, 0, 1);
    book(engine, 8, 1, 1);
    engine.tick(atEnd(12));
    expect(slicesOf(engine)).toEqual([4, 11]); // seven as the first, four as the eighth
    book(engine, 3, 1, 1);
    expect(slicesOf(engine)).toEqual([9, 11]);
    book(engine, 3, 0, 1);
    expect(slicesOf(engine)).toEqual([4, 11]);
  });

  test.each(["bad", "good", "hold"] as const)(
    "counts through a gap of days as if each tick had come: %s",
    (noData) => {
      const [stepped, jumped] = [engineOf({ noData }), engineOf({ noData })];
      for (const engine of [stepped, jumped]) {
        book(engine, 1, 1, 2);
        engine.tick(atEnd(1));
      }
      const end = START + ms("50h");
      for (let at = atEnd(1); at <= end; at += 10_000) stepped.tick(at);
      jumped.tick(end);
      expect(jumped.read(S0)).toEqual({ ...stepped.read(S0), stream: jumped.read(S0).stream });
      expect(slicesOf(jumped)[1]).toBe(50 * 60 - 1);
      const lifetimes = [stepped, jumped].map(({ shards }) => [
        shards[0]!.lifetimeGood![0],
        shards[0]!.lifetimeTotal![0],
      ]);
      expect(lifetimes[0]).toEqual(lifetimes[1]);
      // Late data within the gap is judged as ever.
      for (const engine of [stepped, jumped]) book(engine, 2000, 0, 1);
      expect(slicesOf(jumped)).toEqual(slicesOf(stepped));
    },
  );
});

describe("edits of what makes a slice good", () => {
  test("judge what is held again, and keep the rest", () => {
    const engine = engineOf({ window: sloOf({ window: "7d" }).window });
    const run = (fromMinute: number, toMinute: number) => {
      for (let minute = fromMinute; minute <= toMinute; minute++) {
        book(engine, minute, 90, 100);
        engine.tick(atEnd(minute));
      }
    };
    run(1, 10);
    engine.tick(START + ms("3d5m"));
    expect(slicesOf(engine)).toEqual([0, 10]);
    const { kept, notes } = engine.setRules(
      [slicedOf({ window: sloOf({ window: "7d" }).window, budgeting: minutes(900_000_000) })],
      START + ms("3d5m"),
    );
    expect(kept).toEqual(["shop/availability"]);
    expect(notes).toEqual([
      "shop/availability: slices that ended over 3d ago stay what they came to",
    ]);
    expect(slicesOf(engine)).toEqual([5, 10]);
  });

  test("of noData count silence again", () => {
    const engine = engineOf({ noData: "bad" });
    engine.tick(atEnd(11));
    expect(slicesOf(engine)).toEqual([0, 10]);
    engine.setRules([slicedOf({ noData: "good" })], atEnd(11));
    expect(slicesOf(engine)).toEqual([10, 10]);
    engine.setRules([slicedOf({ noData: "hold" })], atEnd(11));
    expect(slicesOf(engine)).toEqual([0, 0]); // nothing to hold was ever seen
  });

  test.each<[string, Budgeting]>([
    ["the width", minutes(950_000_000, "5m")],
    ["the method", RATIOS],
    ["to events", { kind: "occurrences" }],
  ])("of %s start anew, and say so", (_, budgeting) => {
    const engine = engineOf();
    const { restarted, notes } = engine.setRules([slicedOf({ budgeting })], START);
    expect(restarted).toEqual(["shop/availability"]);
    expect(notes).toEqual(["shop/availability: its budgeting changed, so its counts start anew"]);
  });

  test("a longer window does not make slices known whose events were let go", () => {
    const engine = engineOf({ window: sloOf({ window: "1d" }).window });
    book(engine, 1, 99, 100);
    engine.tick(START + ms("30h"));
    engine.setRules([slicedOf()], START + ms("30h"));
    book(engine, 1, 0, 100); // judged by this alone the slice would be bad
    expect(engine.counters.tooOld).toBe(1);
  });
});

test("a calendar window expects as many slices as it has", () => {
  const window = calendarWindow("month", "UTC");
  const engine = engineOf({ window, noData: "bad" });
  engine.tick(START + ms("1h") + 30_000);
  const { calendar, total } = engine.read(S0);
  expect(total).toBe(59); // the last minute's silence is judged a minute later
  const elapsedMs = ms("1h");
  expect(calendar!.expectedTotal).toBe((59 * (calendar!.endMs - START)) / elapsedMs);
});

test("slices are held as long as the window, but never more than 4320 of them", () => {
  const heldOf = (width: string, window: string) => {
    const slo = slicedOf({ budgeting: minutes(1, width), window: sloOf({ window }).window });
    const { slices } = layoutOf(windowsOf(slo), 10_000, sliceKindOf(slo.budgeting));
    return (slices!.ring.pastCount * slices!.width) / 360; // hours
  };
  expect(heldOf("1m", "30d")).toBe(72);
  expect(heldOf("5m", "30d")).toBe(360);
  expect(heldOf("1h", "30d")).toBeGreaterThanOrEqual(720);
  expect(heldOf("10s", "30d")).toBe(12);
  expect(heldOf("1m", "1d")).toBeGreaterThanOrEqual(24);
});
