/** The evaluator on the real engine: a full outage, a removal, a restart of both. */
import { describe, expect, it } from "vitest";
import { AlertEvaluator, type AlertTransition } from "../../src/alerts/index.ts";
import { MetricKind, Temporality } from "../../src/otlp/index.ts";
import { Engine } from "../../src/engine/index.ts";
import { linksUnder } from "../../src/server/alert-links.ts";
import { workbookPolicy, type Slo } from "../../src/slo/index.ts";
import { sloOf } from "./fake-engine.ts";

const TICK = 10_000;
const START = Date.parse("2026-01-01T00:00:00Z");
const policy = workbookPolicy(sloOf().window.lengthMs, sloOf().objective.budgetPpb);
const slo: Slo = sloOf({ alerts: policy });

function setUp() {
  const engine = new Engine({ bucketMs: TICK, startMs: START });
  engine.setRules([slo], START);
  const [target] = engine.bind({
    metric: {
      name: "http.server.request.duration",
      unit: "s",
      kind: MetricKind.histogram,
      temporality: Temporality.delta,
      isMonotonic: true,
    },
    attributes: new Map(),
  }).targets;
  const alerts = new AlertEvaluator(engine, { links: linksUnder("http://slowburn:4319") });
  let now = START;
  const step = (bad: number): string[] => {
    now += TICK;
    engine.book(target!.stream, now - TICK, now - 1, 100 - bad, 100);
    engine.tick(now);
    return alerts.evaluate(engine.shards, now).map(said);
  };
  return { engine, alerts, step, now: () => now };
}

const said = (t: AlertTransition) =>
  t.kind === "inactive" ? t.kind : `${t.alert.severity} ${t.kind} ${t.notify ?? "-"}`;

describe("on the real engine", () => {
  it("a full outage after six clean hours pages at the sixth tick and inhibits the ticket", () => {
    const { alerts, step } = setUp();
    for (let n = 0; n < 2160; n++) expect(step(0)).toEqual([]);
    const lines = Array.from({ length: 8 }, () => step(100));
    // 14.4 x 0.1 % of an hour is 51.84 s (research/math.md section 3.1).
    const page = lines.findIndex((line) => line.includes("page firing firing"));
    expect(page).toBe(5);
    expect(alerts.current().find((a) => a.severity === "ticket")).toMatchObject({
      state: "firing",
      inhibited: true,
    });
    expect(alerts.current()[0]?.annotations["summary"]).toMatch(
      /^checkout\/availability is burning its error budget [\d.]+x too fast \(\w+\): .* of events are bad, .*\.$/,
    );
  });

  it("an SLO that is removed resolves its alert, and can still be described", () => {
    const { engine, alerts, step, now } = setUp();
    for (let n = 0; n < 10; n++) step(100);
    const page = alerts.current()[0]!;
    expect(page).toMatchObject({ state: "firing", severity: "page" });
    engine.setRules([], now());
    expect(alerts.describe(page)).toBe(page);
    engine.tick(now() + TICK);
    const kinds = alerts.evaluate(engine.shards, now() + TICK).map(said);
    expect(kinds).toContain("page resolved resolved");
  });
});
