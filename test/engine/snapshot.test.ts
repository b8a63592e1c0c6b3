import { describe, expect, test } from "vitest";
import { Engine } from "../../src/engine/index.ts";
import { millis, ppb, streamIndex, type Indicator } from "../../src/slo/index.ts";
import { EVENTS, ms, policyOf, seriesOf, sloOf } from "./fixtures.ts";

const START = 1_700_000_000_000;
const S0 = streamIndex(0);
const SLO = sloOf({ window: "3d", alerts: policyOf("1h", "5m") });

const newEngine = (bucketMs = 10_000) => new Engine({ bucketMs, startMs: START });
const names = (engine: Engine, isFull?: boolean) =>
  engine
    .dirtyParts(isFull)
    .map(({ name, bytes }) => `${name}${bytes === undefined ? " gone" : ""}`);
const stored = (engine: Engine) =>
  new Map(engine.dirtyParts(true).flatMap(({ name, bytes }) => (bytes ? [[name, bytes]] : [])));

describe("a snapshot's parts", () => {
  test("are only those that changed since the last call", () => {
    const engine = newEngine();
    engine.setRules([SLO], START);
    expect(names(engine)).toEqual(["engine/streams/0", "engine/rules", "engine/meta"]);
    expect(names(engine)).toEqual(["engine/meta"]);
    engine.book(S0, START + 1, START + 1, 0, 1); // good stays zero: not stored
    expect(names(engine)).toEqual([
      expect.stringMatching(/^engine\/shard\/0\/total\/0\/\d+$/),
      "engine/shard/0/slots",
      "engine/meta",
    ]);
    engine.tick(START + 10_000); // now in the coarse buckets and the lifetime too
    expect(names(engine)).toEqual([
      expect.stringMatching(/^engine\/shard\/0\/total\/1\/\d+$/),
      expect.stringMatching(/^engine\/shard\/0\/total\/2\/\d+$/),
      "engine/shard/0/slots",
      "engine/meta",
    ]);
    expect(names(engine, true)).toHaveLength(7);
  });

  test("are removed when what they held has left", () => {
    const engine = newEngine();
    engine.setRules([SLO], START);
    engine.book(S0, START + 1, START + 1, 1, 1);
    engine.tick(START + 10_000);
    names(engine);
    engine.tick(START + ms("4d"));
    expect(names(engine).filter((name) => name.endsWith(" gone"))).toHaveLength(6);
  });

  test("of an SLO that was removed go with it", () => {
    const engine = newEngine();
    engine.setRules([SLO], START);
    engine.book(S0, START + 1, START + 1, 1, 1);
    names(engine);
    engine.setRules([], START);
    expect(names(engine)).toEqual(
      expect.arrayContaining([
        "engine/streams/0 gone",
        "engine/shard/0/slots gone",
        expect.stringMatching(/^engine\/shard\/0\/good\/0\/\d+ gone$/),
      ]),
    );
  });

  test("are copies", () => {
    const engine = newEngine();
    engine.setRules([SLO], START);
    engine.book(S0, START + 1, START + 1, 1, 1);
    const before = stored(engine);
    const copy = new Map([...before].map(([name, bytes]) => [name, Uint8Array.from(bytes)]));
    engine.book(S0, START + 1, START + 1, 1, 1);
    engine.tick(START + ms("1h"));
    expect(before).toEqual(copy);
  });
});

