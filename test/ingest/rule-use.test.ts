/** Which metrics the rules use, and since when. */
import { describe, expect, test } from "vitest";
import { RuleUse } from "../../src/ingest/rule-use.ts";
import { MetricKind, Temporality } from "../../src/otlp/index.ts";
import type { MetricIdentity } from "../../src/series/index.ts";
import { sloOf } from "../engine/fixtures.ts";

const slo = (metric: string, id = metric) =>
  sloOf({
    id: `shop/${id}`,
    indicator: { kind: "events", total: { metric, where: [] }, count: "bad", when: [] },
  });

const metric = (name: string, rest: Partial<MetricIdentity> = {}): MetricIdentity => ({
  name,
  unit: "",
  kind: MetricKind.sum,
  temporality: Temporality.cumulative,
  isMonotonic: true,
  ...rest,
});

const since = (use: RuleUse, name: string, rest?: Partial<MetricIdentity>) =>
  use.usedSinceMs(metric(name, rest));

describe("a metric is used", () => {
  test("since the first rule that selects it, whatever else is edited", () => {
    const use = new RuleUse();
    use.update([slo("a")], 100);
    use.update([slo("a"), slo("b"), slo("a", "again")], 200);
    expect([since(use, "a"), since(use, "b"), since(use, "c")]).toEqual([100, 200, undefined]);
  });

  test("anew when no rule selected it for a while", () => {
    const use = new RuleUse();
    use.update([slo("a")], 100);
    use.update([], 200);
    expect(since(use, "a")).toBeUndefined();
    use.update([slo("a")], 300);
    expect(since(use, "a")).toBe(300);
  });

  test("under its Prometheus spelling, as its kind and unit make it", () => {
    const use = new RuleUse();
    use.update([slo("http_requests_total"), slo("http_duration_seconds_count")], 100);
    const histogram = { kind: MetricKind.histogram, unit: "s" };
    expect(since(use, "http.requests")).toBe(100);
    expect(since(use, "http.requests", { isMonotonic: false })).toBeUndefined();
    expect(since(use, "http.duration", histogram)).toBe(100);
    expect(since(use, "http.duration", { ...histogram, unit: "ms" })).toBeUndefined();
  });

  test("since the earlier of two spellings", () => {
    const use = new RuleUse();
    use.update([slo("http.requests")], 100);
    use.update([slo("http.requests"), slo("http_requests_total")], 200);
    expect(since(use, "http.requests")).toBe(100);
  });

  test("as the part of two counters too", () => {
    const use = new RuleUse();
    const total = { metric: "all", where: [] };
    const part = { metric: "failed", where: [] };
    use.update([sloOf({ indicator: { kind: "counters", total, count: "bad", part } })], 100);
    expect([since(use, "all"), since(use, "failed")]).toEqual([100, 100]);
  });
});

test("moments come back from a snapshot", () => {
  const use = new RuleUse();
  use.update([slo("a")], 100);
  const again = new RuleUse();
  again.restore(JSON.parse(JSON.stringify(use)));
  again.update([slo("a"), slo("b")], 200);
  expect([since(again, "a"), since(again, "b")]).toEqual([100, 200]);
});
