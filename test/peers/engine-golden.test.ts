/** The engine and the model's arithmetic against golden vectors (exact rationals, 60 digits). */
import { expect, test } from "vitest";
import { Engine, type StreamReading } from "../../src/engine/index.ts";
import { windowStart } from "../../src/engine/ladder.ts";
import { sharedUpTo } from "../../src/engine/spread.ts";
import {
  budgetProjected,
  budgetRatio,
  budgetRemaining,
  burnExceeds,
  burnRate,
  calendarSpan,
  calendarWindow,
  errorRatio,
  exhaustionMs,
  expectedTotal,
  instantOf,
  millis,
  parseObjective,
  parseWallTime,
  ppb,
  sliRatio,
  streamIndex,
  wallAfter,
  type Budgeting,
  type NoData,
} from "../../src/slo/index.ts";
import { exclusionOf, policyOf, sloOf } from "../engine/fixtures.ts";
import { describeCorpora, expectNear, goldenCases, objectiveOf } from "./corpora.ts";

const BUCKET_S = 10;
const START_S = 1_699_999_200; // a full hour
const S0 = streamIndex(0);

describeCorpora("arithmetic", () => {
  interface Sli {
    readonly ratio: number | null;
    readonly errorRatio: number | null;
    readonly burnRate: number | null;
    readonly budgetRemaining: number | null;
  }
  test.each(
    goldenCases<{ good: number; total: number; objective: string }, Sli>("sli").filter(
      ([, { objective }]) => objectiveOf(objective) !== undefined, // an objective of 100 % is refused
    ),
  )("%s", (_, { good, total, objective }, expected, tolerance) => {
    const { budgetPpb } = objectiveOf(objective)!;
    expectNear(sliRatio(good, total), expected.ratio, tolerance);
    expectNear(errorRatio(good, total), expected.errorRatio, tolerance);
    expectNear(burnRate(good, total, budgetPpb), expected.burnRate, tolerance);
    expectNear(budgetRemaining(good, total, budgetPpb), expected.budgetRemaining, tolerance);
  });

  test.each(
    goldenCases<{ objective?: string; objectivePercent?: string }, { value: number }>(
      "errorBudget",
    ).filter(([, { objective }]) => objective !== "1"), // 100 % is refused
  )("%s", (_, { objective, objectivePercent }, { value }) => {
    const parsed =
      objectivePercent === undefined
        ? objectiveOf(objective!)
        : parseObjective(`${objectivePercent}%`);
    expect(budgetRatio(parsed!)).toBe(value); // to the last bit
  });

  test.each(
    goldenCases<
      { bad: number; total: number; objective: string; factor: string },
      { above: boolean }
    >("burnCompare"),
  )("%s", (_, { bad, total, objective, factor }, { above }) => {
    const factorMilli = Math.round(Number(factor) * 1000);
    expect(burnExceeds(bad, total, factorMilli, objectiveOf(objective)!.budgetPpb)).toBe(above);
  });

  test.each(
    goldenCases<
      { windowSeconds: number; burnRate: string; remaining: string },
      { seconds: number | null }
    >("exhaustion"),
  )("%s", (_, input, { seconds }, tolerance) => {
    const ms = exhaustionMs(Number(input.remaining), Number(input.burnRate), input.windowSeconds);
    expectNear(ms, seconds, tolerance);
  });

  test.each(
    goldenCases<{ increase: number; buckets: number }, { perBucket: number[] }>("gapSpread"),
  )("%s", (_, { increase, buckets }, { perBucket }) => {
    const parts = Array.from(
      { length: buckets },
      (__, k) => sharedUpTo(increase, k + 1, buckets) - sharedUpTo(increase, k, buckets),
    );
    expect(parts).toEqual(perBucket);
  });
});

/** What an SLO's window says after these parts were counted, an hour apart. */
function readingOf(parts: readonly { good: number; total: number }[], objective: string) {
  const engine = new Engine({ bucketMs: BUCKET_S * 1000, startMs: START_S * 1000 });
  engine.setRules([{ ...sloOf(), objective: objectiveOf(objective)! }], START_S * 1000);
  parts.forEach(({ good, total }, hour) => {
    const ms = (START_S + hour * 3600) * 1000;
    engine.book(S0, ms - 1, ms, good, total);
    engine.tick(ms);
  });
  return engine.read(S0);
}

