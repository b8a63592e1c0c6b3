/** A capture through the real engine: detection against closed forms, outages as recorded, two rule sets side by side. */
import { describe, expect, test } from "vitest";
import { foreseeOutage } from "../../src/alerts/index.ts";
import { backtest, compare, parseInjection } from "../../src/backtest/index.ts";
import { millis, type Indicator, type Slo, type Tier } from "../../src/slo/index.ts";
import { sloOf } from "../engine/fixtures.ts";
import { EPOCH_MS } from "../series/harness.ts";
import { sourceOf, traffic, type TrafficSettings } from "./worlds.ts";

const HOUR = 3600;
const PAGE: Tier = {
  severity: "page",
  factorMilli: 14_400,
  longMs: millis(3_600_000),
  shortMs: millis(300_000),
  forMs: millis(0),
  keepFiringForMs: millis(0),
  minBadEvents: 0,
  significance: 1,
};
const paging = (tier: Partial<Tier> = {}): Slo =>
  sloOf({ alerts: { name: "page", tiers: [{ ...PAGE, ...tier }] } });

async function tried(
  settings: TrafficSettings,
  ruleSets: readonly Slo[],
  injections: readonly string[] = [],
) {
  const outcome = await backtest([sourceOf(traffic(settings))], {
    ruleSets: ruleSets.map((slo) => [slo]),
    bucketMs: 10_000,
    injections: injections.flatMap((text) => parseInjection(text) ?? []),
  });
  if (outcome === undefined) throw new Error("there are records");
  return outcome;
}

const secondsOf = (ms: number | undefined): number => ((ms ?? NaN) - EPOCH_MS) / 1000;

describe("an injected outage is detected and forgotten as the closed form says, within a bucket of the export and one of the tick", () => {
  for (const percent of [100, 50, 15, 10, 5])
    test(`${percent} %`, async () => {
      const slo = paging();
      const { ruleSets } = await tried(
        { seconds: 6 * HOUR, events: 2000 },
        [slo],
        [`${percent}%@2h/1h`],
      );
      const foreseen = foreseeOutage(PAGE, {
        objective: slo.objective,
        windowMs: slo.window.lengthMs,
        errorRatio: percent / 100,
      });
      if (foreseen.kind !== "fires") throw new Error("it fires");
      const [episode, ...more] = ruleSets[0]?.episodes ?? [];
      expect(more).toEqual([]);
      expect(episode).toMatchObject({
        severity: "page",
        tier: "1h/5m",
        isNotified: true,
        isEarly: false,
      });
      expect(episode?.outage).toMatchObject({
        kind: "injected",
        startMs: EPOCH_MS + 2 * HOUR * 1000,
      });
      // A lookback of 1h is up to a minute longer: that much more must be bad.
      const late = (episode?.detectionMs ?? 0) - foreseen.afterMs;
      expect(late).toBeGreaterThan(0);
      expect(late).toBeLessThanOrEqual(20_000 + foreseen.afterMs / 60);
      const reset = (episode?.resetMs ?? 0) - foreseen.resolvedAfterMs;
      expect(reset).toBeGreaterThanOrEqual(0);
      expect(reset).toBeLessThanOrEqual(20_000);
    });

  test("1 % is too little for 14.4 budgets of 0.1 %", async () => {
    const { ruleSets } = await tried({ seconds: 4 * HOUR, events: 2000 }, [paging()], ["1%@2h"]);
    expect(ruleSets[0]?.episodes).toEqual([]);
    // 2 h of 10 s at 2000, and 1 % of the last two of them: 1.44 M events, 14 400 bad.
    expect(ruleSets[0]?.slos).toMatchObject([{ total: 2_880_000, good: 2_880_000 - 14_400 }]);
  });
});

