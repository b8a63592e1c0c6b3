/** Random histories of bookings, ticks, edits and restarts: every window's sum equals the model's, to the last bit. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Engine } from "../../src/engine/index.ts";
import { calendarWindow, streamIndex, type Slo } from "../../src/slo/index.ts";
import { exclusionOf, ms, policyOf, sloOf } from "./fixtures.ts";
import {
  BUCKET,
  CALENDARS,
  newEngine,
  ROLLING,
  START,
  steps,
  STREAMS,
  Twins,
  type Step,
  type Windows,
} from "./histories.ts";
import { Model, type Excluded } from "./model.ts";

const POLICY = policyOf("1h", "5m", "6h", "30m");
const RULES: readonly (readonly Slo[])[] = [
  rules(POLICY, "99.9%"),
  rules(POLICY, "99%"),
  // the same windows in a policy of other content: every stream moves to another shard
  rules({ ...POLICY, name: "renamed" }, "99.9%"),
];
/** Fewer windows: what is left is still exact. */
const FEWER = policyOf("6h", "5m");
const ODD_CALENDARS: Windows = [
  calendarWindow("day", "Asia/Kathmandu"),
  calendarWindow("day", "Australia/Lord_Howe", { anchor: "2024-01-01T09:05" }),
  calendarWindow("month", "Europe/Berlin"),
];

function rules(alerts: Slo["alerts"], objective: string): Slo[] {
  const ids = Array.from({ length: STREAMS }, (_, i) => `shop/slo-${i}`);
  return ids.map((id) => sloOf({ id, alerts, objective }));
}

const windows = fc.constantFrom(ROLLING, ODD_CALENDARS);
type Excludes = "ahead" | "full hours";
const excludes = fc.constantFrom<Excludes>("ahead", "full hours");
const histories = steps({ minLength: 1, maxLength: 60 });

/** [good, total] per stream, side (whole, straddling) and window. */
function sumsOf(engine: Engine): number[][] {
  return engine.allStreams().flatMap(({ index }) => {
    const shard = engine.shards.find((each) => each.streams.includes(index))!;
    const slot = shard.streams.indexOf(index);
    return [shard, shard.straddle].flatMap((side) =>
      shard.windowsMs.map((_, k) => [
        side?.goodSums[k]![slot] ?? 0,
        side?.totalSums[k]![slot] ?? 0,
      ]),
    );
  });
}

function modelSums(engine: Engine, whole: Model, straddling: Model): number[][] {
  return engine.allStreams().flatMap(({ index }) => {
    const shard = engine.shards.find((each) => each.streams.includes(index))!;
    return [whole, straddling].flatMap((model) =>
      shard.windows.map((window) => model.window(index, window, engine.tickedAtMs)),
    );
  });
}

class Run {
  now: number = START;
  readonly twins: Twins = new Twins();
  readonly whole: Model = new Model(BUCKET);
  readonly straddling: Model = new Model(BUCKET);
  #isFewer = false;
  #windows: Windows;
  readonly #excludes: Excludes;
  #excluded: readonly Excluded[] = [];
  #rules: readonly Slo[] = RULES[0]!;

  constructor(windows: Windows, excludes: Excludes = "ahead") {
    this.#windows = windows;
    this.#excludes = excludes;
    this.#edit(RULES[0]!);
  }

