/** Points to counts, against golden vectors: temporality, resets, histograms, what `increase` would miss. */
import { expect, test } from "vitest";
import { exponentialShape, NO_STRADDLE, ThresholdSet } from "../../src/series/cuts.ts";
import { Interner } from "../../src/series/interner.ts";
import type { MetricInput, TemporalityInput } from "../otlp/request-builder.ts";
import { bindLatency, ms, nanos, SeriesHarness } from "../series/harness.ts";
import { describeCorpora, goldenCases } from "./corpora.ts";

interface Points {
  readonly coveredSince?: number;
  readonly points: readonly {
    readonly start: number;
    readonly time: number;
    readonly value: number | "NaN";
  }[];
}
const sumOf = (
  temporality: TemporalityInput,
  { start, time, value }: Points["points"][number],
): MetricInput => ({
  name: "events",
  sum: {
    temporality,
    points: [{ start: start === 0 ? 0n : nanos(start), time: nanos(time), double: Number(value) }],
  },
});

interface Added {
  readonly increments: readonly number[];
  readonly total: number;
}
function expectAdded(
  temporality: TemporalityInput,
  { coveredSince = 0, points }: Points,
  { increments, total }: Added,
): void {
  const harness = new SeriesHarness({ usedSince: () => coveredSince });
  const booked = points.map((point) => {
    harness.send(sumOf(temporality, point));
    return harness.drain().reduce((sum, [, , , events]) => sum + events, 0);
  });
  expect(booked).toEqual(increments);
  expect(booked.reduce((sum, events) => sum + events, 0)).toBe(total);
}

describeCorpora("points", () => {
  test.each(goldenCases<Points, Added>("cumulative"))("%s", (_name, points, added) =>
    expectAdded("cumulative", points, added),
  );
  test.each(goldenCases<Points, Added>("delta"))("%s", (_name, points, added) =>
    expectAdded("delta", points, added),
  );
});

interface Good {
  readonly total: number;
  readonly goodLow: number;
  readonly goodHigh: number;
}

/** Counts of one delta point: lowest and highest possible good, the estimate, all. */
function goodOf(metric: MetricInput, thresholdSeconds: number): Good & { readonly good: number } {
  const harness = new SeriesHarness({ bind: bindLatency(thresholdSeconds) });
  expect(harness.send(metric)).toMatchObject({ takenPoints: 1, rejectedPoints: 0 });
  const { good, total, straddleGood, straddle } = harness.sums(1);
  return { total, goodLow: good, goodHigh: good + straddle, good: good + straddleGood };
}
const times = { start: nanos(1000), time: nanos(1060) };

describeCorpora("explicit histograms", () => {
  interface Explicit {
    readonly bounds: readonly string[];
    readonly counts: readonly number[];
    readonly threshold: string;
    readonly min: string | null;
    readonly max: string | null;
  }
  test.each(goldenCases<Explicit, Good & { readonly good: number }>("histogramExplicit"))(
    "%s",
    (_name, { bounds, counts, threshold, min, max }, expected) => {
      const point = {
        ...times,
        bounds: bounds.map(Number),
        counts,
        ...(min === null ? {} : { min: Number(min) }),
        ...(max === null ? {} : { max: Number(max) }),
      };
      const metric = {
        name: "d",
        unit: "s",
        histogram: { temporality: "delta", points: [point] },
      } as const;
      const { good, ...bounded } = goodOf(metric, Number(threshold));
      const { total, goodLow, goodHigh } = expected;
      expect(bounded).toEqual({ total, goodLow, goodHigh });
      // min and max prove all good or all bad here; they do not move an estimate within its bucket.
      if (min === null && max === null) expect(good).toBeCloseTo(expected.good, 9);
      else expect(good >= goodLow && good <= goodHigh).toBe(true);
    },
  );
});

