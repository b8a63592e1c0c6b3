/** Points to counts, against `../shared/corpora/golden/slo-math.json`: temporality, resets, histograms, what `increase` would miss. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { MetricInput, TemporalityInput } from "../otlp/request-builder.ts";
import { bindLatency, ms, nanos, SeriesHarness } from "../series/harness.ts";

interface Case {
  readonly name: string;
  readonly kind: string;
  // The file's own shapes, one per kind; each test below names the fields it reads.
  readonly input: Readonly<Record<string, never>>;
  readonly expected: Readonly<Record<string, never>>;
}
const file = JSON.parse(readFileSync("../shared/corpora/golden/slo-math.json", "utf8")) as {
  readonly cases: readonly Case[];
};

/** Cases of a kind as [name, input, expected]; the file must have that many. */
function cases<I, E>(kind: string, count: number): [string, I, E][] {
  const found = file.cases.filter((each) => each.kind === kind);
  if (found.length !== count) throw new Error(`${found.length} golden cases of kind ${kind}`);
  return found.map(({ name, input, expected }) => [name, input as I, expected as E]);
}

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

describe.each([
  ["cumulative", 15],
  ["delta", 4],
] as const)("%s points", (temporality, count) => {
  test.each(cases<Points, { increments: number[]; total: number }>(temporality, count))(
    "%s",
    (_name, { coveredSince = 0, points }, { increments, total }) => {
      const harness = new SeriesHarness({ usedSince: () => coveredSince });
      const booked = points.map((point) => {
        harness.send(sumOf(temporality, point));
        return harness.drain().reduce((sum, [, , , events]) => sum + events, 0);
      });
      expect(booked).toEqual(increments);
      expect(booked.reduce((sum, events) => sum + events, 0)).toBe(total);
    },
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

describe("explicit histograms", () => {
  interface Explicit {
    readonly bounds: readonly string[];
    readonly counts: readonly number[];
    readonly threshold: string;
    readonly min: string | null;
    readonly max: string | null;
  }
  test.each(cases<Explicit, Good & { readonly good: number }>("histogramExplicit", 12))(
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

describe("exponential histograms", () => {
  interface Exponential {
    readonly scale: number;
    readonly positiveOffset: number;
    readonly positiveCounts: readonly number[];
    readonly zeroCount: number;
    readonly zeroThreshold: string;
    readonly negativeTotal: number;
    readonly threshold: string;
  }
  test.each(cases<Exponential, Good & { readonly goodLog: number }>("histogramExponential", 9))(
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

describe("what increase() misses or makes up", () => {
  interface Range {
    readonly samples: readonly (readonly [time: number, value: number])[];
    readonly rangeStart: number;
    readonly rangeEnd: number;
  }
  test.each(cases<Range, { readonly eventsThatHappened: number }>("promIncrease", 9))(
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
