/** The core is a function of the journal and the clock: replaying every entry, or a snapshot and the rest, gives it again. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Snapshotter } from "../../src/ingest/index.ts";
import { OperationError, type Slo } from "../../src/slo/index.ts";
import { policyOf, sloOf } from "../engine/fixtures.ts";
import { ms } from "../series/harness.ts";
import { arrivals } from "../series/exports.ts";
import { countable, history, timeOf, wildHistory, type History } from "../series/truth.ts";
import { countsOf, newWorld, recovered, requests, totalsOf, AVAILABILITY } from "./world.ts";

const total = { metric: "requests", where: [] };
const SLOS: readonly Slo[] = [
  sloOf({
    id: "shop/by-code",
    window: "1d",
    indicator: {
      kind: "events",
      total,
      count: "bad",
      when: [{ kind: "matches", key: "code", pattern: "5.." }],
    },
    per: ["code"],
  }),
  sloOf({
    id: "shop/fast",
    window: "6h",
    alerts: policyOf("1h", "5m"),
    indicator: {
      kind: "latency",
      total: { metric: "duration", where: [] },
      thresholdNanos: 250_000_000,
    },
  }),
  sloOf({
    id: "shop/fairly-fast",
    window: "6h",
    indicator: {
      kind: "latency",
      total: { metric: "duration", where: [{ kind: "in", key: "code", values: ["200"] }] },
      thresholdNanos: 600_000_000,
    },
  }),
  sloOf({
    id: "shop/parts",
    window: "1d",
    indicator: {
      kind: "counters",
      total,
      count: "bad",
      part: { ...total, where: [{ kind: "in", key: "code", values: ["404"] }] },
    },
  }),
];

type Step =
  | { readonly kind: "send" | "flush" | "snapshot" | "restart" }
  | { readonly kind: "tick"; readonly bySeconds: number }
  | { readonly kind: "rules"; readonly mask: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.constant<Step>({ kind: "send" }) },
  {
    weight: 4,
    arbitrary: fc.constantFrom<Step>({ kind: "flush" }, { kind: "snapshot" }, { kind: "restart" }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("tick" as const), bySeconds: fc.nat(90) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("rules" as const), mask: fc.nat(15) }),
  },
);

const chosen = (mask: number): readonly Slo[] => SLOS.filter((_, at) => (mask & (1 << at)) !== 0);

/** Plays the steps on one core; with `restarts`, a new one takes over at each. Ends when all requests were sent. */
async function play(past: History, steps: readonly Step[], restarts: boolean) {
  let clock = 0;
  let world = await newWorld({ now: () => ms(clock) });
  let snapshotter = new Snapshotter(world.core, world.store);
  await world.intake.changeRules(SLOS);
  const waiting = arrivals(past);
  const restart = async (): Promise<void> => {
    world = await world.restarted();
    snapshotter = new Snapshotter(world.core, world.store);
    world.engine.tick(ms(clock));
  };
  for (const each of [...steps, ...waiting.map((): Step => ({ kind: "send" }))]) {
    if (each.kind === "send") {
      const request = waiting.shift();
      if (request !== undefined) void world.intake.handle(request.bytes);
      continue;
    }
    await world.intake.flush();
    if (each.kind === "tick") world.engine.tick(ms((clock += each.bySeconds)));
    else if (each.kind === "rules") await world.intake.changeRules(chosen(each.mask));
    else if (each.kind === "snapshot") await snapshotter.take(world.intake.appliedSeq);
    else if (each.kind === "restart" && restarts) await restart();
  }
  await world.intake.flush();
  if (restarts) await restart();
  const ends = past.processes.map((process) => timeOf(process, 1));
  world.engine.tick(ms(Math.max(clock, ...ends) + 60));
  expect(world.fatal).toEqual([]);
  return world;
}

