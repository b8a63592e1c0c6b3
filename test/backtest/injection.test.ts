/** A share of good events becomes bad: exactly, whatever the increments, and nothing else changes. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Injector, injectionAt, isMeant, parseInjection } from "../../src/backtest/injection.ts";
import { streamIndex } from "../../src/slo/index.ts";

const START = 1_000_000;
const STREAM = streamIndex(3);
const HOUR = 3_600_000;

const specOf = (text: string) => {
  const spec = parseInjection(text);
  if (spec === undefined) throw new Error(text);
  return spec;
};

type Booking = readonly [fromMs: number, timeMs: number, good: number, total: number];

/** What comes out of the injections for each booking, straddling ones apart. */
function injected(texts: readonly string[], bookings: readonly Booking[], isStraddle = false) {
  const out: Booking[] = [];
  const book = (_stream: number, ...booking: Booking) => void out.push(booking);
  const injections = texts.map((text) => injectionAt(specOf(text), START));
  const injector = new Injector({ book, bookStraddle: book }, injections, () => "checkout/latency");
  for (const booking of bookings)
    (isStraddle ? injector.bookStraddle : injector.book)(STREAM, ...booking);
  return out;
}
const goodOf = (bookings: readonly Booking[]) =>
  bookings.reduce((sum, [, , good]) => sum + good, 0);

describe("what is written", () => {
  test.each([
    ["2%@1h", { sharePpm: 20_000, afterMs: HOUR }],
    ["100%@0s/20m", { sharePpm: 1_000_000, afterMs: 0, lengthMs: 1_200_000 }],
    ["0.0001%@1d", { sharePpm: 1, afterMs: 24 * HOUR }],
    [
      "checkout/latency:2.5%@1h30m/90s",
      { scope: "checkout/latency", sharePpm: 25_000, afterMs: 1.5 * HOUR, lengthMs: 90_000 },
    ],
    ["checkout:5%@1h", { scope: "checkout", sharePpm: 50_000, afterMs: HOUR }],
  ])("%s", (text, spec) => {
    expect(parseInjection(text)).toEqual({ ...spec, text });
  });

  test.each([
    "",
    "2@1h",
    "2%",
    "0%@1h",
    "101%@1h",
    "-2%@1h",
    "2%@1 h",
    "2%@1h/",
    "2%@1h/0s",
    ":2%@1h",
    "0.00001%@1h",
    "2%@1x",
  ])("%j is refused", (text) => expect(parseInjection(text)).toBeUndefined());

  test("a scope is an SLO, a service, or all", () => {
    const meant = (text: string) =>
      ["checkout/latency", "checkout/availability", "checkouts/latency"].map((id) =>
        isMeant(specOf(text), id),
      );
    expect(meant("2%@1h")).toEqual([true, true, true]);
    expect(meant("checkout:2%@1h")).toEqual([true, true, false]);
    expect(meant("checkout/latency:2%@1h")).toEqual([true, false, false]);
  });
});

describe("what is booked", () => {
  const after = START + HOUR;

  test("after n good events floor(share x n) are bad, however they were cut; totals stay", () => {
    const increments = fc.array(fc.nat(5000), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), increments, (ppm, goods) => {
        const bookings = goods.map((good, index): Booking => [
          after + index,
          after + index + 1,
          good,
          good + 1,
        ]);
        const out = injected([`${ppm / 10_000}%@1h`], bookings);
        let [before, left] = [0, 0];
        for (const [index, [, , good, total]] of out.entries()) {
          before += goods[index]!;
          left += good;
          expect(Number.isInteger(good)).toBe(true);
          expect(total).toBe(goods[index]! + 1);
          expect(before - left).toBe(Math.floor((before * ppm) / 1_000_000));
        }
      }),
    );
  });

  test("only events of its time: an increment that lies within in part is taken in part", () => {
    const all: readonly Booking[] = [
      [after - 10_000, after, 1000, 1000],
      [after - 30_000, after + 10_000, 1000, 1000],
      [after, after + 10_000, 1000, 1000],
      [after + 50_000, after + 70_000, 1000, 1000],
      [after + 60_000, after + 70_000, 1000, 1000],
      [after + 60_000, after + 60_000, 1000, 1000], // a moment: the last one of it
      [after, after, 1000, 1000], // the moment before the first
    ];
    const out = injected(["40%@1h/1m"], all);
    expect(out.map(([, , good]) => good)).toEqual([1000, 900, 600, 800, 1000, 600, 1000]);
    expect(out.map(([from, time, , total]) => [from, time, total])).toEqual(
      all.map(([from, time, , total]) => [from, time, total]),
    );
  });

  test("bad events of a separate metric, which are taken off the good ones, shrink alike: what is left is a share of the difference", () => {
    const out = injected(
      ["50%@1h"],
      [
        [after, after + 1, 1000, 1000],
        [after, after + 1, -200, 0],
      ],
    );
    expect(goodOf(out)).toBe(400);
  });

  test("several act one after the other; of others nothing is taken", () => {
    const booking: Booking = [after, after + 1, 1000, 1000];
    expect(goodOf(injected(["50%@1h", "checkout:20%@0s", "search:100%@0s"], [booking]))).toBe(400);
    expect(goodOf(injected(["search:100%@0s"], [booking]))).toBe(1000);
  });

  test("fractions are taken as fractions", () => {
    expect(goodOf(injected(["10%@1h"], [[after, after + 1, 2.5, 2.5]]))).toBe(2.25);
  });

  test("events astride a threshold: fewer may be good, their integers stay integers", () => {
    const out = injected(["25%@1h"], Array<Booking>(10).fill([after, after + 1, 1.5, 3]), true);
    expect(out.reduce((sum, [, , , total]) => sum + total, 0)).toBe(30 - Math.floor(30 / 4));
    for (const [, , good, total] of out) {
      expect(Number.isInteger(total)).toBe(true);
      expect(good).toBeLessThanOrEqual(total);
    }
    expect(goodOf(out)).toBeCloseTo(15 * 0.75, 9);
  });
});
