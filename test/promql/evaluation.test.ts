/**
 * Whatever a query that is read would come to in Prometheus, were its increases exact: slowburn's ratio is that. Random
 * queries over random series; `model.ts` evaluates them on its own, on label sets, and knows nothing of the reader.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Engine } from "../../src/engine/index.ts";
import { readRawRatio } from "../../src/promql/index.ts";
import { errorRatio, sliRatio } from "../../src/slo/index.ts";
import { sloOf } from "../engine/fixtures.ts";
import { EPOCH_MS, SeriesHarness } from "../series/harness.ts";
import { anyRatio, anyWorld, requestsOf, type World } from "./model.ts";

/** Sums of up to some hundred products, each rounded once on both sides. */
const TOLERANCE = 1e-9;

/** `undefined` for what the reader sees through: sums whose terms cancel to nothing. */
function engineOf(query: string, world: World) {
  const { indicator, per, problems } = readRawRatio(query, "bad");
  if (problems.some(({ code }) => code === "promql-form")) return undefined;
  expect(problems, query).toEqual([]);
  const engine = new Engine({ bucketMs: 10_000, startMs: EPOCH_MS });
  const slo = sloOf({ indicator: indicator!, per });
  engine.setRules([slo], EPOCH_MS);
  const series = new SeriesHarness({ bind: engine.bind, maxSeries: 100 });
  for (const request of requestsOf(world)) series.send(request);
  return { engine, series, slo };
}

test("a ratio of sums is what the query comes to", () => {
  let comparedCount = 0;
  fc.assert(
    fc.property(anyRatio(false), anyWorld, (ratio, world) => {
      const expected = ratio.evaluate(world).get("") ?? NaN;
      const engine = engineOf(ratio.text, world);
      if (engine === undefined || Number.isNaN(expected) || !(ratio.total(world) > 0.01)) return;
      const { good, total } = engine.series.sums();
      comparedCount++;
      expect(total, ratio.text).toBeCloseTo(ratio.total(world), 6);
      const clamped = Math.min(1, Math.max(0, expected));
      expect(errorRatio(good, total), ratio.text).toBeCloseTo(clamped, 9);
      expect(1 - sliRatio(good, total)!, ratio.text).toBeCloseTo(clamped, 9);
      const exact = (total - good) / total;
      expect(Math.abs(exact - expected)).toBeLessThan(TOLERANCE * Math.max(1, Math.abs(expected)));
    }),
    { numRuns: 200 },
  );
  expect(comparedCount).toBeGreaterThan(50);
});

test("each group's ratio is that of the element with its label", () => {
  let comparedCount = 0;
  fc.assert(
    fc.property(anyRatio(true), anyWorld, (ratio, world) => {
      const run = engineOf(ratio.text, world);
      for (const [label, expected] of run === undefined ? [] : ratio.evaluate(world)) {
        const streams = run?.engine.streamsOf(run.slo.id) ?? [];
        const stream = streams.find(({ group }) => group[0] === label);
        if (stream === undefined || !Number.isFinite(expected)) continue;
        const { good, total } = run!.series.sums(stream.index);
        if (!(total > 0.01)) continue;
        comparedCount++;
        expect((total - good) / total, `${ratio.text} of ${label}`).toBeCloseTo(expected, 6);
      }
    }),
    { numRuns: 100 },
  );
  expect(comparedCount).toBeGreaterThan(25);
});