describeCorpora("a window is one ratio of sums, however its events are cut", () => {
  interface Sums {
    readonly errorRatio: number;
    readonly burnRate: number;
    readonly budgetRemaining: number;
  }
  test.each(
    goldenCases<{ parts: { total: number; bad: number }[]; objective: string }, Sums>(
      "ratioOfSums",
    ),
  )("%s", (_, { parts, objective }, expected, tolerance) => {
    const counts = parts.map(({ total, bad }) => ({ good: total - bad, total }));
    const { bad, total, budgetConsumed, budgetRemaining: remaining } = readingOf(counts, objective);
    expectNear(bad / total, expected.errorRatio, tolerance);
    expectNear(budgetConsumed, expected.burnRate, tolerance);
    expectNear(remaining, expected.budgetRemaining, tolerance);
  });

  interface Merged {
    readonly good: number;
    readonly total: number;
    readonly ratio: number;
    readonly burnRate: number;
  }
  test.each(
    goldenCases<{ partials: { good: number; total: number }[]; objective: string }, Merged>(
      "merge",
    ),
  )("%s", (_, { partials, objective }, expected, tolerance) => {
    const { good, total, sli, budgetConsumed } = readingOf(partials, objective);
    expect([good, total]).toEqual([expected.good, expected.total]);
    expectNear(sli, expected.ratio, tolerance);
    expectNear(budgetConsumed, expected.burnRate, tolerance);
  });
});

describeCorpora("a window's old edge reaches at most one bucket further", () => {
  interface Edge {
    readonly worstEdgeShare: number;
    readonly detectionErrorSecondsMax: number;
    readonly buckets: number;
  }
  test.each(goldenCases<{ windowSeconds: number; bucketSeconds: number }, Edge>("windowEdge"))(
    "%s",
    (_, { windowSeconds, bucketSeconds }, expected, tolerance) => {
      const [windowMs, widthMs] = [windowSeconds * 1000, bucketSeconds * 1000];
      const endMs = START_S * 1000; // a bucket's end
      expect(endMs / widthMs - windowStart(endMs - windowMs, widthMs)).toBe(expected.buckets);
      const reachMs = (at: number) => at - windowMs - windowStart(at - windowMs, widthMs) * widthMs;
      const phases = Array.from({ length: 1000 }, (__, i) => endMs + (i / 1000) * widthMs);
      const worstMs = Math.max(...phases.map(reachMs), reachMs(endMs + widthMs - 1));
      expect(worstMs + 1).toBe(expected.detectionErrorSecondsMax * 1000); // to the millisecond
      expectNear((worstMs + 1) / windowMs, expected.worstEdgeShare, tolerance);
    },
  );
});

