/** An SLO that is rebuilt from the archive counts what it would have counted had it been there from the start. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Snapshotter } from "../../src/ingest/index.ts";
import { millis, pendingOf, type Indicator, type Slo } from "../../src/slo/index.ts";
import { policyOf, sloOf } from "../engine/fixtures.ts";
import { ms, nanos } from "../series/harness.ts";
import { newCounting, newWorld, requestOf, requests as countOf, type World } from "./world.ts";

const ALERTS = policyOf("1h", "5m", "6h", "30m", "3d", "2h");
const slo = (id: string, indicator: Indicator, per: readonly string[] = []): Slo =>
  sloOf({ id: `shop/${id}`, window: "30d", alerts: ALERTS, indicator, per });
const bad5xx = {
  count: "bad",
  when: [{ kind: "matches", key: "status", pattern: "5.." }],
} as const;
const requests = { metric: "http.requests", where: [] };
const duration = { metric: "http.duration", where: [] };
const NOT_HEALTH = [{ kind: "notIn", key: "route", values: ["/health"] }] as const;

/** What is in force from the start, and measures all that the edits ask for. */
const OLD: readonly Slo[] = [
  slo("orders", { kind: "events", total: requests, ...bad5xx }),
  slo("fast", { kind: "latency", total: duration, thresholdNanos: 250_000_000 }),
  slo("depth", {
    kind: "sums",
    total: [{ metric: "depth", where: [], weight: 1, measure: { kind: "samples" } }],
    count: "good",
    part: [
      {
        metric: "depth",
        where: [],
        weight: 1,
        measure: { kind: "samples", holds: { op: "<", value: 5 } },
      },
    ],
  }),
];
/** A changed filter and grouping, a changed filter of a latency, new SLOs over what is measured. */
const EDITED: readonly Slo[] = [
  slo("orders", { kind: "events", total: { ...requests, where: NOT_HEALTH }, ...bad5xx }, [
    "route",
  ]),
  slo("fast", {
    kind: "latency",
    total: { ...duration, where: NOT_HEALTH },
    thresholdNanos: 250_000_000,
  }),
  OLD[2]!,
  slo("answered", {
    kind: "counters",
    total: requests,
    count: "good",
    part: { metric: "http.requests", where: [{ kind: "in", key: "status", values: ["200"] }] },
  }),
  slo("depth-of-orders", {
    ...(OLD[2]!.indicator as Extract<Indicator, { kind: "sums" }>),
    total: [{ metric: "depth", where: NOT_HEALTH, weight: 1, measure: { kind: "samples" } }],
  }),
];
const CHANGED = EDITED.filter((each) => !OLD.includes(each));

/** Old definitions answer, new ones count unseen. */
const pendingRules = (sinceMs: number): readonly Slo[] => [
  ...OLD,
  ...CHANGED.map((each) => pendingOf(each, millis(sinceMs))),
];
const readyRules = (sinceMs: number): readonly Slo[] =>
  EDITED.map((each) => (OLD.includes(each) ? each : { ...each, rebuiltFrom: millis(sinceMs) }));

type Step =
  | { readonly kind: "send"; readonly minutes: number; readonly events: readonly number[] }
  | { readonly kind: "snapshot" | "crash" | "work" };

/** Cumulative counters and a histogram of two routes and two codes, a gauge; time goes on by whole minutes. */
class Sender {
  minute = 0;
  readonly #sums = [0, 0, 0, 0];
  readonly #buckets = [0, 0, 0];