describe("restore", () => {
  test("brings back rules, groups, doubts, marks and readings", () => {
    const engine = newEngine();
    const slos = [SLO, sloOf({ id: "a/grouped", per: ["r"], groupLimit: 1, window: "1d" })];
    engine.setRules(slos, START);
    for (const r of ["x", "y"]) {
      for (const { stream } of engine.bind(seriesOf({ r })).targets) {
        engine.book(stream, START, START + 5, 0.5, 3_000_000_000);
        engine.bookStraddle(stream, START, START + 5, 1.25, 2);
      }
    }
    engine.markPartial(START - 5000, START, "a restart");
    engine.tick(START + 10_000);
    const again = newEngine();
    expect(again.restore(stored(engine), START)).toBe(true);
    expect(again.slos).toEqual(slos);
    expect(again.tickedAtMs).toBe(engine.tickedAtMs);
    expect(again.counters).toEqual(engine.counters);
    for (const { index } of engine.allStreams()) {
      const reading = engine.read(index);
      expect(again.read(index)).toMatchObject({
        ...reading,
        stream: { index, key: reading.stream.key, group: reading.stream.group },
      });
    }
    expect(again.shards.map((shard) => shard.isPartial)).toEqual(
      engine.shards.map((shard) => shard.isPartial),
    );
    expect(again.bind(seriesOf({ r: "x" }))).toEqual(engine.bind(seriesOf({ r: "x" })));
    expect(again.setRules(slos, START).kept).toHaveLength(2);
  });

  test("without a snapshot there is nothing to restore", () => {
    expect(newEngine().restore(new Map(), START)).toBe(false);
  });

  test("of a snapshot that is not read says so", () => {
    const parts = stored(newEngine());
    const meta = JSON.parse(Buffer.from(parts.get("engine/meta") ?? []).toString()) as object;
    parts.set("engine/meta", Buffer.from(JSON.stringify({ ...meta, format: 99 })));
    const again = newEngine();
    expect(again.restore(parts, START)).toBe(false);
    again.setRules([SLO], START);
    expect(again.read(S0).integrity.kind).toBe("partial");
  });
});

describe("another bucket width", () => {
  const minutes = Array.from({ length: 600 }, (_, i) => START - ms("10h") + (i + 1) * 60_000);
  /** An event each minute for ten hours, every tenth bad, a third of them astride; and two that wait for their tick. */
  function counted(bucketMs: number): Engine {
    const engine = new Engine({ bucketMs, startMs: START - ms("10h") });
    engine.setRules([SLO, sloOf({ id: "a/grouped", per: ["r"], window: "1d" })], START);
    engine.bind(seriesOf({ r: "x" }));
    for (const at of minutes) {
      const good = at % 600_000 === 0 ? 0 : 1;
      engine.book(S0, at, at, good, 1);
      engine.book(streamIndex(1), at, at, good, 1);
      if (at % 180_000 === 0) engine.bookStraddle(S0, at, at, 0.5, 1);
    }
    engine.tick(START);
    engine.book(S0, START + 20_000, START + 20_000, 2, 2);
    return engine;
  }

  test.each([
    [10_000, 7000],
    [10_000, 60_000],
    [10_000, 1000],
    [5000, 15_000],
  ])("from %i ms to %i ms keeps every event in every window, within a bucket", (from, to) => {
    const before = counted(from);
    const after = new Engine({ bucketMs: to, startMs: START });
    expect(after.restore(stored(before), START)).toBe(true);
    expect(after.bind(seriesOf({ r: "x" }))).toEqual(before.bind(seriesOf({ r: "x" })));
    for (const engine of [before, after]) engine.tick(START + ms("5m"));
    for (const { index } of before.allStreams()) {
      const [was, is] = [before.read(index), after.read(index)];
      expect(is).toMatchObject({ good: was.good, total: was.total, goodBounds: was.goodBounds });
      expect(is).toMatchObject({ newestPointMs: was.newestPointMs, integrity: was.integrity });
      is.windows.forEach((window, k) => {
        // an event a minute: what the two old edges of a window can differ by
        const edges = (window.edgeMs + was.windows[k]!.edgeMs + to) / 60_000;
        expect(Math.abs(window.total - was.windows[k]!.total)).toBeLessThanOrEqual(1 + edges);
      });
    }
    expect(after.shards[0]!.lifetimeTotal![0]).toBe(before.shards[0]!.lifetimeTotal![0]);
    expect(after.shards[0]!.lifetimeGood![0]).toBe(before.shards[0]!.lifetimeGood![0]);
  });

  const SLICES = {
    kind: "timeslices",
    widthMs: millis(60_000),
    targetPpb: ppb(500_000_000),
  } as const;

  test.each([
    [10_000, 5000, 60],
    [10_000, 60_000, 60],
    [10_000, 7000, 30], // slices become 63 s: those that ended stay, events of the one that is open wait for it
  ])("from %i ms to %i ms carries slices over", (from, to, lateMinutes) => {
    const slo = { ...SLO, budgeting: SLICES, noData: "bad" as const };
    const before = new Engine({ bucketMs: from, startMs: START - ms("2h") });
    before.setRules([slo], START - ms("2h"));
    for (let at = START - ms("2h"); at < START; at += 60_000) {
      before.book(S0, at + 20_000, at + 20_000, at % 600_000 === 0 ? 0 : 2, 2);
      before.tick(at + 60_000);
    }
    const after = new Engine({ bucketMs: to, startMs: START });
    expect(after.restore(stored(before), START)).toBe(true);
    const isSame = from * Math.round(60_000 / from) === to * Math.ceil(60_000 / to);
    const counts = (engine: Engine) => [engine.read(S0).good, engine.read(S0).total];
    expect(counts(after)).toEqual(counts(before));
    if (!isSame) return;
    for (const engine of [before, after]) {
      const late = START - lateMinutes * 60_000 + 30_000;
      engine.book(S0, late, late, 0, 3); // makes its slice bad
      engine.tick(START + ms("10m")); // silent, so bad
    }
    expect(counts(after)).toEqual(counts(before));
    expect(after.read(S0).total).toBeGreaterThan(125);
  });

  test("and back loses nothing", () => {
    const before = counted(10_000);
    const between = new Engine({ bucketMs: 7000, startMs: START });
    between.restore(stored(before), START);
    const after = new Engine({ bucketMs: 10_000, startMs: START });
    after.restore(stored(between), START);
    for (const engine of [before, after]) engine.tick(START + ms("5m"));
    expect(after.read(S0)).toMatchObject({
      good: before.read(S0).good,
      total: before.read(S0).total,
    });
  });
});

