import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type ApiSources,
  createApi,
  type SloDetailAnswer,
  type SloListAnswer,
} from "../../src/api/index.ts";
import { millis, ppb } from "../../src/slo/index.ts";
import { calendarSources, compositeSources, readingOf, sloOf, streamOf, world } from "./world.ts";

async function ask<T>(path: string, sources: ApiSources = world().sources): Promise<T> {
  const response = await createApi(sources, { bearerTokens: [] }).request(path);
  expect(response.status).toBe(200);
  return (await response.json()) as T;
}
const ids = async (query: string): Promise<string[]> =>
  (await ask<SloListAnswer>(`/api/v1/slos${query}`)).slos.map((slo) => slo.id);

describe("GET /api/v1/slos", () => {
  it("says the engine's numbers, unchanged", async () => {
    const { slos, at } = await ask<SloListAnswer>("/api/v1/slos?service=checkout");
    const [slo] = slos;
    expect(at).toBe("2026-05-01T11:59:58.000Z");
    expect(slo).toMatchObject({
      id: "checkout/availability",
      owner: "shop-team",
      runbook: null,
      objective: { text: "99.9%", ratio: 0.999, errorBudget: 0.001 },
      window: { kind: "rolling", text: "30d", seconds: 2_592_000 },
      groupCount: 0,
      source: { file: "rules/shop.yaml", line: 7 },
    });
    expect(slo!.reading).toMatchObject({
      streamKey: "checkout/availability",
      group: {},
      good: 9999,
      bad: 1,
      total: 10_000,
      sli: 0.9999,
      newestPointAt: "2026-05-01T11:59:55.000Z",
      newestPointAgeSeconds: 5,
      since: "2026-04-29T12:00:00.000Z",
      integrity: { kind: "complete", reasons: [] },
    });
    expect(slo!.reading!.burnRates.map((burn) => burn.lookback)).toEqual(["5m", "1h", "30d"]);
    expect(slo!.reading!.alerts).toMatchObject([
      { severity: "ticket", state: "pending", firedAt: null },
    ]);
  });

  it("shows of a grouped SLO the group with the least budget, never one without events", async () => {
    const { slos } = await ask<SloListAnswer>("/api/v1/slos?label=tier=2");
    expect(slos[0]!.groupCount).toBe(3);
    expect(slos[0]!.reading!.group).toEqual({ "http.route": "/pay" });
    expect(slos[0]!.reading!.integrity).toEqual({ kind: "partial", reasons: ["restart gap"] });
    expect(slos[0]!.reading!.alerts).toMatchObject([
      { severity: "page", state: "firing", notified: true },
      { severity: "ticket", state: "firing", inhibited: true, notified: false },
    ]);
  });

  it("names the nearest thresholds that would be exact", async () => {
    const detail = (id: string) => ask<SloDetailAnswer>(`/api/v1/slos/${id}`);
    expect((await detail("checkout/latency")).inexactThresholds).toEqual([
      { threshold: 0.3, nearestBelow: 0.25, nearestAbove: null },
    ]);
    expect((await detail("checkout/availability")).inexactThresholds).toEqual([]);
  });

  it("says null, not 0 and not 1, where nothing was counted", async () => {
    const { slos } = await ask<SloListAnswer>("/api/v1/slos?service=search");
    expect(slos[0]!.reading).toBeNull();
    const detail = await ask<SloDetailAnswer>("/api/v1/slos/checkout/latency");
    const quiet = detail.groups.find((group) => group.group["http.route"] === "/quiet")!;
    expect(quiet).toMatchObject({
      total: 0,
      sli: null,
      budgetRemaining: null,
      budgetConsumed: null,
      exhaustionSeconds: null,
      newestPointAt: null,
      newestPointAgeSeconds: null,
    });
    expect(quiet.burnRates[0]).toMatchObject({ errorRatio: null, burnRate: null });
  });

  it.each([
    ["", ["checkout/availability", "checkout/latency", "search/availability"]],
    ["?service=checkout", ["checkout/availability", "checkout/latency"]],
    ["?service=Checkout", []],
    ["?label=tier=1", ["checkout/availability", "search/availability"]],
    ["?label=tier=1&label=region=eu", []],
    ["?label=toString=x", []],
    ["?template=http-server", []],
  ])("filters by %j", async (query, expected) => {
    expect(await ids(query)).toEqual(expected);
  });

  it("filters by template, one version of it or all", async () => {
    const made = (version: number) => ({
      file: "rules/shop.yaml",
      line: 7,
      format: "slowburn" as const,
      template: { name: "web", version, slo: "latency", file: "rules/platform.yaml", line: 3 },
    });
    const { sources } = world();
    const slos = [
      sloOf("a/x", { source: made(1) }),
      sloOf("b/x", { source: made(2) }),
      sloOf("c/x"),
    ];
    const of = async (query: string) => {
      const engine = { ...sources.engine, slos, streamsOf: () => [] };
      const answer = await ask<SloListAnswer>(`/api/v1/slos?template=${query}`, {
        ...sources,
        engine,
      });
      return answer.slos.map(({ id, source }) => `${id} ${source.template?.version}`);
    };
    expect(await of("web")).toEqual(["a/x 1", "b/x 2"]);
    expect(await of("web@2")).toEqual(["b/x 2"]);
    expect(await of("we")).toEqual([]);
  });

  it("gives every SLO exactly once over the pages, whatever their size", async () => {
    const size = fc.integer({ min: 1, max: 9 });
    const count = fc.integer({ min: 0, max: 25 });
    await fc.assert(
      fc.asyncProperty(size, count, async (limit, sloCount) => {
        const all = Array.from({ length: sloCount }, (_, i) => sloOf(`s${i % 3}/n${i}`));
        const { sources } = world();
        const many = { ...sources, engine: { ...sources.engine, slos: all } };
        const seen: string[] = [];
        for (let after: string | null = ""; after !== null;) {
          const page: SloListAnswer = await ask(`/api/v1/slos?limit=${limit}&after=${after}`, many);
          expect(page.slos.length).toBeLessThanOrEqual(limit);
          seen.push(...page.slos.map((slo) => slo.id));
          after = page.next;
        }
        expect(seen).toEqual(all.map((slo) => slo.id).sort());
      }),
      { numRuns: 30 },
    );
  });

  it("says what an SLO counts", async () => {
    const { sources } = world();
    const timeslices = {
      kind: "timeslices",
      widthMs: millis(60_000),
      targetPpb: ppb(950_000_000),
    } as const;
    const slos = [
      sloOf("a/events"),
      sloOf("a/slices", { budgeting: timeslices, noData: "bad" }),
      sloOf("a/weighed", { budgeting: { kind: "ratioTimeslices", widthMs: millis(300_000) } }),
    ];
    const engine = { ...sources.engine, slos, streamsOf: () => [] };
    const answer = await ask<SloListAnswer>("/api/v1/slos", { ...sources, engine });
    expect(answer.slos.map(({ budgeting, noData }) => ({ ...budgeting, noData }))).toEqual([
      { kind: "occurrences", sliceSeconds: null, sliceTarget: null, noData: "ignore" },
      { kind: "timeslices", sliceSeconds: 60, sliceTarget: 0.95, noData: "bad" },
      { kind: "ratioTimeslices", sliceSeconds: 300, sliceTarget: null, noData: "ignore" },
    ]);
  });

  it("tells what an SLO is made of, and whose its errors are", async () => {
    const { slos } = await ask<SloListAnswer>("/api/v1/slos", compositeSources());
    const { members } = slos[0]!.reading!;
    expect(members).toEqual([
      {
        slo: "checkout/a",
        weight: 3,
        good: 990,
        bad: 10,
        total: 1000,
        errorRatio: 0.01,
        contribution: expect.closeTo(3 / 23, 12) as number,
      },
      {
        slo: "checkout/b",
        weight: 2,
        good: 9,
        bad: 1,
        total: 10,
        errorRatio: 0.1,
        contribution: expect.closeTo(20 / 23, 12) as number,
      },
      {
        slo: "checkout/c",
        weight: 1,
        good: 0,
        bad: 0,
        total: 0,
        errorRatio: null,
        contribution: 0,
      },
    ]);
  });

  it("tells where a calendar window stands, and the budget at its end beside that so far", async () => {
    const { slos } = await ask<SloListAnswer>("/api/v1/slos", calendarSources());
    expect(slos[0]).toMatchObject({
      window: {
        kind: "calendar",
        text: "month",
        seconds: 2_592_000,
        calendar: { unit: "month", count: 1, timeZone: "Europe/Berlin" },
      },
      reading: {
        budgetRemaining: -0.5,
        budgetProjected: 0.5,
        calendar: {
          startedAt: "2026-04-21T12:00:00.000Z",
          endsAt: "2026-05-21T12:00:00.000Z",
          elapsedSeconds: 864_000,
          remainingSeconds: 1_728_000,
          expectedTotal: 30_000,
        },
      },
    });
  });

  it("never writes a number that JSON does not have", async () => {
    const { sources } = world();
    const stream = streamOf(0, sloOf("a/b"));
    const broken = readingOf(stream, 1, 10, {
      sli: NaN,
      exhaustionMs: Infinity,
      budgetRemaining: NaN,
    });
    const engine = {
      ...sources.engine,
      slos: [stream.slo],
      streamsOf: () => [stream],
      read: () => broken,
    };
    const { slos } = await ask<SloListAnswer>("/api/v1/slos", { ...sources, engine });
    expect(slos[0]!.reading).toMatchObject({
      sli: null,
      exhaustionSeconds: null,
      budgetRemaining: null,
    });
  });
});

describe("GET /api/v1/slos/{service}/{name}", () => {
  it("has each group, the bounds, the policy and what is counted", async () => {
    const detail = await ask<SloDetailAnswer>("/api/v1/slos/checkout/latency");
    expect(detail.groups.map((group) => group.group["http.route"])).toEqual([
      "/cart",
      "/pay",
      "/quiet",
    ]);
    expect(detail.groups[1]!.goodBounds).toEqual([95, 99]);
    expect(detail.groups[1]!.burnRates[0]!.edgeSeconds).toBe(10);
    expect(detail.policy.tiers[0]).toMatchObject({
      severity: "page",
      factor: 14.4,
      longSeconds: 3600,
    });
    expect(detail.indicator).toMatchObject({ kind: "events", count: "bad" });
    expect(detail.notes).toEqual(["bounds changed"]);
  });
});
