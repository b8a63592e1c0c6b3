/** Random histories of SLOs made of others: bookings, late ones, ticks, looks and restarts, beside a plain model. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Engine } from "../../src/engine/index.ts";
import {
  BUCKET,
  MINUTE,
  HOUR,
  START,
  member,
  compositeOf,
  engineOf,
  read,
  book,
  A,
  B,
  C,
} from "./composite-fixtures.ts";

type Step =
  | { readonly kind: "look" }
  | {
      readonly kind: "book";
      readonly id: string;
      readonly ago: number;
      readonly good: number;
      readonly bad: number;
    }
  | { readonly kind: "tick"; readonly buckets: number }
  | { readonly kind: "restart" };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("book" as const),
      id: fc.constantFrom(A, B, C),
      ago: fc.constantFrom(-20_000, 0, 0, 5_000, 90_000, 20 * MINUTE, 3 * HOUR),
      good: fc.integer({ min: 0, max: 2_000 }),
      bad: fc.constantFrom(0, 0, 1, 3, 200),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("tick" as const),
      buckets: fc.constantFrom(1, 1, 2, 6, 40, 400),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "restart" as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: "look" as const }) },
);

interface Booked {
  readonly id: string;
  readonly atMs: number;
  readonly good: number;
  readonly total: number;
}

/** Of the events themselves, a minute at a time. */
function plainSlices(events: readonly Booked[], nowMs: number): [number, number] {
  const minutes = new Map<number, Map<string, { good: number; total: number }>>();
  for (const { id, atMs, good, total } of events) {
    const minute = Math.ceil(atMs / MINUTE);
    if (minute * MINUTE > nowMs || atMs <= START) continue;
    const members = minutes.get(minute) ?? new Map<string, { good: number; total: number }>();
    minutes.set(minute, members);
    const sum = members.get(id) ?? { good: 0, total: 0 };
    members.set(id, { good: sum.good + good, total: sum.total + total });
  }
  let goodSlices = 0;
  for (const members of minutes.values())
    if ([...members.values()].every(({ good, total }) => good * 1000 >= total * 999)) goodSlices++;
  return [goodSlices, minutes.size];
}

/** Run for real: the composites of an engine that crashes now and then, and what its members say. */
test("any history of bookings, late ones, ticks and restarts: the formulas of its members", () => {
  const rules = [
    ...[A, B, C].map((id) => member(id)),
    compositeOf("weighted", [A, B, C], { id: "x/weighted", weights: [5, 2, 0.5] }),
    compositeOf("worst", [A, B, C], { id: "x/worst" }),
    compositeOf("all", [A, B, C], { id: "x/all" }),
  ];
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let engine = engineOf(rules);
      let nowMs = START;
      const events: Booked[] = [];
      for (const each of steps) {
        if (each.kind === "look") read(engine, "x/all");
        else if (each.kind === "tick") engine.tick((nowMs += each.buckets * BUCKET));
        else if (each.kind === "restart") {
          const parts = engine
            .dirtyParts(true)
            .flatMap(({ name, bytes }) => (bytes ? [[name, bytes] as const] : []));
          engine = new Engine({ bucketMs: BUCKET, startMs: nowMs });
          expect(engine.restore(new Map(parts), nowMs)).toBe(true);
        } else {
          const { id, ago, good, bad } = each;
          const atMs = nowMs - ago + 1_000;
          const total = good + bad;
          if (total === 0) continue;
          book(engine, id, atMs, good, total);
          events.push({ id, atMs, good, total });
        }
      }
      const members = [A, B, C].map((id) => read(engine, id).windows);
      const check = (id: string, ratioOf: (k: number) => number | undefined) =>
        read(engine, id).windows.forEach(({ errorRatio }, k) => {
          const expected = ratioOf(k);
          if (expected === undefined) expect(errorRatio).toBeUndefined();
          else expect(errorRatio).toBeCloseTo(expected, 6);
        });
      const weights = [5, 2, 0.5];
      check("x/weighted", (k) => {
        let [sum, weight] = [0, 0];
        members.forEach((windows, m) => {
          const { good, total } = windows[k]!;
          if (total === 0) return;
          sum += weights[m]! * ((total - good) / total);
          weight += weights[m]!;
        });
        return weight === 0 ? undefined : sum / weight;
      });
      check("x/worst", (k) => {
        const ratios = members.flatMap((windows) => windows[k]!.errorRatio ?? []);
        return ratios.length === 0 ? undefined : Math.max(...ratios);
      });
      const { good, total } = read(engine, "x/all");
      expect([good, total]).toEqual(plainSlices(events, engine.tickedAtMs));
    }),
    { numRuns: 150 },
  );
});