test("after other buckets, nothing of the snapshot before is left in the next one", () => {
  const stored = new Map<string, Uint8Array>();
  const store = (engine: Engine) => {
    for (const { name, bytes } of engine.dirtyParts()) {
      if (bytes === undefined) stored.delete(name);
      else stored.set(name, bytes);
    }
  };
  const seconds = newEngine(1000);
  seconds.setRules([SLO], START);
  for (let at = 0; at < 600; at++) seconds.book(S0, START, START + at * 1000, 7, 7);
  seconds.tick(START + ms("10m"));
  store(seconds);
  const other = new Engine({ bucketMs: 10_000, startMs: START + ms("10m") });
  expect(other.restore(stored, START + ms("10m"))).toBe(true);
  other.book(S0, START, START + ms("10m") + 1, 1, 1);
  store(other);
  const again = newEngine();
  expect(again.restore(stored, START + ms("11m"))).toBe(true);
  again.tick(START + ms("11m"));
  expect(again.read(S0).total).toBe(4201);
  const written = other.dirtyParts(true).flatMap(({ name, bytes }) => (bytes ? [name] : []));
  expect([...stored.keys()].toSorted()).toEqual(written.toSorted());
});

describe("marks of incomplete time", () => {
  test("hold for the windows that cover it, until it has left", () => {
    const engine = newEngine();
    engine.setRules([SLO, sloOf({ id: "a/short", window: "1h", alerts: policyOf() })], START);
    engine.markPartial(START - ms("30m"), START - ms("20m"), "disk trouble");
    const kinds = () => [0, 1].map((i) => engine.read(streamIndex(i)).integrity.kind);
    const columns = () => engine.shards.map((shard) => shard.isPartial![0]);
    expect(engine.read(S0).integrity).toEqual({ kind: "partial", reasons: ["disk trouble"] });
    expect(kinds()).toEqual(["partial", "partial"]);
    expect(columns()).toEqual([1, 1]);
    engine.tick(START + ms("40m"));
    expect(kinds()).toEqual(["partial", "complete"]);
    expect(columns()).toEqual([1, 0]);
    engine.tick(START + ms("3d"));
    expect(kinds()).toEqual(["complete", "complete"]);
  });

  test("of a metric hold for the SLOs that are counted from it, groups that come later included", () => {
    const engine = newEngine();
    const other: Indicator = { ...EVENTS, total: { metric: "other", where: [] } } as Indicator;
    const slos = [
      sloOf({ id: "a/marked", per: ["r"], window: "1d" }),
      sloOf({ id: "a/other", window: "1d", indicator: other }),
    ];
    engine.setRules(slos, START);
    engine.bind(seriesOf({ r: "x" }));
    engine.markMetricPartial(seriesOf().metric, START - 1, START, "no room");
    engine.bind(seriesOf({ r: "y" }));
    engine.tick(START + 10_000);
    const kinds = (sloId: string) =>
      engine.streamsOf(sloId).map(({ index }) => engine.read(index).integrity.kind);
    const column = () => {
      const [shard] = engine.shards;
      return engine
        .allStreams()
        .map(({ index }) => shard!.isPartial![shard!.streams.indexOf(index)]);
    };
    expect(kinds("a/marked")).toEqual(["partial", "partial"]);
    expect(kinds("a/other")).toEqual(["complete"]);
    expect(column()).toEqual([0, 1, 1]);
    engine.tick(START + ms("4d")); // the longest lookback is 3d
    expect(kinds("a/marked")).toEqual(["complete", "complete"]);
    expect(column()).toEqual([0, 0, 0]);
  });

  test("of one reason and the same SLOs are one while they go on", () => {
    const engine = newEngine();
    engine.setRules([SLO], START);
    const minutes = Array.from({ length: 100 }, (_, i) => START + i * 60_000);
    for (const at of minutes) engine.markMetricPartial(seriesOf().metric, at - 1, at, "no room");
    const meta = JSON.parse(Buffer.from(stored(engine).get("engine/meta") ?? []).toString()) as {
      marks: unknown;
    };
    expect(meta.marks).toEqual([
      { fromMs: START - 1, toMs: minutes.at(-1), reason: "no room", sloIds: [SLO.id] },
    ]);
  });

  test("are bounded", () => {
    const engine = newEngine();
    engine.setRules([SLO], START);
    for (let i = 0; i < 500; i++) engine.markPartial(START - i, START, `reason ${i}`);
    const { integrity } = engine.read(S0);
    expect(integrity.kind === "partial" && integrity.reasons.length).toBe(64);
  });
});

