/** What a policy will do, against the table of research/math.md section 3.1 and against the evaluator itself. */
import { describe, expect, test } from "vitest";
import { foreseeOutage, type OutageForesight } from "../../src/alerts/index.ts";
import { millis, parseObjective, type Tier } from "../../src/slo/index.ts";
import { DAY, HOUR, MINUTE, tierOf } from "./fake-engine.ts";

const OBJECTIVE = parseObjective("99.9%")!;
const WINDOW = 30 * DAY;
const tiers = {
  "1h/5m": tierOf({ factorMilli: 14_400, longMs: HOUR, shortMs: 5 * MINUTE }),
  "6h/30m": tierOf({ factorMilli: 6000, longMs: 6 * HOUR, shortMs: 30 * MINUTE }),
  "1d/2h": tierOf({ factorMilli: 3000, longMs: DAY, shortMs: 2 * HOUR }),
  "3d/6h": tierOf({ factorMilli: 1000, longMs: 3 * DAY, shortMs: 6 * HOUR }),
} as const;
const NO_GATE = { significance: 1 };

const foresee = (tier: Tier, errorRatio: number, eventsPerSecond?: number): OutageForesight =>
  foreseeOutage(tier, { objective: OBJECTIVE, windowMs: WINDOW, errorRatio, eventsPerSecond });

describe("without the gate, as the workbook's table", () => {
  test.each([
    ["1h/5m", 1, 51.8, 4.93, 0.02],
    ["1h/5m", 0.15, 345.6, 4.52, 0.02],
    ["1h/5m", 0.02, 2592, 1.4, 0.02],
    ["6h/30m", 1, 129.6, 29.82, 0.05],
    ["6h/30m", 0.01, 12_960, 12, 0.05],
    ["1d/2h", 0.1, 2592, 116.4, 0.1],
    ["3d/6h", 0.002, 129_600, 180, 0.1],
  ] as const)("%s at %d", (name, ratio, seconds, resetMinutes, spent) => {
    const outage = foresee({ ...tiers[name], ...NO_GATE }, ratio);
    if (outage.kind !== "fires") throw new Error("never");
    expect(outage.afterMs / 1000).toBeCloseTo(seconds, 0);
    expect(outage.resolvedAfterMs / MINUTE).toBeCloseTo(resetMinutes, 1);
    expect(outage.budgetSpent).toBeCloseTo(spent, 10);
  });

  test.each([
    ["1h/5m", 0.01],
    ["1h/5m", 0.0144], // a burn of exactly the factor does not alert
    ["3d/6h", 0.001],
  ] as const)("%s never at %d", (name, ratio) => {
    expect(foresee(tiers[name], ratio)).toEqual({ kind: "never", why: "burn" });
  });
});

test("`for` and `keepFiringFor` are added, and what burns meanwhile is spent", () => {
  const held = { forMs: millis(2 * MINUTE), keepFiringForMs: millis(5 * MINUTE) };
  const outage = foresee({ ...tiers["1h/5m"], ...NO_GATE, ...held }, 1);
  expect(outage).toMatchObject({ kind: "fires", afterMs: 51_840 + 120_000 });
  if (outage.kind !== "fires") return;
  expect(outage.budgetSpent).toBeCloseTo((51_840 + 120_000) / (0.001 * WINDOW), 12);
  expect(outage.resolvedAfterMs).toBeCloseTo(5 * MINUTE * (1 - 0.0144) + 5 * MINUTE, 6);
});

describe("low traffic", () => {
  test("changes nothing from some 300 events in the lookback on", () => {
    const gated = { ...tiers["1h/5m"], significance: 1e-4 };
    expect(foresee(gated, 1, 10)).toEqual(foresee(gated, 1));
  });

  test("makes the gate wait for evidence: 10 events an hour, 3 errors", () => {
    // 10 an hour at exactly one budget are 0.01 bad: P(X >= 2) is 5e-5
    const gated = { ...tiers["1h/5m"], significance: 1e-4 };
    const outage = foresee(gated, 1, 10 / 3600);
    expect(outage).toMatchObject({ kind: "fires" });
    if (outage.kind === "fires") expect(outage.afterMs).toBeCloseTo(2 * 360_000, 3);
  });

  test("can be too low for a tier to fire at all", () => {
    const many = { ...tiers["1h/5m"], minBadEvents: 20 };
    expect(foresee(many, 1, 10 / 3600)).toEqual({ kind: "never", why: "traffic" });
    expect(foresee(many, 1, 20 / 3600)).toMatchObject({ kind: "fires", afterMs: HOUR });
  });
});