describeCorpora("calendar windows", () => {
  interface Limits {
    readonly timeZone: string;
    readonly localStart: string;
    readonly localEnd: string;
  }
  interface Instants {
    readonly startUtc: string;
    readonly endUtc: string;
    readonly seconds: number;
  }
  const wallMs = (text: string) => Date.parse(`${text}Z`);
  const units = ["day", "week", "month", "quarter", "year"] as const;

  test.each(goldenCases<Limits, Instants>("calendarWindow"))("%s", (_, input, expected) => {
    const { timeZone, localStart, localEnd } = input;
    const startMs = Date.parse(expected.startUtc);
    const endMs = Date.parse(expected.endUtc);
    expect(instantOf(wallMs(localStart), timeZone)).toBe(startMs);
    expect(instantOf(wallMs(localEnd), timeZone)).toBe(endMs);
    const unit = units.find(
      (each) => wallAfter(parseWallTime(localStart)!, each, 1) === wallMs(localEnd),
    )!;
    const window = calendarWindow(unit, timeZone, { anchor: localStart });
    expect(calendarSpan(window, startMs + 1)).toEqual({ startMs, endMs });
    expect(calendarSpan(window, endMs)).toEqual({ startMs, endMs });
    expect((endMs - startMs) / 1000).toBe(expected.seconds);
    // As the engine counts them: one event at the end of each five minutes of the window, and one at either side.
    const engine = new Engine({ bucketMs: 10_000, startMs: startMs - 600_000 });
    engine.setRules([{ ...sloOf({ alerts: policyOf("1h", "5m") }), window }], startMs);
    for (let at = startMs; at <= endMs; at += 300_000) {
      engine.tick(at);
      engine.book(S0, at, at, 1, 1);
    }
    expect(engine.read(S0).total).toBe(expected.seconds / 300);
    engine.tick(endMs + 10_000);
    expect(engine.read(S0).total).toBe(0);
  });

  test.each(goldenCases<{ anchor: string; months: number }, { date: string }>("monthArithmetic"))(
    "%s",
    (_, { anchor, months }, { date }) => {
      const wall = wallAfter(parseWallTime(anchor)!, "month", months);
      expect(new Date(wall).toISOString().slice(0, 10)).toBe(date);
    },
  );

  interface Budget {
    readonly good: number;
    readonly total: number;
    readonly objective: string;
    readonly elapsedSeconds: number;
    readonly windowSeconds: number;
    readonly expectedTotal: number | null;
  }
  interface Remaining {
    readonly expectedTotal: number;
    readonly remainingSoFar: number | null;
    readonly remainingProjected: number;
  }
  test.each(goldenCases<Budget, Remaining>("calendarBudget"))(
    "%s",
    (_, input, expected, tolerance) => {
      const { good, total, elapsedSeconds, windowSeconds } = input;
      const { budgetPpb } = objectiveOf(input.objective)!;
      const span = { startMs: 0, endMs: windowSeconds };
      const all = input.expectedTotal ?? expectedTotal(total, span, elapsedSeconds);
      expectNear(all, expected.expectedTotal, tolerance);
      expectNear(budgetRemaining(good, total, budgetPpb), expected.remainingSoFar, tolerance);
      expectNear(
        budgetProjected(good, total, budgetPpb, all),
        expected.remainingProjected,
        tolerance,
      );
    },
  );
});

describeCorpora("slices", () => {
  interface Slices {
    readonly slices: readonly { readonly good: number; readonly total: number }[];
    readonly timeSliceTarget: string;
    readonly objective: string;
    readonly noData: NoData;
  }
  interface Judged {
    readonly slices: number;
    readonly goodSlices: number;
    readonly ratio: number | null;
    readonly ratioTimeslices: number | null;
    readonly budgetRemaining: number | null;
  }
  const START = 1_699_999_200_000;

  function read(input: Slices, budgeting: Budgeting): StreamReading {
    const objective = objectiveOf(input.objective)!;
    const slo = { ...sloOf(), objective, budgeting, noData: input.noData };
    const engine = new Engine({ bucketMs: 10_000, startMs: START });
    engine.setRules([slo], START);
    input.slices.forEach(({ good, total }, minute) => {
      const at = START + minute * 60_000 + 20_000;
      engine.book(S0, at - 1, at, good, total);
    });
    engine.tick(START + input.slices.length * 60_000); // all have ended
    return engine.read(S0);
  }

  test.each(goldenCases<Slices, Judged>("timeslices"))("%s", (_, input, expected, tolerance) => {
    const widthMs = millis(60_000);
    const targetPpb = ppb(Math.round(Number(input.timeSliceTarget) * 1e9));
    const counted = read(input, { kind: "timeslices", widthMs, targetPpb });
    expect(counted).toMatchObject({ good: expected.goodSlices, total: expected.slices });
    expectNear(counted.sli, expected.ratio, tolerance);
    expectNear(counted.budgetRemaining, expected.budgetRemaining, tolerance);
    const weighed = read(input, { kind: "ratioTimeslices", widthMs });
    expect(weighed.total).toBe(expected.slices);
    // Ratios are kept to 2^-30.
    if (expected.ratioTimeslices === null) expect(weighed.sli).toBeUndefined();
    else expect(weighed.sli).toBeCloseTo(expected.ratioTimeslices, 9);
  });
});

