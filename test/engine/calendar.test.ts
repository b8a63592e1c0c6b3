/** Calendar windows in the engine; when they begin is test/slo/calendar.test.ts. */
import { describe, expect, test } from "vitest";
import { Engine } from "../../src/engine/index.ts";
import { calendarFactor, layoutOf } from "../../src/engine/ladder.ts";
import {
  calendarWindow,
  streamIndex,
  windowsOf,
  type CalendarUnit,
  type Slo,
} from "../../src/slo/index.ts";
import { ms, policyOf, sloOf } from "./fixtures.ts";

const S0 = streamIndex(0);
const HOUR = ms("1h");
const DAY = ms("1d");
const at = (text: string): number => Date.parse(text);
const MONTH = calendarWindow("month", "Europe/Berlin");
/** Midnight in Berlin. */
const MARCH = at("2026-02-28T23:00Z");
const APRIL = at("2026-03-31T22:00Z");

function engineOf(slo: Partial<Slo>, startMs: number): Engine {
  const engine = new Engine({ bucketMs: 10_000, startMs });
  engine.setRules([{ ...sloOf(), ...slo }], startMs);
  return engine;
}

/** One event each `everyMs` after `fromMs` until `toMs`, all good. */
function run(engine: Engine, fromMs: number, toMs: number, everyMs: number): void {
  for (let time = fromMs + everyMs; time <= toMs; time += everyMs) {
    engine.book(S0, time, time, 1, 1);
    engine.tick(time);
  }
}

describe("a calendar window", () => {
  test("counts from its beginning to the tick, and anew from the next one's", () => {
    const engine = engineOf({ window: MONTH }, MARCH - 2 * DAY);
    run(engine, MARCH - 2 * DAY, APRIL, HOUR);
    // The month with 23 hours on one day has ended and is whole; of the next nothing has happened.
    expect(engine.read(S0)).toMatchObject({
      total: 743,
      calendar: { startMs: MARCH, endMs: APRIL, elapsedMs: 743 * HOUR, remainingMs: 0 },
    });
    engine.tick(APRIL + 10_000);
    expect(engine.read(S0)).toMatchObject({
      total: 0,
      sli: undefined,
      budgetProjected: undefined,
      calendar: { startMs: APRIL, elapsedMs: 10_000, expectedTotal: undefined },
    });
  });

  test("books late points into the window that they happened in", () => {
    const engine = engineOf({ window: MONTH }, APRIL + HOUR);
    engine.book(S0, APRIL, APRIL, 0, 1); // at the stroke of midnight: of March
    engine.book(S0, APRIL + 1, APRIL + 1, 0, 1);
    expect(engine.read(S0)).toMatchObject({ total: 1, bad: 1 });
    expect(engine.counters).toMatchObject({ late: 2, tooOld: 0 });
  });

  test.each([
    ["Asia/Kathmandu", 90],
    ["Asia/Kolkata", 180],
    ["Australia/Lord_Howe", 180],
    ["Europe/Berlin", 360],
  ])("begins exactly in %s: it is read from rungs of %i buckets", (zone, factor) => {
    const window = calendarWindow("day", zone);
    expect(calendarFactor(window, 10_000)).toBe(factor);
    const engine = engineOf({ window, alerts: policyOf("1h", "5m") }, MARCH);
    for (let day = 1; day < 60; day++) {
      engine.tick(MARCH + day * DAY);
      const reading = engine.read(S0);
      const { startMs } = reading.calendar!;
      expect(reading.windows.at(-1)!.edgeMs).toBe(0);
      engine.book(S0, startMs, startMs, 1, 1);
      engine.book(S0, startMs + 1, startMs + 1, 1, 1);
      expect(engine.read(S0).total).toBe(1);
    }
  });

  test("of a year that begins at an odd minute reaches back up to a quarter of an hour, and says so", () => {
    const anchor = "2024-01-01T09:07:03";
    const engine = engineOf({ window: calendarWindow("year", "UTC", { anchor }) }, APRIL);
    expect(engine.read(S0).windows.at(-1)!.edgeMs).toBe(ms("7m3s"));
  });

  test("and a lookback of the same length are two windows", () => {
    const slo = { window: MONTH, alerts: policyOf("30d", "1h") };
    const engine = engineOf(slo, APRIL);
    engine.book(S0, APRIL - HOUR, APRIL - HOUR, 0, 1);
    engine.tick(APRIL + HOUR);
    engine.book(S0, APRIL + HOUR, APRIL + HOUR, 1, 1);
    const { windows, total } = engine.read(S0);
    expect(windows.map((each) => [each.windowMs / HOUR, each.total])).toEqual([
      [1, 1],
      [720, 2],
      [720, 1],
    ]);
    expect(total).toBe(1);
  });

  test("is marked partial by what lies in it, however short its lookbacks are", () => {
    const engine = engineOf({ window: MONTH, alerts: policyOf("1h", "5m") }, APRIL - 2 * DAY);
    engine.markPartial(APRIL - 2 * DAY, APRIL - 2 * DAY + HOUR, "a gap");
    engine.tick(APRIL);
    expect(engine.read(S0).integrity.kind).toBe("partial");
    engine.tick(APRIL + 10_000);
    expect(engine.read(S0).integrity.kind).toBe("complete");
  });
});

