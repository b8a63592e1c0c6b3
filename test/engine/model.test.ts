/** Random histories of bookings, ticks, edits and restarts: every window's sum equals the model's, to the last bit. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Engine } from "../../src/engine/index.ts";
import {
  calendarWindow,
  rollingWindow,
  streamIndex,
  type Slo,
  type SloWindow,
} from "../../src/slo/index.ts";
import { ms, policyOf, sloOf } from "./fixtures.ts";
import { Model, type Booking } from "./model.ts";

const BUCKET = 10_000;
const START = 1_711_800_000_000; // a noon: that night clocks are put forward in Berlin, a week later back on Lord Howe
const STREAMS = 3;
const POLICY = policyOf("1h", "5m", "6h", "30m");
const RULES: readonly (readonly Slo[])[] = [
  rules(POLICY, "99.9%"),
  rules(POLICY, "99%"),
  // the same windows in a policy of other content: every stream moves to another shard
  rules({ ...POLICY, name: "renamed" }, "99.9%"),
];
/** Fewer windows: what is left is still exact. */
const FEWER = policyOf("6h", "5m");
type Windows = readonly SloWindow[];
const ROLLING: Windows = [ms("3d"), ms("3d"), ms("3d")].map(rollingWindow);
/** Begin on full hours less than three days ago, so that a window of 3d knows all of them. */
const CALENDARS: Windows = [
  calendarWindow("day", "Europe/Berlin"),
  calendarWindow("day", "America/New_York", { count: 2 }),
  calendarWindow("day", "UTC", { count: 2, anchor: "2024-01-01T09:00" }),
];
const ODD_CALENDARS: Windows = [
  calendarWindow("day", "Asia/Kathmandu"),
  calendarWindow("day", "Australia/Lord_Howe", { anchor: "2024-01-01T09:05" }),
  calendarWindow("month", "Europe/Berlin"),
];

function rules(alerts: Slo["alerts"], objective: string): Slo[] {
  const ids = Array.from({ length: STREAMS }, (_, i) => `shop/slo-${i}`);
  return ids.map((id) => sloOf({ id, alerts, objective }));
}

type Step =
  | {
      readonly kind: "book";
      readonly stream: number;
      readonly lateMs: number;
      readonly lengthMs: number;
      readonly good: number;
      readonly bad: number;
      readonly isStraddle: boolean;
    }
  | { readonly kind: "tick"; readonly byMs: number }
  | { readonly kind: "edit"; readonly rules: number }
  | { readonly kind: "fewer" }
  | { readonly kind: "calendar" }
  | { readonly kind: "restart" };

const lateMs = fc.oneof(
  fc.integer({ min: -600_000, max: 600_000 }),
  fc.integer({ min: 0, max: ms("7h") }),
  fc.integer({ min: 0, max: ms("75h") }),
);
const lengthMs = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 0, max: 120_000 }) },
  fc.integer({ min: 120_001, max: ms("2h") }),
  fc.integer({ min: 120_001, max: ms("4d") }),
);
const amount = fc.oneof(
  { weight: 6, arbitrary: fc.nat(1000) },
  { weight: 1, arbitrary: fc.integer({ min: -50, max: 50 }) },
  { weight: 1, arbitrary: fc.nat(3_000_000_000) },
  { weight: 1, arbitrary: fc.double({ min: 0, max: 1000, noNaN: true }) },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant("book" as const),
      stream: fc.nat(STREAMS - 1),
      lateMs,
      lengthMs,
      good: amount,
      bad: amount,
      isStraddle: fc.boolean(),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("tick" as const),
      byMs: fc.oneof(
        { weight: 4, arbitrary: fc.constant(BUCKET) },
        fc.integer({ min: 1, max: 120_000 }),
        fc.integer({ min: 1, max: ms("3h") }),
        fc.integer({ min: 1, max: ms("80h") }),
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("edit" as const), rules: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.constant({ kind: "fewer" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "calendar" as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: "restart" as const }) },
);

const windows = fc.constantFrom(ROLLING, ODD_CALENDARS);

const newEngine = (): Engine => new Engine({ bucketMs: BUCKET, startMs: START });

/** Merges what changed into the parts a store would hold, as a store does. */
function save(engine: Engine, stored: Map<string, Uint8Array>): void {
  for (const { name, bytes } of engine.dirtyParts()) {
    if (bytes === undefined) stored.delete(name);
    else stored.set(name, bytes);
  }
}

function bookStep(engine: Engine, booking: Booking, isStraddle: boolean): void {
  const { stream, fromMs, timeMs, good, total } = booking;
  (isStraddle ? engine.bookStraddle : engine.book)(
    streamIndex(stream),
    fromMs,
    timeMs,
    good,
    total,
  );
}

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

/** Parts as one line each: JSON as it is, columns in base64. */
function textOf(parts: ReadonlyMap<string, Uint8Array>): string[] {
  const lines = [...parts].map(([name, bytes]) => {
    const isJson = /meta|rules|streams/.test(name);
    return `${name} ${Buffer.from(bytes).toString(isJson ? "utf8" : "base64")}`;
  });
  return lines.sort();
}

class Run {
  now: number = START;
  engine: Engine = newEngine();
  /** The same calls, never restarted. */
  readonly twin: Engine = newEngine();
  readonly whole: Model = new Model(BUCKET);
  readonly straddling: Model = new Model(BUCKET);
  readonly stored: Map<string, Uint8Array> = new Map();
  #isFewer = false;
  #windows: Windows;

  constructor(windows: Windows) {
    this.#windows = windows;
    this.#edit(RULES[0]!);
  }

  /** Edits that cannot be undone without an estimate stay: fewer lookbacks, calendar windows. */
  #edit(slos: readonly Slo[]): void {
    const edited = slos.map((slo, i): Slo => ({
      ...slo,
      ...(this.#isFewer ? { alerts: FEWER } : {}),
      window: this.#windows[i]!,
    }));
    this.#both((engine) => engine.setRules(edited, this.now));
  }

  #both(call: (engine: Engine) => void): void {
    call(this.engine);
    call(this.twin);
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
        this.#both((engine) => bookStep(engine, booking, isStraddle));
        (isStraddle ? this.straddling : this.whole).book(booking);
        break;
      }
      case "tick":
        this.now += step.byMs;
        this.#both((engine) => engine.tick(this.now));
        break;
      case "edit":
        if (!this.#isFewer) this.#edit(RULES[step.rules]!);
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
        save(this.engine, this.stored);
        this.engine = newEngine();
        expect(this.engine.restore(this.stored, this.now)).toBe(true);
        break;
    }
  }
}

describe("against the model", () => {
  test("every window of every stream is exact after every step", () => {
    fc.assert(
      fc.property(windows, fc.array(step, { minLength: 1, maxLength: 60 }), (each, steps) => {
        const run = new Run(each);
        for (const step of steps) {
          run.take(step);
          expect(sumsOf(run.engine)).toEqual(modelSums(run.engine, run.whole, run.straddling));
        }
        save(run.engine, run.stored);
        const whole = new Map<string, Uint8Array>();
        save(run.twin, whole);
        expect(textOf(run.stored)).toEqual(textOf(whole));
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
