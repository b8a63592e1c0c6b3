/** Golden vectors that concern alerts. */
import { expect, it } from "vitest";
import { AlertEvaluator, poissonTail } from "../../src/alerts/index.ts";
import { scanShard } from "../../src/alerts/burn-scan.ts";
import type { ShardView } from "../../src/engine/index.ts";
import { linksUnder } from "../../src/server/alert-links.ts";
import { millis, rollingWindow, WHOLE_PPB, type Tier } from "../../src/slo/index.ts";
import { FakeEngine, policyOf, sloOf, tierOf } from "../alerts/fake-engine.ts";
import { describeCorpora, expectNear, goldenCases, objectiveOf } from "./corpora.ts";

const budgetOf = (ratio: string) => objectiveOf(ratio)!.budgetPpb;

function shardOf(
  tier: Tier,
  budgetPpb: number,
  windowsMs: number[],
  sums: [bad: number, total: number][],
): ShardView {
  return {
    windows: windowsMs.map(rollingWindow),
    windowsMs,
    calendar: undefined,
    countedMs: 0,
    policy: policyOf(tier),
    slotCount: 1,
    streams: Int32Array.of(0),
    budgetPpb: Float64Array.of(budgetPpb),
    goodSums: sums.map(([bad, total]) => Float64Array.of(total - bad)),
    totalSums: sums.map(([, total]) => Float64Array.of(total)),
    straddle: undefined,
    newestPointMs: Float64Array.of(1),
  };
}

function burns(tier: Tier, budgetPpb: number, bad: number, total: number): boolean {
  const mask = new Uint32Array(1);
  scanShard(
    shardOf(
      tier,
      budgetPpb,
      [tier.longMs, tier.shortMs],
      [
        [bad, total],
        [bad, total],
      ],
    ),
    mask,
  );
  return mask[0] === 1;
}

/** The least number of bad events that burns. */
function badEventsNeeded(tier: Tier, budgetPpb: number, total: number): number | null {
  for (let bad = 0; bad <= total; bad++) if (burns(tier, budgetPpb, bad, total)) return bad;
  return null;
}

describeCorpora("golden vectors", () => {
  interface Burn {
    readonly bad: number;
    readonly total: number;
    readonly objective: string;
    readonly factor: string;
  }
  interface Needed {
    readonly badEventsNeeded: number | null;
  }
  const tierAt = (factor: string) => tierOf({ factorMilli: Math.round(Number(factor) * 1000) });

  it.each(goldenCases<Burn, { poissonTail: number }>("burnTest"))(
    "%s",
    (_, { bad, total, objective, factor }, { poissonTail: expected }, tolerance) => {
      const mean = (total * Number(factor) * budgetOf(objective)) / WHOLE_PPB;
      expectNear(poissonTail(bad, mean), expected, tolerance);
    },
  );

  it.each(
    goldenCases<{ total: number; objective: string; alpha: string }, Needed>("significanceGate"),
  )("%s", (_, { total, objective, alpha }, expected) => {
    // A factor of 1 so that the gate alone decides.
    const tier = tierOf({ factorMilli: 1000, significance: Number(alpha) });
    expect(badEventsNeeded(tier, budgetOf(objective), total)).toBe(expected.badEventsNeeded);
  });

  it.each(
    goldenCases<{ total: number; objective: string; factor: string }, Needed>("minErrorsToFire"),
  )("%s", (_, { total, objective, factor }, expected) => {
    const needed = badEventsNeeded(tierAt(factor), budgetOf(objective), total);
    expect(needed).toBe(expected.badEventsNeeded);
  });

  it.each(goldenCases<Burn, { above: boolean }>("burnCompare"))(
    "%s",
    (_, { bad, total, objective, factor }, { above }) => {
      expect(burns(tierAt(factor), budgetOf(objective), bad, total)).toBe(above);
    },
  );
});

interface Incident {
  readonly objective: string;
  readonly factor: string;
  readonly longSeconds: number;
  readonly shortSeconds: number;
  readonly forSeconds: number;
  readonly errorRatio: string;
  readonly background: string;
  readonly tickSeconds: number | null;
  readonly outageSeconds?: number;
  readonly trafficRatioDuringIncident?: string;
}

interface Course {
  readonly fires: boolean;
  readonly firesAtSeconds: number | null;
  readonly firstTickFiring: number | null;
  readonly resetAfterEndSeconds: number | null;
}

/** Events per second; with it every sum of the vectors is an integer. */
const TRAFFIC = 1_000_000;

/** Sums over (now - window, now] of an incident over (0, end], in closed form. */
function sumsAt(now: number, window: number, end: number, incident: Incident): [number, number] {
  const inside = Math.max(0, Math.min(now, end) - Math.max(now - window, 0));
  const outside = window - inside;
  const during = TRAFFIC * Number(incident.trafficRatioDuringIncident ?? 1);
  const bad =
    inside * during * Number(incident.errorRatio) + outside * TRAFFIC * Number(incident.background);
  return [Math.round(bad), Math.round(inside * during + outside * TRAFFIC)];
}

/** Plays the incident through the evaluator; seconds from its begin to firing and from its end to resolution. */
function play(incident: Incident, end: number, tick: number, until: number) {
  const { longSeconds, shortSeconds, forSeconds } = incident;
  const tier = tierOf({
    factorMilli: Math.round(Number(incident.factor) * 1000),
    longMs: millis(longSeconds * 1000),
    shortMs: millis(shortSeconds * 1000),
    forMs: millis(forSeconds * 1000),
  });
  const engine = new FakeEngine();
  engine.place(0, sloOf({ alerts: policyOf(tier) }));
  const alerts = new AlertEvaluator(
    {
      slos: [],
      stream: (index) => engine.stream(index),
      read: () => undefined,
      streamsOf: (sloId) => engine.streamsOf(sloId),
    },
    { links: linksUnder("http://slowburn:4319") },
  );
  const windows = [...new Set([shortSeconds, longSeconds])];
  let [fired, reset]: (number | undefined)[] = [];
  for (let now = tick; now <= until && reset === undefined; now += tick) {
    const sums = windows.map((window) => sumsAt(now, window, end, incident));
    const shard = shardOf(
      tier,
      budgetOf(incident.objective),
      windows.map((s) => s * 1000),
      sums,
    );
    for (const { kind } of alerts.evaluate([shard], now * 1000)) {
      if (kind === "firing") fired = now;
      if (kind === "resolved") reset = now - end;
    }
  }
  return { fired, reset };
}

describeCorpora("detection and reset of every tier", () => {
  it.each(goldenCases<Incident, Course>("mwmbr"))("%s", (_, input, expected) => {
    const tick = input.tickSeconds ?? 1;
    const firing = Math.max(input.shortSeconds, expected.firesAtSeconds ?? input.longSeconds);
    const end = input.outageSeconds ?? Math.ceil(firing / tick + 1) * tick;
    const course = play(input, end, tick, end + input.longSeconds);
    if (!expected.fires) return expect(course).toEqual({});
    const { forSeconds } = input;
    const crossing = (expected.firesAtSeconds ?? 0) - forSeconds;
    const first = (Math.floor(crossing / tick) + 1) * tick + forSeconds;
    if (expected.firstTickFiring !== null) expect(first).toBe(expected.firstTickFiring);
    expect(course.fired).toBe(first);
    if (expected.resetAfterEndSeconds !== null)
      expect(course.reset).toBe(Math.ceil(expected.resetAfterEndSeconds / tick - 1e-9) * tick);
    return undefined;
  });
});
