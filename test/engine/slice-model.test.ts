/** Random histories of SLOs that count slices: every window equals the plain model, to the last bit, after every step. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { layoutOf } from "../../src/engine/ladder.ts";
import {
  millis,
  ppb,
  sliceKindOf,
  windowsOf,
  type Budgeting,
  type Exclusion,
  type NoData,
  type Slo,
} from "../../src/slo/index.ts";
import { exclusionOf, ms, policyOf, sloOf } from "./fixtures.ts";
import { BUCKET, CALENDARS, ROLLING, START, steps, Twins, type Step } from "./histories.ts";
import { SliceModel } from "./slice-model.ts";

const timeslices = (width: string, targetPpb: number): Budgeting => ({
  kind: "timeslices",
  widthMs: millis(ms(width)),
  targetPpb: ppb(targetPpb),
});
/** By stream. The second holds the last verdict through silence. */
const BUDGETINGS: readonly Budgeting[] = [
  timeslices("5m", 950_000_000),
  timeslices("1m", 900_000_000),
  { kind: "ratioTimeslices", widthMs: millis(ms("10m")) },
];
/** By edit: what makes a slice good, and what silence is. */
const TERMS: readonly (readonly [first: Partial<Slo>, third: NoData])[] = [
  [{ noData: "bad" }, "good"],
  [{ noData: "bad", budgeting: timeslices("5m", 300_000_000) }, "ignore"],
  [{ noData: "good", alerts: { ...policyOf("6h", "1h"), name: "renamed" } }, "bad"],
];
const FEWER = policyOf("6h", "10m");

class Run {
  now: number = START;
  readonly twins: Twins = new Twins();
  readonly #models = BUDGETINGS.map(
    (budgeting) => new SliceModel(BUCKET, sliceKindOf(budgeting)!.widthMs, START),
  );
  #windows = ROLLING;
  #terms = 0;
  #isFewer = false;
  readonly #exclusions: Exclusion[][] = BUDGETINGS.map(() => []);
  #slos: readonly Slo[] = [];

  constructor() {
    this.#edit();
  }

  #edit(): void {
    const [first, thirdNoData] = TERMS[this.#terms]!;
    const more: readonly Partial<Slo>[] = [first, { noData: "hold" }, { noData: thirdNoData }];
    this.#slos = BUDGETINGS.map((budgeting, i): Slo => ({
      ...sloOf({ id: `shop/slo-${i}`, alerts: policyOf("1h", "10m", "6h", "30m") }),
      budgeting,
      ...more[i],
      ...(this.#isFewer ? { alerts: FEWER } : {}),
      window: this.#windows[i]!,
      exclusions: [...this.#exclusions[i]!],
    }));
    this.twins.both((engine) => engine.setRules(this.#slos, this.now));
  }

  take(step: Step): void {
    switch (step.kind) {
      case "book":
        return this.#book(step);
      case "tick":
        this.now += step.byMs;
        return this.twins.both((engine) => engine.tick(this.now));
      case "edit":
        this.#terms = step.rules;
        return this.#edit();
      case "exclude":
        this.#exclude(step);
        return this.#edit();
      case "fewer":
        this.#isFewer = true;
        return this.#edit();
      case "calendar":
        this.#windows = CALENDARS;
        return this.#edit();
      case "restart":
        return this.twins.restart(this.now);
    }
  }

  /** Stretches still to come: slices that they touch are excluded whole. */
  #exclude({ stream, inMs, forMs, isTakenBack }: Extract<Step, { kind: "exclude" }>): void {
    const startMs = this.now + Math.max(0, inMs);
    if (isTakenBack) this.#exclusions[stream] = [];
    else this.#exclusions[stream]!.push(exclusionOf(startMs, startMs + forMs));
  }

  /** Events that straddle a threshold are in the total already; their estimate counts as good. */
  #book(step: Extract<Step, { kind: "book" }>): void {
    const { stream, isStraddle } = step;
    const timeMs = this.now - step.lateMs;
    const good = step.good % 1000;
    const total = good + (step.bad % 1000);
    const booking = { stream, fromMs: timeMs - step.lengthMs, timeMs, good, total };
    this.twins.book(booking, isStraddle);
    const estimate = isStraddle ? { ...booking, total: 0 } : booking;
    this.#models[stream]!.book(estimate, this.#oldest(stream));
  }

  /** First slice whose events the engine still holds. */
  #oldest(stream: number): number {
    const slo = this.#slos[stream]!;
    const { slices } = layoutOf(windowsOf(slo), BUCKET, sliceKindOf(slo.budgeting));
    const { width, ring } = slices!;
    return Math.floor(this.twins.engine.tickedAtMs / (width * BUCKET)) - ring.pastCount;
  }

  expectModel(): void {
    const { engine } = this.twins;
    for (const { index, slo } of engine.allStreams()) {
      const shard = engine.shards.find((each) => each.streams.includes(index))!;
      const slot = shard.streams.indexOf(index);
      const sums = shard.windows.map((_, k) => [
        shard.goodSums[k]![slot]!,
        shard.totalSums[k]![slot]!,
      ]);
      const { tickedAtMs } = engine;
      expect(sums).toEqual(this.#models[index]!.windows(slo, shard.windows, tickedAtMs));
    }
  }
}

test("every window of every stream counts its slices, whatever came late, was edited or restarted", () => {
  fc.assert(
    fc.property(steps({ minLength: 1, maxLength: 60 }), (history) => {
      const run = new Run();
      for (const step of history) {
        run.take(step);
        run.expectModel();
      }
      run.twins.expectSame();
    }),
    { numRuns: 60 },
  );
});
