/** Random histories of real events, exported and delivered as senders and networks do: good and total equal the truth. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { BindSeries, SeriesBinding } from "../../src/engine/index.ts";
import { streamIndex } from "../../src/slo/index.ts";
import { ms, SeriesHarness } from "./harness.ts";
import { arrivals } from "./exports.ts";
import {
  boundedHistory,
  countable,
  history,
  possiblyCounted,
  surelyCounted,
  THRESHOLDS,
  type Arrival,
  type RealEvent,
} from "./truth.ts";

/** Stream 0: `requests`, 5xx are bad. Streams 1 and 2: `duration`, at or below each threshold. */
const bind: BindSeries = ({ metric, attributes }): SeriesBinding => {
  if (metric.name === "requests") {
    const isBad = String(attributes.get("code")).startsWith("5");
    return {
      targets: [
        { stream: streamIndex(0), goodWeight: isBad ? 0 : 1, totalWeight: 1, threshold: -1 },
      ],
      thresholds: [],
    };
  }
  return {
    targets: THRESHOLDS.map((_, index) => ({
      stream: streamIndex(1 + index),
      goodWeight: 1,
      totalWeight: 1,
      threshold: index,
    })),
    thresholds: THRESHOLDS,
  };
};

/** [good, total] per stream. */
function truthOf(events: readonly RealEvent[]): number[][] {
  const requests = events.filter(({ isHistogram }) => !isHistogram);
  const durations = events.filter(({ isHistogram }) => isHistogram);
  return [
    [requests.filter(({ code }) => !code.startsWith("5")).length, requests.length],
    ...THRESHOLDS.map((threshold) => [
      durations.filter(({ value }) => value <= threshold).length,
      durations.length,
    ]),
  ];
}

function deliver(arrived: readonly Arrival[]): SeriesHarness {
  const harness = new SeriesHarness({ bind });
  for (const { bytes } of arrived) {
    expect(harness.send(bytes)).toMatchObject({ isMalformed: false, rejectedPoints: 0 });
  }
  return harness;
}

const bookedOf = (harness: SeriesHarness): number[][] =>
  [0, ...THRESHOLDS.map((_, index) => 1 + index)].map((stream) => {
    const { good, total, straddle } = harness.sums(stream);
    expect(straddle).toBe(0);
    return [good, total];
  });

test("good and total are those of the events, whatever was lost, repeated, reordered and split", () => {
  fc.assert(
    fc.property(history, (past) => {
      const arrived = arrivals(past);
      expect(bookedOf(deliver(arrived))).toEqual(truthOf(countable(past, arrived)));
    }),
    { numRuns: 300 },
  );
});

test("everything delivered a second time changes nothing", () => {
  fc.assert(
    fc.property(history, (past) => {
      const again = { ...past, deliveries: [{ arrivals: 2 as const, delays: [0, 1] as const }] };
      const arrived = arrivals(again);
      expect(bookedOf(deliver(arrived))).toEqual(truthOf(countable(again, arrived)));
    }),
    { numRuns: 100 },
  );
});

test("where some events cannot be known, all that are counted happened, and what is known is counted", () => {
  fc.assert(
    fc.property(boundedHistory, (past) => {
      const arrived = arrivals(past);
      const booked = bookedOf(deliver(arrived));
      const atLeast = truthOf(surelyCounted(past, arrived));
      const atMost = truthOf(possiblyCounted(past, arrived));
      booked.forEach(([good, total], stream) => {
        const [leastGood, leastTotal] = atLeast[stream]!;
        const [mostGood, mostTotal] = atMost[stream]!;
        expect([good! >= leastGood!, good! <= mostGood!], "good").toEqual([true, true]);
        const bad = total! - good!;
        expect([bad >= leastTotal! - leastGood!, bad <= mostTotal! - mostGood!], "bad").toEqual([
          true,
          true,
        ]);
      });
    }),
    { numRuns: 150 },
  );
});

test("no event is counted before it happened, and none is negative", () => {
  fc.assert(
    fc.property(boundedHistory, fc.nat(480), (past, second) => {
      const moment = ms(second);
      const arrived = arrivals(past);
      const { bookings } = deliver(arrived);
      const counted = bookings.filter(({ timeMs }) => timeMs <= moment);
      const events = possiblyCounted(past, arrived).filter(({ time }) => ms(time) <= moment);
      const [requests, durations] = truthOf(events);
      const sum = (stream: number): number =>
        counted.reduce((all, each) => all + (each.stream === stream ? each.total : 0), 0);
      expect(sum(0)).toBeLessThanOrEqual(requests![1]!);
      expect(sum(1)).toBeLessThanOrEqual(durations![1]!);
      expect(bookings.every(({ good, total }) => good >= 0 && good <= total)).toBe(true);
      expect(bookings.every(({ fromMs, timeMs }) => fromMs <= timeMs)).toBe(true);
    }),
    { numRuns: 100 },
  );
});
