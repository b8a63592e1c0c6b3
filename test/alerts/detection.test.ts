/** Detection and reset times against the closed forms of research/math.md section 3.1. */
import { describe, expect, it } from "vitest";
import { AlertEvaluator } from "../../src/alerts/index.ts";
import { linksUnder } from "../../src/server/alert-links.ts";
import { millis } from "../../src/slo/index.ts";
import { FakeEngine, HOUR, MINUTE, policyOf, sloOf, tierOf } from "./fake-engine.ts";

const TICK = 10_000;

/** Seconds from the incident's begin to firing, and from its end to resolution; steady traffic of 10,000 per tick. */
function incident(tier: ReturnType<typeof tierOf>, ratio: number, lengthMs: number) {
  const engine = new FakeEngine();
  engine.place(0, sloOf({ alerts: policyOf(tier) }));
  const alerts = new AlertEvaluator(engine, { links: linksUnder("http://slowburn:4319") });
  let [firedAfter, resetAfter]: (number | undefined)[] = [];
  for (let at = TICK; at <= tier.longMs; at += TICK) engine.book(0, at, 10_000, 10_000);
  const begin = tier.longMs;
  const last = begin + lengthMs + tier.longMs;
  for (let at = begin + TICK; at <= last && resetAfter === undefined; at += TICK) {
    const bad = at <= begin + lengthMs ? Math.round(10_000 * ratio) : 0;
    engine.book(0, at, 10_000 - bad, 10_000);
    engine.now = at;
    for (const transition of alerts.evaluate(engine.shards, at)) {
      if (transition.kind === "firing") firedAfter = (at - begin) / 1000;
      if (transition.kind === "resolved") resetAfter = (at - begin - lengthMs) / 1000;
    }
  }
  return { firedAfter, resetAfter };
}

/** The first tick strictly after a moment: the condition is strict. */
const tickAfter = (seconds: number) => (Math.floor(seconds / 10) + 1) * 10;
/** The first tick at or after: at equality the condition no longer holds. */
const tickAt = (seconds: number) => Math.ceil(seconds / 10) * 10;

describe("a step to error ratio e is seen after L x f x b / e and forgotten after S x (1 - f x b / e)", () => {
  const budget = 0.001;
  const tiers = [
    { factor: 14.4, longMs: HOUR, shortMs: 5 * MINUTE },
    { factor: 6, longMs: 6 * HOUR, shortMs: 30 * MINUTE },
  ];
  for (const { factor, longMs, shortMs } of tiers)
    for (const ratio of [1, 0.5, 0.15, 0.1, 0.05])
      it(`${factor}x, ${ratio * 100} %`, () => {
        const tier = tierOf({ factorMilli: factor * 1000, longMs, shortMs });
        const detection = ((longMs / 1000) * factor * budget) / ratio;
        const reset = (shortMs / 1000) * (1 - (factor * budget) / ratio);
        expect(incident(tier, ratio, longMs / 2)).toEqual({
          firedAfter: tickAfter(detection),
          resetAfter: tickAt(reset),
        });
      });

  it("1 % does not reach a factor of 14.4", () => {
    expect(incident(tierOf(), 0.01, 2 * HOUR)).toEqual({});
  });

  it("`for` adds to the crossing tick", () => {
    const tier = tierOf({ forMs: millis(2 * MINUTE) });
    expect(incident(tier, 1, HOUR).firedAfter).toBe(tickAfter(51.84) + 120);
  });
});