test("restarts anywhere, with snapshots, ticks and rule changes, change no number", async () => {
  await fc.assert(
    fc.asyncProperty(
      wildHistory,
      fc.array(step, { minLength: 5, maxLength: 50 }),
      async (past, steps) => {
        const going = await play(past, steps, false);
        const restarted = await play(past, steps, true);
        expect(countsOf(restarted)).toEqual(countsOf(going));
        expect(restarted.engine.slos).toEqual(going.engine.slos);
      },
    ),
    { numRuns: 100 },
  );
});

const EVENTS = [1, 2, 0].map((code) => ({ at: 0, code, value: 0 }));
const FOUND: History = {
  processes: (["exponential", "sum"] as const).map((instrument) => ({
    identity: 0,
    instrument,
    temporality: "cumulative",
    startOf: "process",
    beginAt: 0,
    exportEvery: 1,
    exportCount: 1,
    fallAfter: 0,
    isFallHidden: false,
    events: instrument === "sum" ? [] : EVENTS,
    batchSize: 1,
    firstScale: 0,
  })),
  deliveries: [
    { arrivals: 2, delays: [3, 0] },
    { arrivals: 0, delays: [2, 0] },
  ],
};

test("good and total are those of the events that can be known, wherever it restarts", async () => {
  const restarts = step.filter(({ kind }) => kind !== "rules");
  await fc.assert(
    fc.asyncProperty(history, fc.array(restarts, { maxLength: 30 }), async (past, steps) => {
      const world = await play(past, steps, true);
      const events = countable(past, arrivals(past));
      const requests = events.filter(({ isHistogram }) => !isHistogram);
      const durations = events.filter(({ isHistogram }) => isHistogram);
      const [byCode, fast, , parts] = SLOS;
      expect(totalsOf(world, byCode!)).toEqual({
        good: requests.filter(({ code }) => !code.startsWith("5")).length,
        total: requests.length,
      });
      expect(totalsOf(world, fast!)).toEqual({
        good: durations.filter(({ value }) => value <= 0.25).length,
        total: durations.length,
      });
      expect(totalsOf(world, parts!)).toEqual({
        good: requests.filter(({ code }) => code !== "404").length,
        total: requests.length,
      });
    }),
    { numRuns: 100 },
  );
});

test("a series that no rule used is known after a restart: a rule comes late to it", async () => {
  const steps: readonly Step[] = [
    { kind: "send" },
    { kind: "rules", mask: 4 },
    { kind: "send" },
    { kind: "tick", bySeconds: 1 },
    { kind: "restart" },
    { kind: "flush" },
    { kind: "send" },
    { kind: "rules", mask: 2 },
    { kind: "send" },
    { kind: "send" },
  ];
  const going = await play(FOUND, steps, false);
  const restarted = await play(FOUND, steps, true);
  expect(countsOf(restarted)).toEqual(countsOf(going));
});

describe("a snapshot", () => {
  test("that could not be saved goes with the next one", async () => {
    const world = await newWorld();
    const snapshotter = new Snapshotter(world.core, world.store);
    await world.intake.changeRules([AVAILABILITY]);
    const take = () => snapshotter.take(world.intake.appliedSeq);
    const send = async (time: number, int: number): Promise<void> => {
      const answer = world.intake.handle(requests(time, int));
      await world.intake.flush();
      expect(await answer).toMatchObject({ kind: "accepted" });
    };
    await send(10, 4);
    world.store.failNext(new OperationError("disk-full", "no room", { retryable: true }));
    await expect(take()).rejects.toThrow("no room");
    await take();
    expect((await world.store.stats()).journalEntries).toBe(0);
    const again = await recovered(world.store);
    again.engine.tick(ms(60));
    expect(totalsOf(again, AVAILABILITY)).toEqual({ good: 4, total: 4 });
  });

  test("of a fresh core is empty, and is read back as one", async () => {
    const world = await newWorld();
    await new Snapshotter(world.core, world.store).take(0);
    const again = await recovered(world.store);
    expect(again.engine.slos).toEqual([]);
    expect(again.core.series.identity.series.count).toBe(0);
  });
});
