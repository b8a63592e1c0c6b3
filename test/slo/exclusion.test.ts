/** Exclusions at a moment are those whose stretches hold it, whatever was asked about before. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { exclusionsAt, millis, spansOf, type Exclusion } from "../../src/slo/index.ts";

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 0, 4, 22);
const source = { file: "a.yaml", line: 1 };
const recurring = (hours: number): Exclusion => ({
  reason: "patches",
  source,
  when: {
    kind: "recurring",
    rule: "FREQ=DAILY;INTERVAL=2",
    start: "2026-01-04T22:00",
    timeZone: "UTC",
    durationMs: millis(hours * HOUR_MS),
  },
});
const EXCLUSIONS: readonly Exclusion[] = [
  recurring(1),
  recurring(5), // over midnight
  recurring(60), // into the next one
  { reason: "move", source, when: { kind: "once", startMs: START_MS, endMs: START_MS + HOUR_MS } },
];

const moments = fc.array(
  fc
    .tuple(fc.integer({ min: -60, max: 240 }), fc.constantFrom(-1, 0, 1))
    .map(([hours, ms]) => START_MS + hours * HOUR_MS + ms),
  { minLength: 1, maxLength: 20 },
);

test("are those whose stretches hold it, in any order of questions", () => {
  fc.assert(
    fc.property(moments, (asked) => {
      for (const atMs of asked) {
        const expected = EXCLUSIONS.flatMap((exclusion) => {
          const spans = spansOf(exclusion, atMs - 1, atMs);
          const untilMs = Math.max(...spans.map(({ endMs }) => endMs));
          return spans.length === 0 ? [] : [{ exclusion, untilMs }];
        });
        expect(exclusionsAt(EXCLUSIONS, atMs)).toEqual(expected);
      }
    }),
  );
});