  next(minutes: number, events: readonly number[]): Uint8Array {
    this.minute += minutes;
    const at = { start: nanos(0), time: nanos(this.minute * 60) };
    const points = this.#sums.map((_, index) => {
      this.#sums[index]! += events[index] ?? 0;
      const attributes = {
        route: index % 2 === 0 ? "/pay" : "/health",
        status: index < 2 ? "200" : "500",
      };
      return { ...at, attributes, int: this.#sums[index]! };
    });
    this.#buckets.forEach((_, index) => (this.#buckets[index]! += events[index] ?? 0));
    const count = this.#buckets.reduce((sum, each) => sum + each, 0);
    const attributes = { route: "/pay" };
    return requestOf(
      { name: "http.requests", sum: { points } },
      {
        name: "http.duration",
        unit: "s",
        histogram: {
          points: [{ ...at, attributes, count, bounds: [0.2, 0.3], counts: [...this.#buckets] }],
        },
      },
      { name: "depth", gauge: { points: [{ ...at, attributes, int: events[0] ?? 0 }] } },
    );
  }
}

class Play {
  world!: World;
  readonly #clock = { nowMs: ms(0) };
  #snapshotter!: Snapshotter;
  readonly #sender = new Sender();

  async start(rules: readonly Slo[]): Promise<this> {
    this.#take(await newWorld({ maxGroupRequests: 1, now: () => this.#clock.nowMs }));
    await this.world.intake.changeRules(rules);
    return this;
  }

  #take(world: World): void {
    this.world = world;
    this.#snapshotter = new Snapshotter(world.core, world.store);
  }

  async step(step: Step): Promise<void> {
    switch (step.kind) {
      case "send": {
        const request = this.#sender.next(step.minutes, step.events);
        this.#clock.nowMs = ms(this.#sender.minute * 60);
        this.world.engine.tick(this.#clock.nowMs);
        await this.world.intake.handle(request);
        for (let turn = 0; turn < 3; turn++) this.world.core.maintain(this.#clock.nowMs);
        return;
      }
      case "snapshot":
        return this.#snapshotter.take(this.world.intake.appliedSeq);
      case "crash":
        this.#take(await this.world.restarted());
        this.world.engine.tick(this.#clock.nowMs);
        return;
      case "work":
        this.world.core.stepRebuild();
    }
  }

  finish(): void {
    while (this.world.core.stepRebuild());
  }

  /** All windows of all streams of the SLOs, once every bucket is closed. */
  sums(slos: readonly Slo[]): unknown {
    const { engine } = this.world;
    engine.tick(this.#clock.nowMs + 60_000);
    return slos.map(({ id }) =>
      engine
        .streamsOf(id)
        .map(({ index, key }) => ({ key, reading: engine.read(index) }))
        .sort((a, b) => (a.key < b.key ? -1 : 1))
        .map(({ key, reading: { windows, goodBounds } }) => ({
          key,
          windows: windows.map(({ good, total }) => [good, total]),
          goodBounds,
        })),
    );
  }
}

const send = fc.record({
  kind: fc.constant("send" as const),
  // Mostly steady, sometimes a sender is cut off and its increment is spread.
  minutes: fc.oneof({ weight: 6, arbitrary: fc.constant(1) }, fc.integer({ min: 2, max: 400 })),
  events: fc.array(fc.nat(9), { minLength: 4, maxLength: 4 }),
});
const disturbance = fc.constantFrom("snapshot", "crash", "work").map((kind) => ({ kind }) as Step);
const steps = (maxLength: number) =>
  fc.array(fc.oneof({ weight: 3, arbitrary: send as fc.Arbitrary<Step> }, disturbance), {
    minLength: 1,
    maxLength,
  });

describe("an SLO that is rebuilt", () => {
  test("has the windows of one that was there from the start, whatever came between and crashed", async () => {
    await fc.assert(
      fc.asyncProperty(steps(40), steps(12), steps(8), async (before, during, after) => {
        const always = await new Play().start(EDITED);
        const edited = await new Play().start(OLD);
        const both = async (list: readonly Step[]) => {
          for (const step of list) {
            await edited.step(step);
            if (step.kind === "send") await always.step(step);
          }
        };
        await both(before);
        await edited.world.intake.changeRules(pendingRules(ms(0)));
        await both(during);
        edited.finish();
        await edited.world.intake.changeRules(readyRules(ms(0)));
        await both(after);
        expect(edited.sums(EDITED)).toEqual(always.sums(EDITED));
      }),
      { numRuns: 25 },
    );
  });

  test("is not seen, and the old definition answers, until it is ready", async () => {
    const play = await new Play().start(OLD);
    for (let minute = 0; minute < 30; minute++) {
      await play.step({ kind: "send", minutes: 1, events: [5, 1, 2, 0] });
    }
    const before = play.sums(OLD);
    const change = await play.world.intake.changeRules(pendingRules(ms(0)));
    expect(change.pending.map(({ id }) => id)).toEqual(CHANGED.map(({ id }) => id));
    expect(change.kept).toEqual(OLD.map(({ id }) => id));
    expect([...change.added, ...change.removed, ...change.restarted]).toEqual([]);
    expect(play.world.engine.slos.map(({ id }) => id)).toEqual(OLD.map(({ id }) => id));
    expect(play.sums(OLD)).toEqual(before);
    const { late, spread } = play.world.engine.counters;
    play.finish();
    expect(play.sums(OLD)).toEqual(before);
    expect(play.world.engine.counters).toMatchObject({ late, spread, tooOld: 0 });
    const ready = await play.world.intake.changeRules(readyRules(ms(0)));
    expect(ready.rebuilt.map(({ id }) => id)).toEqual(CHANGED.map(({ id }) => id));
    expect(play.world.core.rebuild).toBeUndefined();
  });
});

test("what is rebuilt in the middle of a minute shows no less than the old definition did", async () => {
  const before = OLD[0]!;
  const after = slo("orders", { kind: "events", total: requests, ...bad5xx }, ["route"]);
  let nowMs = ms(0);
  const { intake, core, engine } = await newWorld({ maxGroupRequests: 1, now: () => nowMs });
  const total = () => {
    const streams = engine.streamsOf(before.id);
    return streams.reduce((sum, { index }) => sum + engine.read(index).total, 0);
  };
  await intake.changeRules([before]);
  for (let second = 5, sent = 0; second < 300; second += 5) {
    engine.tick((nowMs = ms(second)));
    await intake.handle(countOf(second, (sent += 7)));
  }
  engine.tick((nowMs = ms(306)));
  await intake.handle(countOf(306, 2000));
  engine.tick((nowMs = ms(317)));
  const shown = total();
  expect(shown).toBe(2000);
  await intake.changeRules([before, pendingOf(after, millis(ms(0)))]);
  while (core.stepRebuild());
  await intake.changeRules([{ ...after, rebuiltFrom: millis(ms(0)) }]);
  expect(total()).toBe(shown);
  engine.tick((nowMs = ms(330)));
  expect(total()).toBe(2000);
});

describe("what happened before the archive began", () => {
  const narrowed = EDITED[0]!;
  const backlog = (minute: number, int: number) =>
    requestOf({
      name: "http.requests",
      sum: {
        temporality: "delta",
        points: [
          {
            attributes: { route: "/pay", status: "200" },
            start: nanos((minute - 1) * 60),
            time: nanos(minute * 60),
            int,
          },
        ],
      },
    });
  const edited = async (old: readonly Slo[], added: readonly Slo[] = []) => {
    let nowMs = ms(3600);
    const { intake, core, engine } = await newWorld({ maxGroupRequests: 1, now: () => nowMs });
    await intake.changeRules(old);
    const sendTo = async (minute: number) => {
      engine.tick((nowMs = Math.max(nowMs, ms(minute * 60))));
      await intake.handle(backlog(minute, 10));
    };
    for (let minute = 30; minute < 40; minute++) await sendTo(minute);
    for (let minute = 61; minute < 66; minute++) await sendTo(minute);
    await intake.changeRules([...old, ...added]);
    for (let minute = 66; minute < 70; minute++) await sendTo(minute);
    return {
      intake,
      core,
      engine,
      closeAt: (minute: number) => engine.tick((nowMs = ms(minute * 60))),
    };
  };

  test("and came after it is counted again", async () => {
    const before = OLD[0]!;
    const { intake, core, engine, closeAt } = await edited([before]);
    const sinceMs = core.heldSince(narrowed, ms(70 * 60))!;
    expect(sinceMs).toBe(ms(3600));
    await intake.changeRules([before, pendingOf(narrowed, sinceMs)]);
    while (core.stepRebuild());
    await intake.changeRules([{ ...narrowed, rebuiltFrom: sinceMs }]);
    closeAt(71);
    const { total, integrity } = engine.read(engine.streamsOf(narrowed.id)[0]!.index);
    expect(total).toBe(190);
    expect(integrity.kind).toBe("complete");
  });

  test("and is archived in part only is left out, and said", async () => {
    const [before, , depth] = OLD;
    const errorsOf = { metric: "http.errors", where: [] };
    const both = slo("orders", {
      kind: "counters",
      total: requests,
      count: "bad",
      part: errorsOf,
    });
    const errors = slo("errors", { ...before!.indicator, total: errorsOf } as Indicator);
    const { intake, core, engine, closeAt } = await edited([before!, depth!], [errors]);
    const sinceMs = core.heldSince(both, ms(70 * 60))!;
    expect(sinceMs).toBe(ms(65 * 60));
    const rest = [depth!, errors];
    await intake.changeRules([before!, ...rest, pendingOf(both, sinceMs)]);
    while (core.stepRebuild());
    await intake.changeRules([{ ...both, rebuiltFrom: sinceMs }, ...rest]);
    closeAt(71);
    const { total, integrity } = engine.read(engine.streamsOf(both.id)[0]!.index);
    expect(total).toBe(40);
    expect(integrity).toEqual({
      kind: "partial",
      reasons: [
        `what happened before ${new Date(sinceMs).toISOString()} was archived in part only: it is left out`,
      ],
    });
  });
});

describe("what the archive does not hold", () => {
  test("series that no rule used leave the windows partial, until they have left", async () => {
    const narrow = {
      ...requests,
      where: [{ kind: "in", key: "route", values: ["/pay"] }],
    } as const;
    const before = slo("orders", { kind: "events", total: narrow, ...bad5xx });
    const after = slo("orders", { kind: "events", total: requests, ...bad5xx });
    const play = await new Play().start([before]);
    for (let minute = 0; minute < 10; minute++) {
      await play.step({ kind: "send", minutes: 1, events: [5, 7, 2, 0] });
    }
    const { intake, engine } = play.world;
    await intake.changeRules([before, pendingOf(after, millis(ms(0)))]);
    play.finish();
    await intake.changeRules([{ ...after, rebuiltFrom: millis(ms(0)) }]);
    const [stream] = engine.streamsOf(after.id);
    const { integrity, total } = engine.read(stream!.index);
    expect(integrity).toEqual({
      kind: "partial",
      reasons: ["no rule used 2 of the series before: nothing of them was archived"],
    });
    expect(total).toBe(70);
  });

  test("is said before: a threshold that no rule had, slices, what was archived only now", async () => {
    const play = await new Play().start(OLD);
    await play.step({ kind: "send", minutes: 1, events: [1, 1, 1, 1] });
    const { core } = play.world;
    const at = (minutes: number) => (each: Slo) => core.heldSince(each, ms(minutes * 60));
    // What is new loses nothing in two minutes; what is changed would.
    const isChanged = ({ id }: Slo) => OLD.some((each) => each.id === id);
    expect(CHANGED.map(at(1))).toEqual(
      CHANGED.map((each) => (isChanged(each) ? ms(0) : undefined)),
    );
    expect(CHANGED.map(at(10))).toEqual(CHANGED.map(() => ms(0)));
    const faster = slo("fast", { kind: "latency", total: duration, thresholdNanos: 300_000_000 });
    expect(at(10)(faster)).toBeUndefined();
    const ratio = { kind: "ratioTimeslices", widthMs: millis(60_000) } as const;
    expect(at(10)({ ...CHANGED[0]!, budgeting: ratio })).toBeUndefined();
  });

  test("nor what came while nothing was archived", () => {
    const parts = new Map<string, Uint8Array>();
    const inTurn = (isArchiving: boolean, minutes: number) => {
      const { core, engine } = newCounting(1, 10_000, isArchiving);
      core.restore(parts, ms(minutes * 60));
      engine.tick(ms(minutes * 60));
      core.applyRules(OLD, ms(minutes * 60));
      for (const { name, bytes } of core.dirtyParts()) {
        if (bytes === undefined) parts.delete(name);
        else parts.set(name, bytes);
      }
      return core.heldSince(CHANGED[0]!, ms(100 * 60));
    };
    expect(inTurn(true, 0)).toBe(ms(0));
    expect(inTurn(true, 10)).toBe(ms(0));
    expect(inTurn(false, 20)).toBeUndefined();
    expect([...parts.keys()].filter((name) => name.startsWith("archive/"))).toEqual([]);
    expect(inTurn(true, 30)).toBe(ms(30 * 60));
  });
});
