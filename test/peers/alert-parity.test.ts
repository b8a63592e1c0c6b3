/**
 * Alerts are those of the compiled rules: for every kind of traffic slowburn's state at each minute's end equals what
 * `promtool test rules` and a real Prometheus's query engine make of the same samples. Where they differ by design the case
 * says why and how far. All three count alike here, since samples lie on the ranges' ends and Prometheus 2 takes both ends of
 * a range: nothing is extrapolated.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readRuleFile } from "../../src/rules/index.ts";
import type { Slo } from "../../src/slo/index.ts";
import {
  openMetricsText,
  prometheusVerdicts,
  promtoolVerdicts,
  slowburnVerdicts,
  type Traffic,
  type Verdicts,
} from "./alert-worlds.ts";
import { Prometheus } from "./prometheus-process.ts";

function read(file: string, text: string): readonly Slo[] {
  const { slos, problems } = readRuleFile({ file, text });
  expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
  return slos;
}

const NATIVE = `
apiVersion: slowburn/v1
service: native
slos:
  gated: &slo { objective: 99.9%, sli: { metric: orders_total, bad: { code: "500" } } }
  plain: { objective: 99.9%, sli: { metric: orders_total, bad: { code: "500" } }, alerts: { significance: off } }
  three:
    objective: 99.9%
    sli: &sli { metric: orders_total, bad: { code: "500" } }
    alerts: { tiers: [{ severity: page, factor: 10, lookbacks: [1h, 30m, 5m], significance: off, for: 2m }] }
  any:
    objective: 99.9%
    sli: *sli
    alerts: { tiers: [{ severity: page, factor: 20, lookbacks: [1h, 10m], match: any, significance: off }, { severity: ticket, factor: 2, lookbacks: [2h], keepFiringFor: 5m }] }
`;
const SLOTH = `
version: prometheus/v1
service: sloth
slos:
  - name: orders
    objective: 99.9
    sli:
      events:
        error_query: sum(rate(orders_total{code=~"5.."}[{{.window}}]))
        total_query: sum(rate(orders_total[{{.window}}]))
    alerting: { name: Orders }
`;
const PYRRA = `
apiVersion: pyrra.dev/v1alpha1
kind: ServiceLevelObjective
metadata: { name: orders, namespace: pyrra }
spec:
  target: "99"
  window: 4w
  indicator:
    ratio:
      errors: { metric: 'orders_total{code=~"5.."}' }
      total: { metric: orders_total }
`;
/** Sloth's own example, which asks for another metric. */
const EXAMPLE = resolve(import.meta.dirname, "../../../shared/corpora/sloth/getting-started.yml");
const SLOS = [
  ...read("native.yaml", NATIVE),
  ...read("sloth.yaml", SLOTH),
  ...read("pyrra.yaml", PYRRA),
  ...(existsSync(EXAMPLE) ? read("getting-started.yml", readFileSync(EXAMPLE, "utf8")) : []),
];

interface Difference {
  readonly why: string;
  /** Whether slowburn and the rules may differ so at a minute. */
  readonly allows: (slowburnFires: boolean, minute: number) => boolean;
}
interface Case extends Traffic {
  /** By key of `Verdicts`, `native/gated page`. A difference that never shows fails the test too. */
  readonly differences?: Readonly<Record<string, Difference>>;
}

/** Pyrra has an alert for each tier with a `for` of its own; here one alert goes on while any tier burns. */
const HANDOVER: Difference = {
  why: "while the alert fires, the next tier has no `for` to wait for: 15m at most",
  allows: (slowburnFires, minute) => slowburnFires && minute > 60 && minute <= 60 + 20 + 15,
};
const SILENCE: Difference = {
  why: "an alert is not resolved by silence (DESIGN 4.8), but by the first events after it",
  allows: (slowburnFires, minute) => slowburnFires && minute > 70 && minute <= 120,
};
const every10 = (traffic: Omit<Case, "stepSeconds" | "hasBadFromStart">): Case => ({
  stepSeconds: 10,
  hasBadFromStart: true,
  ...traffic,
});
const within = (second: number, from: number, to: number): boolean =>
  second > from * 60 && second <= to * 60;
