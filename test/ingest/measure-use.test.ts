/** Since when rules have measured what of which metric, under any spelling. */
import { expect, test } from "vitest";
import { MeasureUse } from "../../src/ingest/measure-use.ts";
import { MetricKind, Temporality } from "../../src/otlp/index.ts";
import type { Indicator } from "../../src/slo/index.ts";
import { sloOf } from "../engine/fixtures.ts";

const DURATION = {
  name: "http.duration",
  unit: "s",
  kind: MetricKind.histogram,
  temporality: Temporality.cumulative,
  isMonotonic: false,
};
const CAME = { count: 1, metric: () => DURATION };
const NONE = { count: 0, metric: () => DURATION };
const total = { metric: "http.duration", where: [] };
const faster = (thresholdNanos: number): Indicator => ({ kind: "latency", total, thresholdNanos });
const events = (metric: string): Indicator => ({
  kind: "events",
  total: { metric, where: [] },
  count: "bad",
  when: [],
});
const slo = (indicator: Indicator) => sloOf({ indicator });

test("a measure is held since a rule began to use it, whatever else is asked of it", () => {
  const use = new MeasureUse();
  use.update([slo(faster(250_000_000))], 1000);
  expect(use.heldSinceMs(faster(250_000_000), CAME)).toBe(1000);
  expect(use.heldSinceMs(events("http.duration"), CAME)).toBe(1000);
  expect(use.heldSinceMs(faster(300_000_000), CAME)).toBeUndefined();
  expect(use.heldSinceMs(events("http.requests"), CAME)).toBeUndefined();
});

test("a metric is the same under its Prometheus name", () => {
  const use = new MeasureUse();
  use.update([slo(events("http_duration_seconds_count"))], 1000);
  expect(use.heldSinceMs(events("http.duration"), NONE)).toBeUndefined();
  expect(use.heldSinceMs(events("http.duration"), CAME)).toBe(1000);
});

test("the latest of an SLO's measures counts, and what was unused meanwhile begins anew", () => {
  const use = new MeasureUse();
  const both: Indicator = {
    kind: "counters",
    total: { metric: "a", where: [] },
    count: "bad",
    part: { metric: "b", where: [] },
  };
  use.update([slo(events("a"))], 1000);
  use.update([slo(events("a")), slo(events("b"))], 2000);
  expect(use.heldSinceMs(both, NONE)).toBe(2000);
  use.update([slo(events("b"))], 3000);
  use.update([slo(both)], 4000);
  expect(use.heldSinceMs(both, NONE)).toBe(4000);
});

test("survives a restart", () => {
  const use = new MeasureUse();
  use.update([slo(faster(250_000_000))], 1000);
  const next = new MeasureUse();
  next.restore(JSON.parse(JSON.stringify(use)) as readonly (readonly [string, number])[]);
  next.update([slo(faster(250_000_000))], 5000);
  expect(next.heldSinceMs(faster(250_000_000), CAME)).toBe(1000);
});

test("what came in use at once and for the first time is told apart, also after a restart", () => {
  const use = new MeasureUse();
  const sums = (...metrics: readonly string[]): Indicator => ({
    kind: "counters",
    total: { metric: metrics[0]!, where: [] },
    count: "bad",
    part: { metric: metrics.at(-1)!, where: [] },
  });
  use.update([slo(events("a")), slo(events("b"))], 1000);
  use.update([slo(events("a")), slo(events("b")), slo(events("c"))], 2000);
  expect(use.firstUsedMs(sums("a", "b"), NONE)).toBe(1000);
  expect(use.firstUsedMs(sums("a", "c"), NONE)).toBeUndefined();
  use.update([slo(events("a"))], 3000);
  const next = new MeasureUse();
  next.restore(use.toJSON());
  next.update([slo(events("a")), slo(events("b"))], 4000);
  expect(next.firstUsedMs(events("a"), NONE)).toBe(1000);
  expect(next.heldSinceMs(events("b"), NONE)).toBe(4000);
  expect(next.firstUsedMs(events("b"), NONE)).toBeUndefined();
});