describeCorpora("exponential histograms", () => {
  interface Exponential {
    readonly scale: number;
    readonly positiveOffset: number;
    readonly positiveCounts: readonly number[];
    readonly zeroCount: number;
    readonly zeroThreshold: string;
    readonly negativeTotal: number;
    readonly threshold: string;
  }
  test.each(goldenCases<Exponential, Good & { readonly goodLog: number }>("histogramExponential"))(
    "%s",
    (_name, input, { total, goodLow, goodHigh, goodLog }) => {
      const { scale, positiveOffset, positiveCounts, zeroCount, zeroThreshold, negativeTotal } =
        input;
      const point = {
        ...times,
        scale,
        zeroCount,
        zeroThreshold: Number(zeroThreshold),
        positive: { offset: positiveOffset, counts: positiveCounts },
        negative: { offset: 0, counts: [negativeTotal] },
      };
      const exponentialHistogram = { temporality: "delta", points: [point] } as const;
      const { good, ...bounded } = goodOf(
        { name: "d", unit: "s", exponentialHistogram },
        Number(input.threshold),
      );
      expect(bounded).toEqual({ total, goodLow, goodHigh });
      // Nothing is known of how values lie in the zero bucket: there the vectors take none, slowburn a share.
      const isInZeroBucket = Number(input.threshold) < Number(zeroThreshold);
      if (isInZeroBucket) expect(good >= goodLow && good <= goodHigh).toBe(true);
      else expect(good).toBeCloseTo(goodLog, 9);
    },
  );
});

describeCorpora("the bucket that holds a threshold", () => {
  interface Bucket {
    readonly index: number;
    readonly lower: number;
    readonly upper: number;
    readonly onUpperBound: boolean;
  }
  test.each(goldenCases<{ value: string; scale: number }, Bucket>("expIndex"))(
    "%s",
    (_name, { value, scale }, { index, lower, upper, onUpperBound }) => {
      const set = new ThresholdSet([Number(value)], new Interner(1));
      const [belowEnd, straddle, share] = set.cuts(exponentialShape(scale));
      // Bounds but powers of two are irrational, and what people write of them rounded: a last digit off is on it.
      const isOnLower = Math.abs(Number(value) / lower - 1) < 5e-16;
      if (onUpperBound || isOnLower) {
        expect([belowEnd, straddle]).toEqual([isOnLower ? index : index + 1, NO_STRADDLE]);
        return;
      }
      expect([belowEnd, straddle]).toEqual([index, index]);
      const place = Math.log2(Number(value) / lower) / Math.log2(upper / lower);
      expect(Math.abs(share! - place)).toBeLessThan(1e-9);
    },
  );

  interface Buckets {
    readonly offset: number;
    readonly counts: readonly number[];
  }
  test.each(goldenCases<Buckets & { readonly by: number }, Buckets>("expDownscale"))(
    "%s: a point at the lower scale adds nothing",
    (_name, { by, ...fine }, coarse) => {
      // Every bound of the coarse buckets, at scale 0, is a power of two, and one of the fine ones.
      const thresholds = coarse.counts.map((__, at) => 2 ** (coarse.offset + at + 1));
      const harness = new SeriesHarness({ bind: bindLatency(...thresholds) });
      const send = (time: number, scale: number, positive: Buckets) =>
        harness.send({
          name: "d",
          unit: "s",
          exponentialHistogram: {
            points: [{ start: nanos(1000), time: nanos(time), scale, positive }],
          },
        });
      const sums = () => thresholds.map((__, at) => harness.sums(1 + at));
      send(1060, by, fine);
      const before = sums();
      let events = 0;
      expect(before.map(({ good, straddle }) => [good, straddle])).toEqual(
        coarse.counts.map((count) => [(events += count), 0]),
      );
      send(1120, 0, coarse);
      expect(sums()).toEqual(before);
      expect(harness.counters.resets).toBe(0);
    },
  );
});

describeCorpora("what increase() misses or makes up", () => {
  interface Range {
    readonly samples: readonly (readonly [time: number, value: number])[];
    readonly rangeStart: number;
    readonly rangeEnd: number;
  }
  test.each(goldenCases<Range, { readonly eventsThatHappened: number }>("promIncrease"))(
    "%s",
    (_name, { samples, rangeStart, rangeEnd }, { eventsThatHappened }) => {
      // The counter began with its first sample's interval, as a client that sends start times says.
      const [[first]] = samples as [[number, number]];
      let start = first - 15;
      let last = 0;
      const harness = new SeriesHarness({ usedSince: () => -1000 });
      for (const [time, value] of samples) {
        if (value < last) start = time - 1;
        last = value;
        harness.send(sumOf("cumulative", { start, time, value }));
      }
      const inRange = harness.bookings.filter(
        ({ timeMs }) => timeMs > ms(rangeStart) && timeMs <= ms(rangeEnd),
      );
      expect(inRange.reduce((sum, { total }) => sum + total, 0)).toBe(eventsThatHappened);
    },
  );
});
