/** Random histories for the model's tests: bookings, ticks, edits, restarts; and an engine beside one that never stopped. */
import fc from "fast-check";
import { expect } from "vitest";
import { Engine } from "../../src/engine/index.ts";
import { calendarWindow, rollingWindow, streamIndex, type SloWindow } from "../../src/slo/index.ts";
import { ms } from "./fixtures.ts";
import type { Booking } from "./model.ts";

export const BUCKET = 10_000;
/** A noon: that night clocks are put forward in Berlin, a week later back on Lord Howe. */
export const START = 1_711_800_000_000;
export const STREAMS = 3;

/** Of each stream. */
export type Windows = readonly SloWindow[];
export const ROLLING: Windows = [ms("3d"), ms("3d"), ms("3d")].map(rollingWindow);
/** Begin on full hours less than three days ago, so that a window of 3d knows all of them. */
export const CALENDARS: Windows = [
  calendarWindow("day", "Europe/Berlin"),
  calendarWindow("day", "America/New_York", { count: 2 }),
  calendarWindow("day", "UTC", { count: 2, anchor: "2024-01-01T09:00" }),
];

export type Step =
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
  | {
      readonly kind: "exclude";
      readonly stream: number;
      /** From now on; in the past when negative. */
      readonly inMs: number;
      readonly forMs: number;
      readonly isTakenBack: boolean;
    }
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
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("exclude" as const),
      stream: fc.nat(STREAMS - 1),
      inMs: fc.oneof(
        { weight: 4, arbitrary: fc.integer({ min: -ms("2h"), max: ms("2m") }) },
        fc.integer({ min: -ms("80h"), max: ms("60h") }),
      ),
      forMs: fc.oneof(
        fc.integer({ min: 1, max: ms("20m") }),
        fc.integer({ min: 1, max: ms("9h") }),
      ),
      isTakenBack: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "fewer" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "calendar" as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: "restart" as const }) },
);

/** Maintenance from now on, with data and single ticks meanwhile: what falls into it when its buckets close. */
const maintenance: fc.Arbitrary<readonly Step[]> = fc
  .tuple(
    fc.nat(STREAMS - 1),
    fc.integer({ min: BUCKET, max: ms("3m") }),
    fc.array(fc.tuple(fc.integer({ min: -20_000, max: BUCKET }), fc.nat(1000), fc.nat(1000)), {
      minLength: 1,
      maxLength: 8,
    }),
  )
  .map(([stream, forMs, bookings]) => [
    { kind: "exclude", stream, inMs: 0, forMs, isTakenBack: false },
    ...bookings.flatMap(([lateMs, good, bad]): readonly Step[] => [
      { kind: "book", stream, lateMs, lengthMs: 0, good, bad, isStraddle: false },
      { kind: "tick", byMs: BUCKET },
    ]),
  ]);

/** A history; about one in three of those of 20 steps has maintenance that data falls into. */
export const steps = (constraints: fc.ArrayConstraints): fc.Arbitrary<readonly Step[]> =>
  fc
    .array(
      fc.oneof(
        { weight: 49, arbitrary: step.map((each): readonly Step[] => [each]) },
        { weight: 1, arbitrary: maintenance },
      ),
      constraints,
    )
    .map((parts) => parts.flat());

/** The engine under test, which is restarted, and another that gets the same calls and is not. */
export class Twins {
  engine: Engine = newEngine();
  readonly #steady: Engine = newEngine();
  readonly #stored = new Map<string, Uint8Array>();

  both(call: (engine: Engine) => void): void {
    call(this.engine);
    call(this.#steady);
  }

  book({ stream, fromMs, timeMs, good, total }: Booking, isStraddle: boolean): void {
    this.both((engine) =>
      (isStraddle ? engine.bookStraddle : engine.book)(
        streamIndex(stream),
        fromMs,
        timeMs,
        good,
        total,
      ),
    );
  }

  restart(nowMs: number): void {
    save(this.engine, this.#stored);
    this.engine = newEngine();
    expect(this.engine.restore(this.#stored, nowMs)).toBe(true);
  }

  /** What was stored bit by bit is what would be stored at once without a restart. */
  expectSame(): void {
    save(this.engine, this.#stored);
    const whole = new Map<string, Uint8Array>();
    save(this.#steady, whole);
    expect(textOf(this.#stored)).toEqual(textOf(whole));
  }
}

export const newEngine = (): Engine => new Engine({ bucketMs: BUCKET, startMs: START });

/** Merges what changed into the parts a store would hold, as a store does. */
function save(engine: Engine, stored: Map<string, Uint8Array>): void {
  for (const { name, bytes } of engine.dirtyParts()) {
    if (bytes === undefined) stored.delete(name);
    else stored.set(name, bytes);
  }
}

/** Parts as one line each: JSON as it is, columns in base64. */
function textOf(parts: ReadonlyMap<string, Uint8Array>): string[] {
  const lines = [...parts].map(([name, bytes]) => {
    const isJson = /meta|rules|streams/.test(name);
    return `${name} ${Buffer.from(bytes).toString(isJson ? "utf8" : "base64")}`;
  });
  return lines.sort();
}