describe("an outage as recorded", () => {
  const badAt = (second: number) =>
    second > 2 * HOUR && second <= 2 * HOUR + 600 ? 500 : second % 60 === 0 ? 1 : 0;

  test("begins with the first bucket of too many bad events, not with the first bad event", async () => {
    const { ruleSets } = await tried({ seconds: 4 * HOUR, events: 2000, badAt }, [paging()]);
    const [episode] = ruleSets[0]?.episodes ?? [];
    expect(episode?.outage?.kind).toBe("recorded");
    expect(secondsOf(episode?.outage?.startMs)).toBe(2 * HOUR);
    expect(secondsOf(episode?.outage?.endMs)).toBe(2 * HOUR + 600);
    expect(episode?.detectionMs).toBe((episode?.firedAt ?? 0) - EPOCH_MS - 2 * HOUR * 1000);
    expect(episode?.resetMs).toBe((episode?.resolvedAt ?? 0) - EPOCH_MS - (2 * HOUR + 600) * 1000);
  });

  test("that lasts to the end has no end, and its alert fires on", async () => {
    const { ruleSets } = await tried({ seconds: 2 * HOUR + 300, events: 2000, badAt }, [paging()]);
    const [episode] = ruleSets[0]?.episodes ?? [];
    expect(episode).not.toHaveProperty("resolvedAt");
    expect(episode).not.toHaveProperty("resetMs");
  });

  test("right at the capture's begin is seen by a lookback that nothing was known for", async () => {
    const { ruleSets } = await tried({ seconds: HOUR, events: 2000, badAt: () => 100 }, [paging()]);
    expect(ruleSets[0]?.episodes[0]).toMatchObject({ isEarly: true });
  });
});

describe("two rule sets", () => {
  const badAt = (second: number) => (second > 2 * HOUR && second <= 2 * HOUR + 1200 ? 100 : 0);
  const settings = { seconds: 4 * HOUR, events: 2000, badAt };
  const verdicts = async (before: Slo, after: Slo) => {
    const { ruleSets } = await tried(settings, [before, after]);
    const { episodes } = compare(ruleSets[0]!, ruleSets[1]!, 10_000);
    return episodes.map(({ verdict }) => verdict);
  };

  test("that are the same find the same", async () => {
    expect(await verdicts(paging(), paging())).toEqual(["same"]);
  });

  test("of another factor find the same at other times; of a factor over it, nothing", async () => {
    expect(await verdicts(paging(), paging({ factorMilli: 10_000 }))).toEqual(["moved"]);
    expect(await verdicts(paging(), paging({ factorMilli: 60_000 }))).toEqual(["gone"]);
    expect(await verdicts(paging({ factorMilli: 60_000 }), paging())).toEqual(["added"]);
  });

  const LATE: Indicator = {
    kind: "events",
    total: { metric: "http.requests", where: [{ kind: "in", key: "status", values: ["500"] }] },
    count: "good",
    when: [{ kind: "in", key: "status", values: ["200"] }],
  };
  test.each<[string, Slo, Slo]>([
    [
      "on one engine, for they count the same events",
      paging(),
      sloOf({ objective: "99%", per: ["status"] }),
    ],
    [
      "on one engine, as the same SLO",
      paging(),
      { ...paging(), source: { file: "b.yaml", line: 9, format: "slowburn" } },
    ],
    ["on engines of their own, for they do not", paging(), sloOf({ indicator: LATE })],
  ])("do not touch one another: each counts as alone, %s", async (_name, one, other) => {
    const injections = ["3%@1h", "shop/availability:50%@3h/10m"];
    const both = await tried(settings, [one, other], injections);
    expect(both.ruleSets).toEqual([
      ...(await tried(settings, [one], injections)).ruleSets,
      ...(await tried(settings, [other], injections)).ruleSets,
    ]);
    expect(both.ruleSets[0]?.episodes.length).toBeGreaterThan(0);
  });

  test("an alert under another name of the SLO is another alert", async () => {
    const { ruleSets } = await tried(settings, [
      paging(),
      { ...paging(), id: "shop/other", name: "other" },
    ]);
    const { episodes, slos } = compare(ruleSets[0]!, ruleSets[1]!, 10_000);
    expect(episodes.map(({ verdict }) => verdict)).toEqual(["gone", "added"]);
    expect(slos.map(({ id, before, after }) => [id, before?.total, after?.total])).toEqual([
      ["shop/availability", 2_880_000, undefined],
      ["shop/other", undefined, 2_880_000],
    ]);
  });
});

test("a page holds its ticket back: nobody was told of that", async () => {
  const tiers = [PAGE, { ...PAGE, severity: "ticket" as const }];
  const slo = sloOf({ alerts: { name: "both", tiers } });
  const badAt = (second: number) => (second > 2 * HOUR && second <= 2 * HOUR + 600 ? 2000 : 0);
  const { ruleSets } = await tried({ seconds: 2 * HOUR + 900, events: 2000, badAt }, [slo]);
  expect(ruleSets[0]?.episodes.map(({ severity, isNotified }) => [severity, isNotified])).toEqual([
    ["page", true],
    ["ticket", false],
  ]);
});

test("no record is no outcome", async () => {
  const settings = { ruleSets: [[paging()]], bucketMs: 10_000, injections: [] };
  expect(await backtest([sourceOf([])], settings)).toBeUndefined();
});
