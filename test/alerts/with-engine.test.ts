/** The evaluator on the real engine: a full outage, a removal, a restart of both. */
import { describe, expect, it } from "vitest";
import { AlertEvaluator, type AlertTransition } from "../../src/alerts/index.ts";
import { MetricKind, Temporality } from "../../src/otlp/index.ts";
import { Engine } from "../../src/engine/index.ts";
import { linksUnder } from "../../src/server/alert-links.ts";
import { millis, ppb, workbookPolicy, type Slo } from "../../src/slo/index.ts";
import { exclusionOf } from "../engine/fixtures.ts";
import { sloOf } from "./fake-engine.ts";

const TICK = 10_000;
const START = Date.parse("2026-01-01T00:00:00Z");
const policy = workbookPolicy(sloOf().window.lengthMs, sloOf().objective.budgetPpb);
const slo: Slo = sloOf({ alerts: policy });

function setUp(part: Partial<Slo> = {}) {
  const engine = new Engine({ bucketMs: TICK, startMs: START });
  engine.setRules([{ ...slo, ...part }], START);
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
  /** A tick of a hundred events; without a number, of silence. */
  const step = (bad?: number): string[] => {
    now += TICK;
    if (bad !== undefined) engine.book(target!.stream, now - TICK, now - 1, 100 - bad, 100);
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

  it("an outage under an exclusion pages nobody, and pages when it goes on after it", () => {
    const exclusions = [exclusionOf(START + 2160 * TICK, START + 2220 * TICK)];
    const { step } = setUp({ exclusions });
    for (let n = 0; n < 2160; n++) expect(step(0)).toEqual([]);
    for (let n = 0; n < 60; n++) expect(step(100)).toEqual([]);
    const after = Array.from({ length: 10 }, () => step(100));
    // As above, of an hour of which ten minutes do not count: 43.2 s.
    expect(after.findIndex((line) => line.includes("page firing firing"))).toBe(4);
  });

  it("an exclusion that is declared over an outage ends its alerts, and takes them back with it", () => {
    const { engine, alerts, step, now } = setUp();
    for (let n = 0; n < 2160; n++) step(0);
    for (let n = 0; n < 60; n++) step(100);
    expect(alerts.current().map(({ state }) => state)).toContain("firing");
    const exclusions = [exclusionOf(START + 2160 * TICK, START + 2400 * TICK)];
    engine.setRules([{ ...slo, exclusions }], now());
    expect(step(100)).toContain("page resolved resolved");
    expect(alerts.current().find((a) => a.severity === "page")).toMatchObject({
      resolveReason: "excluded",
    });
    for (let n = 0; n < 30; n++) expect(step(100)).toEqual([]);
    engine.setRules([slo], now());
    expect(step(100)).toContain("page firing firing");
  });

  it("silence under an exclusion is no silence that holds an alert", () => {
    const exclusions = [exclusionOf(START + 2170 * TICK, START + 3000 * TICK)];
    const { alerts, step } = setUp({ exclusions });
    for (let n = 0; n < 2160; n++) step(0);
    for (let n = 0; n < 10; n++) step(100);
    const lines = Array.from({ length: 40 }, () => step()).flat();
    expect(lines).toContain("page resolved resolved"); // once its short lookback is excluded whole
    expect(alerts.current().map(({ resolveReason }) => resolveReason)).toContain("excluded");
  });

  const slices = {
    kind: "timeslices",
    widthMs: millis(60_000),
    targetPpb: ppb(950_000_000),
  } as const;
  const silence = (part: Partial<Slo>, before: number, ticks: number): string[] => {
    const { step } = setUp(part);
    for (let n = 0; n < 2160; n++) step(before);
    return Array.from({ length: ticks }, () => step()).flat();
  };

  it("silence that counts as bad pages: data that stops is an outage", () => {
    const lines = silence({ budgeting: slices, noData: "bad" }, 0, 60);
    expect(lines).toContain("page firing firing");
  });

  it.each([
    ["events", {}],
    ["slices that are left out", { budgeting: slices }],
    ["slices that are held to be good", { budgeting: slices, noData: "hold" }],
  ] as const)("silence after good times alerts nobody: %s", (_, part) => {
    expect(silence(part, 0, 360)).toEqual([]);
  });

  it.each([
    ["events", {}],
    ["slices that are left out", { budgeting: slices }],
    ["slices that are held to be bad", { budgeting: slices, noData: "hold" }],
  ] as const)("silence after an outage ends no alert: %s", (_, part) => {
    const told = silence(part, 100, 2160).filter((line) => !line.endsWith("-"));
    expect(told).toEqual([]);
  });

  it("unless the policy bounds the hold", () => {
    const alerts = { ...policy, noDataHoldMs: millis(3_600_000) };
    const told = silence({ alerts }, 100, 800).filter((line) => !line.endsWith("-"));
    expect(told).toContain("page resolved resolved");
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