describe("a doubt about a stream", () => {
  test("shows in its readings from then on, over a restart too, and in no other's", () => {
    const engine = newEngine();
    engine.setRules([SLO, sloOf({ id: "a/other", window: "3d", alerts: policyOf() })], START);
    engine.doubt(S0, "a writer was forgotten");
    engine.doubt(S0, "a writer was forgotten");
    const partial = { kind: "partial", reasons: ["a writer was forgotten"] };
    expect(engine.read(S0).integrity).toEqual(partial);
    expect(engine.read(streamIndex(1)).integrity.kind).toBe("complete");
    const again = newEngine();
    again.restore(stored(engine), START + ms("4d"));
    again.tick(START + ms("4d"));
    expect(again.read(S0).integrity).toEqual(partial);
    expect(again.read(streamIndex(1)).integrity.kind).toBe("complete");
  });

  test("makes its part of the next snapshot dirty; about a stream that is gone it is nothing", () => {
    const engine = newEngine();
    engine.setRules([SLO], START);
    names(engine);
    engine.doubt(S0, "a writer was forgotten");
    expect(names(engine)).toContain("engine/streams/0");
    engine.setRules([], START);
    names(engine);
    engine.doubt(S0, "a writer was forgotten");
    expect(names(engine)).toEqual(["engine/meta"]);
  });
});
