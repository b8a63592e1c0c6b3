/** Random scripts against a calculator that keeps every event: what is loaded, however it is cut, is what is counted. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { isPassed, readScript, runScript } from "../../src/ruletest/index.ts";
import { Model } from "../engine/model.ts";
import { rollingWindow } from "../../src/slo/index.ts";

const BUCKET_MS = 10_000;
const RULES = `rules:
  apiVersion: slowburn/v1
  service: shop
  slos:
    orders:
      objective: 99%
      window: 1d
      sli: { metric: orders, bad: { status: "500" } }
      alerts: { tiers: [{ severity: page, factor: 10, long: 1h, short: 5m }] }
`;

interface Part {
  readonly perExport: number;
  readonly exports: number;
  readonly how: "sent" | "silent" | "twice" | "late" | "restarts";
}

const part: fc.Arbitrary<Part> = fc.record({
  perExport: fc.integer({ min: 0, max: 50 }),
  exports: fc.integer({ min: 1, max: 40 }),
  how: fc.constantFrom("sent", "silent", "twice", "late", "restarts"),
});
/** The first export is prompt: of a first point that is not, it counts when its process was seen without it last. */
const line = fc
  .array(part, { minLength: 1, maxLength: 6 })
  .map((parts): readonly Part[] => [{ perExport: 3, exports: 1, how: "sent" }, ...parts]);

/** Late points of cumulative series are contained in those that follow, so only deltas have them. */
const segmentText = ({ perExport, exports, how }: Part, isDelta: boolean): string => {
  const events = `+${perExport} for ${exports * 10}s`;
  if (how === "restarts") return `restart, ${events}`;
  if (how === "late") return isDelta ? `${events} late 90s` : events;
  return how === "sent" ? events : `${events} ${how}`;
};

/** Every increment that the line's exports make. */
function book(model: Model, startMs: number, parts: readonly Part[], isBad: boolean): void {
  let sentMs = startMs;
  let timeMs = startMs;
  let unsent = 0;
  for (const { perExport, exports, how } of parts) {
    if (how === "restarts") {
      unsent = 0; // what a process had not told when it ended, nobody knows
      sentMs = timeMs;
    }
    for (let k = 0; k < exports; k++) {
      timeMs += BUCKET_MS;
      unsent += perExport;
      if (how === "silent") continue;
      const good = isBad ? 0 : unsent;
      model.book({ stream: 0, fromMs: sentMs, timeMs, good, total: unsent });
      sentMs = timeMs;
      unsent = 0;
    }
  }
}

test("whatever is loaded, however it is sent, windows hold the events of their buckets", () => {
  const startMs = Date.UTC(2024, 0, 1);
  const moments = fc.uniqueArray(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(line, line, fc.boolean(), moments, (good, bad, isDelta, ticks) => {
      const model = new Model(BUCKET_MS);
      book(model, startMs, good, false);
      book(model, startMs, bad, true);
      const lines = [good, bad].map(
        (parts, k) =>
          `  orders{status="${k === 0 ? 200 : 500}"} ${parts.map((each) => segmentText(each, isDelta)).join(", ")}`,
      );
      // Long enough after the last export that late ones are there.
      const claims = ticks
        .toSorted((a, b) => a - b)
        .flatMap((tick) => {
          const atMs = 3_000_000 + tick * BUCKET_MS;
          return ["5m", "1h", "1d"].flatMap((name) => {
            const lengthMs = { "5m": 300_000, "1h": 3_600_000, "1d": 86_400_000 }[name]!;
            const [goods, total] = model.window(0, rollingWindow(lengthMs), startMs + atMs);
            return [
              `at ${atMs / 1000}s good{window="${name}"} ${goods}`,
              `at ${atMs / 1000}s total{window="${name}"} ${total}`,
            ];
          });
        });
      const metric = `metric orders ${isDelta ? "delta " : ""}counter`;
      const text = `${RULES}${metric}\nload\n${lines.join("\n")}\n${claims.join("\n")}\n`;
      const { script, problems } = readScript("random.slo", text);
      expect(problems).toEqual([]);
      const verdict = runScript(script!);
      if (!isPassed(verdict)) throw new Error(`${text}\n${JSON.stringify(verdict, null, 1)}`);
      expect(runScript(script!, { crashesAlways: true })).toEqual(verdict);
    }),
    { numRuns: 12, endOnFailure: true },
  );
});
