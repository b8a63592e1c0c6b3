import { describe, expect, test } from "vitest";
import { Engine } from "../../src/engine/index.ts";
import { millis, pendingOf, streamIndex, type Indicator, type Slo } from "../../src/slo/index.ts";
import { EVENTS, ms, policyOf, seriesOf, sloOf } from "./fixtures.ts";

const START = 1_700_000_000_000 - (1_700_000_000_000 % ms("1h"));
const S0 = streamIndex(0);

/** One event a minute for a day, all good. */
function dayOf(slo: Slo): Engine {
  const engine = new Engine({ bucketMs: 10_000, startMs: START - ms("1d") });
  engine.setRules([slo], START - ms("1d"));
  for (let at = START - ms("1d") + 60_000; at <= START; at += 60_000) {
    engine.book(S0, at, at, 1, 1);
    engine.tick(at);
  }
  return engine;
}
const totalsOf = (engine: Engine) =>
  Object.fromEntries(engine.read(S0).windows.map((each) => [each.windowMs / 60_000, each.total]));

describe("edits", () => {
  const before = sloOf({ window: "3d", alerts: policyOf("1h", "5m") });

  test.each<[string, Partial<Slo>]>([
    ["objective", { objective: sloOf({ objective: "90%" }).objective }],
    ["labels", { labels: { tier: "1" } }],
    ["policy", { alerts: { ...policyOf("1h", "5m"), name: "renamed" } }],
  ])("of the %s keep the stream and its counts", (_, edit) => {
    const engine = dayOf(before);
    const counts = totalsOf(engine);
    const change = engine.setRules([{ ...before, ...edit }], START);
    expect(change).toEqual({
      added: [],
      removed: [],
      kept: ["shop/availability"],
      restarted: [],
      rebuilt: [],
      pending: [],
      notes: [],
    });
    expect(totalsOf(engine)).toEqual(counts);
    expect(counts).toEqual({ 5: 5, 60: 60, 4320: 1440 });
    expect(engine.read(S0)).toMatchObject({ sinceMs: START - ms("1d"), newestPointMs: START });
  });

  test("an objective changes the budget at once", () => {
    const engine = dayOf(before);
    engine.book(S0, START, START, 0, 144);
    expect(engine.read(S0).budgetConsumed).toBeCloseTo(90.9, 1);
    engine.setRules([{ ...before, objective: sloOf({ objective: "90%" }).objective }], START);
    expect(engine.read(S0).budgetConsumed).toBeCloseTo(0.909, 3);
    expect(engine.shards[0]!.budgetPpb[0]).toBe(100_000_000);
  });

  test("a shorter lookback is filled exactly from the rings that hold it", () => {
    const engine = dayOf(before);
    const after = sloOf({ window: "3d", alerts: policyOf("2h", "5m", "30m", "3m") });
    engine.setRules([after], START);
    expect(totalsOf(engine)).toMatchObject({ 3: 3, 5: 5, 4320: 1440 });
  });

  test("a lookback that only wider buckets hold is shared out from them, totals kept, and said", () => {
    const engine = dayOf(before); // holds 10 s for 5m, 1 min for 1h, 1 h for 3d
    const after = sloOf({ window: "3d", alerts: policyOf("6h", "2h") });
    const { notes } = engine.setRules([after], START);
    expect(totalsOf(engine)).toEqual({ 120: 120, 360: 360, 4320: 1440 });
    expect(notes).toHaveLength(2);
    expect(notes[0]).toContain("estimated from wider buckets");
  });

  test("a window longer than anything held fills from now on, and says so", () => {
    const engine = dayOf(before);
    const { notes } = engine.setRules(
      [{ ...before, window: sloOf({ window: "90d" }).window }],
      START,
    );
    expect(totalsOf(engine)[129_600]).toBe(1440);
    expect(notes[0]).toContain("longer than what was held");
    engine.tick(START + ms("10d"));
    expect(totalsOf(engine)[129_600]).toBe(1440);
  });

  test("what waits for its tick moves along", () => {
    const engine = dayOf(before);
    engine.book(S0, START + 60_000, START + 60_000, 7, 7);
    engine.setRules([{ ...before, alerts: policyOf("2h", "30m") }], START);
    engine.tick(START + 60_000);
    expect(totalsOf(engine)[30]).toBe(36); // 29 minutes of one event, and seven
  });

  test.each<[string, Partial<Slo>]>([
    ["indicator", { indicator: { ...EVENTS, count: "good" } as Indicator }],
    ["grouping", { per: ["http.route"] }],
  ])("of the %s start anew, and say so", (_, edit) => {
    const engine = dayOf(before);
    const change = engine.setRules([{ ...before, ...edit }], START);
    expect(change).toMatchObject({ kept: [], restarted: ["shop/availability"] });
    expect(change.notes).toHaveLength(1);
    const { targets } = engine.bind(seriesOf({ "http.route": "/a" }));
    expect(targets[0]!.stream).not.toBe(0); // a stale index hits nothing
    expect(engine.read(targets[0]!.stream)).toMatchObject({ total: 0, sinceMs: START });
    engine.book(S0, START, START, 1, 1);
    expect(engine.counters.unknownStream).toBe(1);
  });

  test("a removed SLO leaves a slot that the next one starts empty in", () => {
    const engine = dayOf(before);
    const other = { ...before, id: "shop/other" };
    expect(engine.setRules([], START)).toMatchObject({ removed: ["shop/availability"] });
    expect(engine.shards).toEqual([]);
    expect(engine.setRules([other], START)).toMatchObject({ added: ["shop/other"] });
    const [stream] = engine.streamsOf("shop/other");
    expect(engine.read(stream!.index)).toMatchObject({ total: 0, newestPointMs: undefined });
  });

  test("a retired SLO is counted on, unseen, and goes on when it is back", () => {
    const engine = dayOf(before);
    const retired = { ...before, retiredAt: millis(START) };
    expect(engine.setRules([retired], START)).toMatchObject({
      kept: ["shop/availability"],
      notes: [],
    });
    expect([engine.slos, engine.allStreams(), engine.streamsOf(before.id)]).toEqual([[], [], []]);
    expect(engine.countedSlos).toEqual([retired]);
    expect(engine.bind(seriesOf()).targets).toHaveLength(1);
    engine.book(S0, START, START, 1, 1);
    engine.setRules([before], START + 60_000);
    expect(engine.slos).toEqual([before]);
    expect(totalsOf(engine)[4320]).toBe(1441);
  });

  test("streams of one class share shards; a slot is used again and empty", () => {
    const engine = new Engine({ bucketMs: 10_000, startMs: START });
    const many = Array.from({ length: 1500 }, (_, i) => sloOf({ id: `a/${i}`, window: "1d" }));
    engine.setRules(many, START);
    expect(engine.shards.map((shard) => shard.slotCount)).toEqual([1024, 476]);
    for (const { index } of engine.allStreams())
      engine.book(index, START + 1, START + 1, 1, index + 1);
    engine.tick(START + 10_000);
    for (const { index } of engine.allStreams()) expect(engine.read(index).total).toBe(index + 1);
    engine.setRules([...many.slice(0, -1), sloOf({ id: "a/new", window: "1d" })], START);
    expect(engine.shards.map((shard) => shard.slotCount)).toEqual([1024, 476]);
    const [added] = engine.streamsOf("a/new");
    expect(engine.read(added!.index).total).toBe(0);
  });
});