describe("the budget of a calendar window", () => {
  const slo = { window: MONTH, objective: sloOf({ objective: "99%" }).objective };
  const SINCE = MARCH - DAY;

  test("has two numbers, which are one at its end", () => {
    const engine = engineOf(slo, SINCE);
    engine.book(S0, MARCH + 1, MARCH + 1, 0, 74);
    engine.tick(MARCH + HOUR); // an hour of outage, of 743
    expect(engine.read(S0)).toMatchObject({ budgetRemaining: -99, budgetProjected: 1 - 100 / 743 });
    expect(engine.read(S0).calendar!.expectedTotal).toBe(74 * 743);
    for (let hour = 2; hour <= 743; hour++) {
      const time = MARCH + hour * HOUR;
      engine.book(S0, time, time, 74, 74);
      engine.tick(time);
    }
    const { budgetRemaining, budgetProjected } = engine.read(S0);
    expect(budgetProjected).toBeCloseTo(1 - 100 / 743, 12);
    expect(budgetRemaining).toBeCloseTo(budgetProjected!, 12);
  });

  test("is that of the rest of the window where a stream began within it", () => {
    const engine = engineOf(slo, APRIL - 10 * DAY);
    engine.book(S0, APRIL - 6 * DAY, APRIL - 6 * DAY, 995, 1000);
    engine.tick(APRIL - 5 * DAY);
    expect(engine.read(S0)).toMatchObject({ budgetRemaining: 0.5, budgetProjected: 0.75 });
    expect(engine.read(S0).calendar!.expectedTotal).toBe(2000);
  });

  test("is gone after remaining x window / burn, unless the window ends before", () => {
    const burning = (bad: number) => {
      const engine = engineOf(slo, SINCE);
      const time = MARCH + 10 * DAY;
      engine.book(S0, time - 2 * HOUR, time - 2 * HOUR, 9950, 10_000);
      engine.tick(time);
      engine.book(S0, time, time, 100 - bad, 100);
      return engine.read(S0);
    };
    const { exhaustionMs, budgetProjected } = burning(50); // a burn of 50 in the last hour
    expect(exhaustionMs).toBeCloseTo((budgetProjected! * 743 * HOUR) / 50, 3);
    expect(burning(1).exhaustionMs).toBeUndefined(); // what is left lasts for longer than the month
    expect(burning(0).exhaustionMs).toBeUndefined();
  });
});

describe("edits between rolling and calendar windows", () => {
  const rolling = { window: sloOf({ window: "30d" }).window };
  const START = APRIL - 15 * DAY;

  test("fill the month so far from what the rolling window holds", () => {
    const engine = engineOf(rolling, START - 20 * DAY);
    run(engine, START - 20 * DAY, START, HOUR);
    const change = engine.setRules([{ ...sloOf(), window: MONTH }], START);
    expect(change).toMatchObject({ kept: ["shop/availability"], notes: [] });
    expect(engine.read(S0)).toMatchObject({ total: (START - MARCH) / HOUR });
    run(engine, START, APRIL, HOUR);
    expect(engine.read(S0).total).toBe(743);
  });

  test("say when the window so far is longer than what was held", () => {
    const engine = engineOf({ window: sloOf({ window: "7d" }).window }, START);
    const { notes } = engine.setRules([{ ...sloOf(), window: MONTH }], START);
    expect(notes).toEqual([
      "shop/availability: the month so far is longer than what was held; it fills from now on",
    ]);
  });

  test("and back keep what the month holds, and say what it does not", () => {
    const engine = engineOf({ window: calendarWindow("week", "UTC") }, START);
    run(engine, START, START + 5 * DAY, HOUR);
    const { notes } = engine.setRules([{ ...sloOf(), ...rolling }], START + 5 * DAY);
    expect(engine.read(S0).total).toBe(5 * 24);
    expect(notes).toEqual([
      "shop/availability: the 30d lookback is longer than what was held; it fills from now on",
    ]);
  });

  test("of the zone alone move the window's beginning", () => {
    const engine = engineOf({ window: MONTH }, MARCH - 2 * DAY);
    run(engine, MARCH - 2 * DAY, MARCH + 5 * HOUR, HOUR);
    expect(engine.read(S0).total).toBe(5);
    engine.setRules(
      [{ ...sloOf(), window: calendarWindow("month", "Asia/Tokyo") }],
      MARCH + 5 * HOUR,
    );
    expect(engine.read(S0).total).toBe(13); // it began eight hours earlier there
  });
});

test("the ring of a calendar window holds its longest, and never more than 288 KB a stream", () => {
  const bytesOf = (unit: CalendarUnit, timeZone: string, anchor?: string) => {
    const window = calendarWindow(unit, timeZone, anchor === undefined ? {} : { anchor });
    const { rungs, rungOfWindow } = layoutOf(windowsOf({ ...sloOf(), window }), 10_000);
    return rungs[rungOfWindow.at(-1)!]!.bucketCount * 8;
  };
  expect(bytesOf("month", "Europe/Berlin")).toBe(6176);
  expect(bytesOf("year", "Europe/Berlin")).toBe(70_496);
  expect(bytesOf("month", "Asia/Kolkata")).toBe(12_336);
  expect(bytesOf("year", "Asia/Kathmandu")).toBe(281_936);
  expect(bytesOf("month", "UTC", "2024-01-01T09:05")).toBe(73_936);
  expect(bytesOf("year", "UTC", "2024-01-01T09:05")).toBe(281_936);
});
