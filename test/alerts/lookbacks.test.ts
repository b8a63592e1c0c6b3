/** Tiers of one lookback and of several: what burns is decided over each, in the scan as by hand. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scanShard } from "../../src/alerts/burn-scan.ts";
import { planOf } from "../../src/alerts/policy-plan.ts";
import { burnExceeds, lookbacksOf, millis, type Tier } from "../../src/slo/index.ts";
import { FakeEngine, HOUR, MINUTE, policyOf, sloOf, tierOf } from "./fake-engine.ts";

const lookbacks = (...minutes: readonly number[]): Tier => {
  const spans = minutes.map((each) => millis(each * MINUTE));
  return tierOf({
    longMs: spans[0],
    ...(spans.length > 2 ? { betweenMs: spans.slice(1, -1) } : {}),
    shortMs: spans.at(-1),
  });
};

describe("names", () => {
  it("say every lookback once, the longest first", () => {
    const tiers = [lookbacks(60), lookbacks(60, 5), lookbacks(360, 60, 30, 5), lookbacks(60)];
    const { page } = planOf(policyOf(...tiers));
    expect(page.map(({ name }) => name)).toEqual(["1h", "1h/5m", "6h/1h/30m/5m", "1h#2"]);
    expect(lookbacksOf(tiers[0]!)).toEqual([HOUR]);
  });
});

describe("the scan", () => {
  const minutes = fc.constantFrom([60], [60, 5], [60, 30, 5], [60, 30, 10, 5]);
  const counts = fc.record({
    ago: fc.integer({ min: 0, max: 70 }),
    bad: fc.integer({ min: 0, max: 40 }),
    good: fc.integer({ min: 0, max: 1_000 }),
    straddle: fc.integer({ min: 0, max: 5 }),
  });

  it("sets a tier's bit exactly where every lookback burns, straddling events counted as good", () => {
    let burning = 0;
    fc.assert(
      fc.property(minutes, fc.array(counts, { maxLength: 20 }), (spans, booked) => {
        const tier = lookbacks(...spans);
        const engine = new FakeEngine();
        engine.place(0, sloOf({ alerts: policyOf(tier) }));
        engine.now = 100 * MINUTE;
        for (const { ago, bad, good, straddle } of booked)
          engine.book(0, engine.now - ago * MINUTE, good, good + bad + straddle, straddle);
        const masks = new Uint32Array(2);
        scanShard(engine.shards[0]!, masks);
        const burns = spans.every((span) => {
          const within = booked.filter(({ ago }) => ago < span);
          const sum = (of: (each: (typeof booked)[number]) => number) =>
            within.reduce((total, each) => total + of(each), 0);
          const bad = sum((each) => each.bad);
          const total = sum(({ bad: b, good, straddle }) => b + good + straddle);
          return bad > 0 && burnExceeds(bad, total, tier.factorMilli, 1_000_000);
        });
        burning += Number(burns);
        expect(masks[1]).toBe(burns ? 1 : 0);
      }),
    );
    expect(burning).toBeGreaterThan(0);
  });
});