describe("bind and rules are deterministic", () => {
  test("the same calls give the same stream indexes", () => {
    const indexes = () => {
      const engine = new Engine({ bucketMs: 10_000, startMs: START });
      engine.setRules([sloOf({ per: ["r"] }), sloOf({ id: "b/plain" })], START);
      return ["x", "y", "x"].flatMap((r) =>
        engine.bind(seriesOf({ r })).targets.map((target) => target.stream),
      );
    };
    expect(indexes()).toEqual([1, 0, 2, 0, 1, 0]);
    expect(indexes()).toEqual(indexes());
  });
});

test("what is incomplete of an SLO while it is rebuilt stays so when it is in force", () => {
  const before = sloOf({ window: "3d" });
  const after = sloOf({ window: "3d", per: ["route"] });
  const engine = dayOf(before);
  const series = seriesOf({ route: "/pay" });
  engine.setRules([before, pendingOf(after, millis(START - ms("1d")))], START);
  engine.markMetricPartial(series.metric, START - 1000, START, "too many series");
  engine.setRules([{ ...after, rebuiltFrom: millis(START - ms("1d")) }], START + 10_000);
  engine.bind(series);
  engine.tick(START + 20_000);
  const [stream] = engine.streamsOf(after.id);
  expect(engine.read(stream!.index).integrity).toEqual({
    kind: "partial",
    reasons: ["too many series"],
  });
});