  /** Stretches whose edges are known to the bucket: still to come, or of full hours. */
  #exclude({ stream, inMs, forMs, isTakenBack }: Extract<Step, { kind: "exclude" }>): void {
    const hour = ms("1h");
    const isAhead = this.#excludes === "ahead";
    const startMs = isAhead
      ? this.now + Math.max(0, inMs)
      : Math.floor((this.now + inMs) / hour) * hour;
    const endMs = startMs + (isAhead ? forMs : Math.ceil(forMs / hour) * hour);
    const others = this.#excluded.filter((each) => each.stream !== stream);
    const own = this.#excluded.filter((each) => each.stream === stream);
    const rest = isAhead ? [] : own.slice(1);
    const next = isTakenBack ? rest : [...own, { stream, startMs, endMs }];
    this.#excluded = [...others, ...next];
    this.whole.excluded = this.straddling.excluded = this.#excluded;
    this.#edit(this.#rules);
  }

  /** Edits that cannot be undone without an estimate stay: fewer lookbacks, calendar windows. */
  #edit(slos: readonly Slo[]): void {
    this.#rules = slos;
    const edited = slos.map((slo, i): Slo => ({
      ...slo,
      exclusions: this.#excluded.flatMap(({ stream, startMs, endMs }) =>
        stream === i ? [exclusionOf(startMs, endMs)] : [],
      ),
      ...(this.#isFewer ? { alerts: FEWER } : {}),
      window: this.#windows[i]!,
    }));
    this.twins.both((engine) => engine.setRules(edited, this.now));
  }

  take(step: Step): void {
    switch (step.kind) {
      case "book": {
        const timeMs = this.now - step.lateMs;
        const fromMs = timeMs - step.lengthMs;
        const { stream, isStraddle } = step;
        // Fractions and billions in one window would need more than a double's 53 bits.
        const fit = (amount: number) => (stream === 0 ? Math.trunc(amount) : amount % 1000);
        const good = fit(step.good);
        const bad = fit(step.bad);
        const booking = { stream, fromMs, timeMs, good, total: good + bad };
        this.twins.book(booking, isStraddle);
        (isStraddle ? this.straddling : this.whole).book(booking);
        break;
      }
      case "tick":
        this.now += step.byMs;
        this.twins.both((engine) => engine.tick(this.now));
        break;
      case "edit":
        if (!this.#isFewer) this.#edit(RULES[step.rules]!);
        break;
      case "exclude":
        this.#exclude(step);
        break;
      case "fewer":
        this.#isFewer = true;
        this.#edit(RULES[0]!);
        break;
      case "calendar":
        if (this.#windows === ROLLING) this.#windows = CALENDARS;
        this.#edit(RULES[0]!);
        break;
      case "restart":
        this.twins.restart(this.now);
        break;
    }
  }
}

describe("against the model", () => {
  test("every window of every stream is exact after every step", () => {
    fc.assert(
      fc.property(windows, excludes, histories, (each, excluding, history) => {
        const run = new Run(each, excluding);
        for (const step of history) {
          run.take(step);
          const { engine } = run.twins;
          expect(sumsOf(engine)).toEqual(modelSums(engine, run.whole, run.straddling));
        }
        run.twins.expectSame();
      }),
      { numRuns: 150 },
    );
  });
});

const event = fc.record({
  stream: fc.nat(STREAMS - 1),
  atMs: fc.integer({ min: 1, max: ms("2h") }),
  lengthMs: fc.integer({ min: 0, max: 300_000 }),
  good: fc.nat(1000),
  bad: fc.nat(1000),
  /** Ticks it waits before it is booked. */
  delay: fc.nat(40),
});

describe("order", () => {
  test("when and in what order increments arrive does not matter, once they are in", () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), fc.integer(), (events, seed) => {
        const run = (delayed: boolean, order: typeof events) => {
          const engine = newEngine();
          engine.setRules(RULES[0]!, START);
          for (let i = 1; i <= 800; i++) {
            engine.tick(START + i * BUCKET);
            for (const each of order) {
              const due = Math.ceil(each.atMs / BUCKET) - 1 + (delayed ? each.delay : 0);
              if (due !== i - 1) continue;
              const timeMs = START + each.atMs;
              const total = each.good + each.bad;
              engine.book(
                streamIndex(each.stream),
                timeMs - each.lengthMs,
                timeMs,
                each.good,
                total,
              );
            }
          }
          return sumsOf(engine);
        };
        const shuffled = [...events].sort(
          (a, b) => ((a.atMs * 7919 + seed) % 1009) - ((b.atMs * 7919 + seed) % 1009),
        );
        expect(run(true, shuffled)).toEqual(run(false, events));
      }),
      { numRuns: 30 },
    );
  });

  test("one increment or its parts: the sums agree", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { minLength: 1, maxLength: 20 }), (parts) => {
        const engines = [newEngine(), newEngine()] as const;
        for (const engine of engines) engine.setRules(RULES[0]!, START);
        const sum = parts.reduce((a, b) => a + b, 0);
        engines[0].book(streamIndex(0), START, START + 5, sum, sum);
        for (const part of parts) engines[1].book(streamIndex(0), START, START + 5, part, part);
        for (const engine of engines) engine.tick(START + BUCKET);
        expect(sumsOf(engines[0])).toEqual(sumsOf(engines[1]));
      }),
    );
  });
});
