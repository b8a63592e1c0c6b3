import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  budgetRemaining,
  burnExceeds,
  burnRate,
  errorRatio,
  exhaustionMs,
  sliRatio,
} from "../../src/slo/index.ts";

const THREE_NINES = 1_000_000; // budget in ppb

describe("ratios", () => {
  // good, total → SLI, error ratio, burn rate, budget remaining
  test.each([
    [999, 1000, 0.999, 0.001, 1, 0],
    [1000, 1000, 1, 0, 0, 1],
    [0, 10, 0, 1, 1000, -999],
    [990, 1000, 0.99, 0.01, 10, -9],
    [1001, 1000, 1, 0, 0, 1], // two metrics that skew
    [-1, 1000, 0, 1, 1000, -999],
  ])("%i of %i", (good, total, sli, error, burn, remaining) => {
    expect(sliRatio(good, total)).toBe(sli);
    expect(errorRatio(good, total)).toBe(error);
    expect(burnRate(good, total, THREE_NINES)).toBeCloseTo(burn, 12);
    expect(budgetRemaining(good, total, THREE_NINES)).toBeCloseTo(remaining, 12);
  });

  test("without events every number is absent, not 0 and not 1", () => {
    for (const of of [sliRatio, errorRatio]) expect(of(0, 0)).toBeUndefined();
    expect(burnRate(0, 0, THREE_NINES)).toBeUndefined();
    expect(budgetRemaining(0, 0, THREE_NINES)).toBeUndefined();
    expect(exhaustionMs(undefined, undefined, 1)).toBeUndefined();
  });

  test.each([
    [1, 1, 1000, 1000],
    [0.5, 10, 1000, 50],
    [0, 10, 1000, 0],
    [-1, 0, 1000, 0],
    [0.5, 0, 1000, undefined],
  ])("with %d left at burn %d, a window of %i lasts %s", (remaining, burn, windowMs, expected) => {
    expect(exhaustionMs(remaining, burn, windowMs)).toBe(expected);
  });
});

describe("burnExceeds decides as integers do", () => {
  test.each([
    [144, 10_000, 14_400, 1_000_000, false], // exactly at the threshold
    [145, 10_000, 14_400, 1_000_000, true],
    [5, 10_000, 1000, 500_000, false], // 99.95 %, burn exactly 1
    [1, 10_000, 1000, 100_000, false],
    [0, 0, 1000, 1_000_000, false],
  ])("%i bad of %i, factor %i/1000, budget %i ppb: %s", (bad, total, factor, budget, expected) => {
    expect(burnExceeds(bad, total, factor, budget)).toBe(expected);
  });

  test("for any integers, near-ties too", () => {
    const row = fc.record({
      total: fc.integer({ min: 1, max: 2 ** 45 }),
      budgetPpb: fc.integer({ min: 1, max: 1_000_000_000 }),
      factorMilli: fc.integer({ min: 1000, max: 50_000 }),
      off: fc.integer({ min: -2, max: 2 }),
    });
    fc.assert(
      fc.property(row, ({ total, budgetPpb, factorMilli, off }) => {
        const allowed = BigInt(factorMilli) * BigInt(budgetPpb) * BigInt(total);
        const bad = Math.max(0, Number(allowed / 1_000_000_000_000n) + off);
        const exact = BigInt(bad) * 1_000_000_000_000n > allowed;
        expect(burnExceeds(bad, total, factorMilli, budgetPpb)).toBe(exact);
      }),
      { numRuns: 2000 },
    );
  });
});