const CASES: Readonly<Record<string, Case>> = {
  "no errors": every10({ minutes: 60, events: () => ({ good: 1_000, bad: 0 }) }),
  "steady 1 %": every10({ minutes: 90, events: () => ({ good: 990, bad: 10 }) }),
  "steady at exactly 14.4 budgets": every10({
    minutes: 90,
    events: () => ({ good: 9_856, bad: 144 }),
  }),
  "an outage of 100 % for ten minutes": every10({
    minutes: 150,
    events: (second) =>
      within(second, 60, 70) ? { good: 0, bad: 1_000 } : { good: 1_000, bad: 0 },
    differences: { "pyrra/orders page": HANDOVER },
  }),
  "flapping, five minutes each": every10({
    minutes: 120,
    events: (second) => (second % 600 > 300 ? { good: 700, bad: 300 } : { good: 1_000, bad: 0 }),
  }),
  "a slow burn": {
    minutes: 400,
    stepSeconds: 60,
    hasBadFromStart: true,
    events: (second) => (second > 3_600 ? { good: 9_965, bad: 35 } : { good: 10_000, bad: 0 }),
  },
  "one request a minute, one in thirty fails": {
    minutes: 240,
    stepSeconds: 60,
    hasBadFromStart: true,
    events: (second) => (second % 1_800 === 0 ? { good: 0, bad: 1 } : { good: 1, bad: 0 }),
    differences: {
      "native/gated page": {
        why: "the significance gate: one to three errors may be chance; four are none",
        allows: (slowburnFires, minute) => !slowburnFires && minute < 120,
      },
    },
  },
  "restarts with counters from zero": every10({
    minutes: 150,
    events: (second) =>
      within(second, 60, 80) ? { good: 900, bad: 100 } : { good: 1_000, bad: 0 },
    restartsAt: [3_900, 4_500, 6_000],
  }),
  "a sender that goes silent in an outage": every10({
    minutes: 150,
    events: (second) =>
      within(second, 70, 120)
        ? undefined
        : within(second, 60, 70)
          ? { good: 0, bad: 1_000 }
          : { good: 1_000, bad: 0 },
    differences: Object.fromEntries(
      // the one that asks for a single lookback of an hour burns there through the silence as well
      SLOS.filter(({ id }) => id !== "native/any").map(({ id }) => [`${id} page`, SILENCE]),
    ),
  }),
};

const DAY_MS = 86_400_000;
/** Each case has a week of its own, longer than any lookback. */
const beginOf = (name: string): number =>
  Date.UTC(2026, 0, 5) + Object.keys(CASES).indexOf(name) * 7 * DAY_MS;

const directory = mkdtempSync(join(tmpdir(), "slowburn-parity-"));
let prometheus: Prometheus;
beforeAll(async () => {
  const worlds = Object.entries(CASES).map(([name, traffic]) => ({
    traffic,
    beginMs: beginOf(name),
  }));
  const file = join(directory, "samples.om");
  writeFileSync(file, openMetricsText(worlds));
  const blocks = ["create-blocks-from", "openmetrics", file, join(directory, "data")];
  execFileSync("/usr/bin/promtool", ["tsdb", ...blocks], { stdio: "pipe" });
  prometheus = await Prometheus.start(directory, "[]");
}, 120_000);
afterAll(async () => {
  await prometheus.stop();
  rmSync(directory, { recursive: true });
});

function expectAlike(ours: Verdicts, theirs: Verdicts, { differences = {} }: Case): void {
  const shown = new Set<string>();
  for (const [key, states] of ours)
    for (const [minute, fires] of states.entries()) {
      if (fires === theirs.get(key)?.[minute]) continue;
      const difference = Object.hasOwn(differences, key) ? differences[key] : undefined;
      const isAllowed = difference?.allows(fires, minute) === true;
      expect(isAllowed, `${key} ${fires ? "fires" : "does not fire"} at ${minute}m`).toBe(true);
      shown.add(key);
    }
  expect([...shown].sort()).toEqual(Object.keys(differences).sort());
}

describe.each(Object.entries(CASES))("%s", (name, traffic) => {
  const beginMs = beginOf(name);
  const ours = slowburnVerdicts(SLOS, traffic, beginMs);
  test("promtool", () => {
    expectAlike(ours, promtoolVerdicts(SLOS, traffic), traffic);
  }, 120_000);
  test("Prometheus", async () => {
    expectAlike(ours, await prometheusVerdicts(SLOS, traffic, beginMs, prometheus), traffic);
  }, 120_000);
});

describe("samples between the ends of ranges, where `rate()` extrapolates", () => {
  test.each(["an outage of 100 % for ten minutes", "restarts with counters from zero"])(
    "%s: alerts begin and end at most a minute apart",
    async (name) => {
      const traffic = CASES[name]!;
      const beginMs = beginOf(name);
      const ours = slowburnVerdicts(SLOS, traffic, beginMs);
      const theirs = await prometheusVerdicts(SLOS, traffic, beginMs + 5_000, prometheus);
      for (const [key, states] of ours) {
        if (key === "pyrra/orders page") continue; // its `for` counts from there: HANDOVER
        for (const [minute, fires] of (theirs.get(key) ?? []).entries())
          expect(
            states.slice(Math.max(0, minute - 1), minute + 2),
            `${key} at ${minute}m`,
          ).toContain(fires);
      }
    },
  );
});

describe("the first errors of a series that was not there", () => {
  const burst: Traffic = {
    minutes: 120,
    stepSeconds: 10,
    hasBadFromStart: false,
    events: (second) => (second === 3_600 ? { good: 0, bad: 8_000 } : { good: 1_000, bad: 0 }),
  };
  const begin = Date.UTC(2026, 0, 5);
  const ours = slowburnVerdicts(SLOS, burst, begin);

  test("fire here as they would there, had the series been there at 0 before", () => {
    expect(ours.get("sloth/orders page")).toContain(true);
    expectAlike(ours, promtoolVerdicts(SLOS, { ...burst, hasBadFromStart: true }), burst as Case);
  });
  test("do not exist to `rate()`: the rules never fire", () => {
    for (const states of promtoolVerdicts(SLOS, burst).values()) expect(states).not.toContain(true);
  });
});