describeCorpora("composites", () => {
  interface Component {
    readonly name: string;
    readonly good: number;
    readonly total: number;
    readonly weight: string;
    readonly objective: string;
  }
  /** Beside these the vectors have pooled counts and the product, which slowburn has no rule for. */
  interface Together {
    readonly weightedRatio: number;
    readonly worstRatio: number;
    readonly componentsWithoutData: readonly string[];
  }
  const START = 1_699_999_200_000;

  test.each(goldenCases<{ components: readonly Component[] }, Together>("composite"))(
    "%s",
    (_, { components }, expected) => {
      const slos = components.map(({ name, objective }) => ({
        ...sloOf({ id: `shop/${name}` }),
        objective: objectiveOf(objective)!,
      }));
      const members = components.map(({ name, weight }) => ({
        sloId: `shop/${name}`,
        weight: Number(weight),
      }));
      const engine = new Engine({ bucketMs: 10_000, startMs: START });
      const composites = (["weighted", "worst"] as const).map((rule) =>
        sloOf({ id: `shop/${rule}`, indicator: { kind: "composite", rule, members } }),
      );
      engine.setRules([...slos, ...composites], START);
      for (const [index, { good, total }] of components.entries())
        engine.book(streamIndex(index), START, START + 10_000, good, total);
      engine.tick(START + 10_000);
      const read = (id: string) => engine.read(engine.streamsOf(id)[0]!.index);
      expect(read("shop/weighted").sli).toBeCloseTo(expected.weightedRatio, 9); // counts are kept to 2^-20
      expect(read("shop/worst").sli).toBe(expected.worstRatio);
      const silent = read("shop/worst").members!.filter(
        ({ windows }) => windows.at(-1)!.total === 0,
      );
      expect(silent.map(({ sloId }) => sloId.slice("shop/".length))).toEqual(
        expected.componentsWithoutData,
      );
    },
  );
});

interface Burn {
  readonly objective: string;
  readonly factor: string;
  readonly longSeconds: number;
  readonly shortSeconds: number;
  readonly errorRatio: string;
  readonly background: string;
  readonly outageSeconds?: number;
  readonly trafficRatioDuringIncident?: string;
}
interface Firing {
  readonly conditionAtSeconds: number | null;
  readonly resetAfterEndSeconds: number | null;
}

const EVENTS_PER_BUCKET = 1_000_000;

/** Constant traffic whose error ratio steps up at the start; when is the condition first true, and false again? */
class Incident {
  readonly #engine: Engine = new Engine({ bucketMs: BUCKET_S * 1000, startMs: START_S * 1000 });
  readonly #burn: Burn;
  #atS: number = START_S;

  constructor(burn: Burn) {
    this.#burn = burn;
    const lookbacks = policyOf(`${burn.longSeconds}s`, `${burn.shortSeconds}s`);
    const slo = sloOf({
      window: `${Math.max(burn.longSeconds * 2, 86_400 * 7)}s`,
      alerts: lookbacks,
    });
    this.#engine.setRules([{ ...slo, objective: objectiveOf(burn.objective)! }], START_S * 1000);
    const pastS = burn.longSeconds + 7200;
    const total = (pastS / BUCKET_S) * EVENTS_PER_BUCKET;
    const good = Math.round(total * (1 - Number(burn.background)));
    this.#engine.book(S0, millis((START_S - pastS) * 1000), millis(START_S * 1000), good, total);
  }

  /** Seconds since the start after one more bucket of traffic. */
  step(errors: number): number {
    this.#atS += BUCKET_S;
    const ms = this.#atS * 1000;
    const total = EVENTS_PER_BUCKET * Number(this.#burn.trafficRatioDuringIncident ?? 1);
    this.#engine.book(S0, ms - 1, ms, total - Math.round(total * errors), total);
    this.#engine.tick(ms);
    return this.#atS - START_S;
  }

  isBurning(): boolean {
    const { budgetPpb } = objectiveOf(this.#burn.objective)!;
    const { windows } = this.#engine.read(S0);
    return [this.#burn.longSeconds, this.#burn.shortSeconds].every((seconds) => {
      const { good, total } = windows.find((each) => each.windowMs === seconds * 1000)!;
      return burnExceeds(
        total - good,
        total,
        Math.round(Number(this.#burn.factor) * 1000),
        budgetPpb,
      );
    });
  }

  /** Widest old edge of a lookback. */
  edgeS(seconds: number): number {
    const width = seconds >= 216_000 ? 3600 : seconds >= 18_000 ? 300 : seconds >= 3600 ? 60 : 10;
    return width;
  }
}

describeCorpora("a burn is seen when the workbook says, at most one bucket later", () => {
  const steps = goldenCases<Burn, Firing>("mwmbr").filter(([, { factor }]) =>
    Number.isInteger(Math.round(Number(factor) * 1e6) / 1e3),
  );
  test.each(steps)("%s", (_, burn, { conditionAtSeconds, resetAfterEndSeconds }) => {
    const incident = new Incident(burn);
    const errors = Number(burn.errorRatio);
    const horizonS = burn.longSeconds + 7200;
    const edgeS = incident.edgeS(burn.longSeconds);
    let atS = 0;
    let firedS: number | undefined;
    while (firedS === undefined && atS < horizonS) {
      // An outage that ends within a bucket after its detection may be missed: only those too short are ended here.
      const isOver = conditionAtSeconds === null && atS >= (burn.outageSeconds ?? Infinity);
      atS = incident.step(isOver ? Number(burn.background) : errors);
      if (incident.isBurning()) firedS = atS;
    }
    if (conditionAtSeconds === null) {
      expect(firedS).toBeUndefined();
      return;
    }
    expect(firedS).toBeGreaterThan(conditionAtSeconds - 1e-9);
    expect(firedS).toBeLessThanOrEqual(conditionAtSeconds + edgeS + BUCKET_S);
    if (resetAfterEndSeconds === null || burn.outageSeconds !== undefined) return;
    while (atS < burn.longSeconds) atS = incident.step(errors); // then the short lookback decides
    const endS = atS;
    while (incident.isBurning()) atS = incident.step(Number(burn.background));
    const shortEdgeS = incident.edgeS(burn.shortSeconds);
    expect(atS - endS).toBeGreaterThan(resetAfterEndSeconds - 1e-9 - BUCKET_S);
    expect(atS - endS).toBeLessThanOrEqual(resetAfterEndSeconds + shortEdgeS + BUCKET_S);
  });
});

describeCorpora("exclusions", () => {
  interface Input {
    readonly bucketSeconds: number;
    readonly buckets: readonly { start: number; good: number; total: number }[];
    readonly exclude: readonly (readonly [number, number])[];
    readonly objective: string;
  }
  interface Expected {
    readonly good: number;
    readonly total: number;
    readonly ratio: number | null;
    readonly budgetRemaining: number | null;
  }
  test.each(goldenCases<Input, Expected>("exclusion"))(
    "%s",
    (_, { bucketSeconds, buckets, exclude, objective }, expected, tolerance) => {
      const bucketMs = bucketSeconds * 1000;
      const startMs = START_S * 1000;
      const engine = new Engine({ bucketMs, startMs });
      const slo = { ...sloOf({ window: "1d" }), objective: objectiveOf(objective)! };
      engine.setRules([slo], startMs);
      for (const { start, good, total } of buckets) {
        const timeMs = startMs + start * 1000 + 1;
        engine.tick(timeMs);
        engine.book(S0, timeMs, timeMs, good, total);
      }
      const endMs = startMs + (buckets.at(-1)!.start + bucketSeconds) * 1000;
      engine.tick(endMs);
      const before = engine.read(S0);
      const exclusions = exclude.map(([from, to]) =>
        exclusionOf(startMs + from * 1000, startMs + to * 1000),
      );
      engine.setRules([{ ...slo, exclusions }], endMs); // afterwards
      const { good, total, sli, budgetRemaining: remaining, excluded } = engine.read(S0);
      expect([good, total]).toEqual([expected.good, expected.total]);
      expectNear(sli, expected.ratio, tolerance);
      expectNear(remaining, expected.budgetRemaining, tolerance);
      if (total < before.total) expect(excluded?.total).toBe(before.total - total);
      engine.setRules([slo], endMs);
      expect(engine.read(S0)).toEqual({ ...before, stream: engine.stream(S0) });
    },
  );
});
