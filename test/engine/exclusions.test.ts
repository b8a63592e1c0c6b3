/** What exclusions leave out, and that they give it back: cases. Random histories: model.test.ts and slice-model.test.ts. */
import { describe, expect, test } from "vitest";
import { Engine } from "../../src/engine/index.ts";
import { millis, pendingOf, streamIndex, type Exclusion, type Slo } from "../../src/slo/index.ts";
import { exclusionOf, ms, policyOf, seriesOf, sloOf } from "./fixtures.ts";

const BUCKET = 10_000;
const START = Date.parse("2026-03-01T00:00:00Z");
const S0 = streamIndex(0);
const recurring = (rule: string, start: string, duration: string): Exclusion => ({
  reason: "maintenance",
  when: {
    kind: "recurring",
    rule,
    start,
    timeZone: "UTC",
    durationMs: millis(ms(duration)),
  },
  source: { file: "shop.yaml", line: 1 },
});

function setUp(slo: Slo) {
  let engine = new Engine({ bucketMs: BUCKET, startMs: START });
  let now = START;
  engine.setRules([slo], now);
  return {
    engine: () => engine,
    now: () => now,
    /** A good event each bucket, for a while. */
    run: (span: string) => {
      for (const end = now + ms(span); now < end;) {
        engine.book(S0, now, (now += BUCKET), 1, 1);
        engine.tick(now);
      }
    },
    edit: (exclusions?: readonly Exclusion[]) =>
      engine.setRules([{ ...slo, ...(exclusions === undefined ? {} : { exclusions }) }], now),
    total: () => engine.read(S0).total,
    restart: () => {
      const parts = new Map(
        engine.dirtyParts(true).flatMap(({ name, bytes }) => (bytes ? [[name, bytes]] : [])),
      );
      engine = new Engine({ bucketMs: BUCKET, startMs: START });
      expect(engine.restore(parts, now)).toBe(true);
    },
  };
}
const at = (span: string) => START + (span === "0" ? 0 : ms(span));

describe("an exclusion", () => {
  test("leaves whole buckets out, those it touches too", () => {
    const { run, edit, total } = setUp(sloOf());
    run("10m");
    edit([exclusionOf(at("1m") + 1, at("2m") + 1)]);
    expect(total()).toBe(60 - 7);
    edit([exclusionOf(at("1m"), at("2m"))]);
    expect(total()).toBe(60 - 6);
  });

  test("whose minutes are gone from the rings leaves nothing out of a group that comes now", () => {
    const slo = sloOf({ window: "7d", per: ["route"], alerts: policyOf() });
    const exclusions = [exclusionOf(at("5m3s"), at("10m"))];
    const { engine, now, run } = setUp({ ...slo, exclusions });
    run("50m");
    const [target] = engine().bind(seriesOf({ route: "/pay" })).targets;
    engine().book(target!.stream, now(), now() + BUCKET, 1, 1);
    engine().book(target!.stream, at("6m"), at("6m") + BUCKET, 0, 5); // late, and excluded
    engine().tick(now() + BUCKET);
    const reading = engine().read(target!.stream);
    expect(reading).toMatchObject({ good: 1, total: 1, excluded: { good: 0, total: 5 } });
  });

  test("of two that overlap leaves each bucket out once", () => {
    const { run, edit, total } = setUp(sloOf());
    run("10m");
    edit([exclusionOf(at("1m"), at("3m")), exclusionOf(at("2m"), at("4m"))]);
    expect(total()).toBe(60 - 18);
  });

  test("is told of with what it leaves out, and gives it back, over a restart too", () => {
    const { run, edit, total, restart, engine } = setUp(sloOf());
    run("3h");
    edit([exclusionOf(at("1h") + ms("10m"), at("2h"))]);
    run("9h"); // the minutes of that hour are gone by now
    const before = total();
    expect(before).toBe(12 * 360 - 300);
    expect(engine().read(S0).excluded).toEqual({ good: 300, total: 300 });
    restart();
    expect(total()).toBe(before);
    edit();
    expect(total()).toBe(12 * 360);
    expect(engine().read(S0).excluded).toBeUndefined();
  });

  test("of a stretch whose finest buckets are gone leaves out the coarser ones, and says so", () => {
    const { run, edit, total, engine } = setUp(sloOf());
    run("70h"); // of the third hour only the hour is held
    const { notes } = edit([exclusionOf(at("2h") + ms("10m"), at("2h") + ms("20m"))]);
    expect(total()).toBe(70 * 360 - 360);
    const said =
      "the exclusion of 2026-03-01T02:10:00Z to 2026-03-01T02:20:00Z excludes 2026-03-01T02:00:00Z to 2026-03-01T03:00:00Z: finer buckets of then are no longer held";
    expect(notes).toEqual([`shop/availability: ${said}`]);
    expect(engine().notesOf("shop/availability")).toEqual([said]);
    edit();
    expect(total()).toBe(70 * 360);
  });

  test("that recurs says so once, and not of what was before there was anything to count", () => {
    const { run, edit } = setUp(sloOf());
    run("70h");
    expect(edit([recurring("FREQ=DAILY", "2026-01-01T02:10", "10m")]).notes).toEqual([
      "shop/availability: the exclusion of 2026-03-02T02:10:00Z to 2026-03-02T02:20:00Z excludes 2026-03-02T02:00:00Z to 2026-03-02T03:00:00Z: finer buckets of then are no longer held (so with 1 before it)",
    ]);
  });

  test("that is shortened gives back the rest", () => {
    const { run, edit, total } = setUp(sloOf());
    run("20m");
    edit([exclusionOf(at("10m"), at("20m"))]);
    expect(total()).toBe(60);
    edit([exclusionOf(at("10m"), at("15m"))]);
    expect(total()).toBe(90);
  });

  test("does not count late points that belong to it, nor the part of a long increment", () => {
    const { run, edit, total, engine, now } = setUp(sloOf());
    run("1h");
    edit([exclusionOf(at("10m"), at("20m"))]);
    const before = total();
    engine().book(S0, at("10m"), at("10m") + 1, 0, 5);
    expect(total()).toBe(before);
    engine().book(S0, at("0"), at("1h"), 0, 360);
    expect(total()).toBe(before + 300);
    edit();
    expect(total()).toBe(360 + 5 + 360);
    expect(now()).toBe(at("1h"));
  });

  test("that recurs goes on recurring, through a gap of days too", () => {
    const { run, edit, total, engine } = setUp(sloOf());
    edit([recurring("FREQ=DAILY", "2026-02-01T02:00", "30m")]);
    run("5h");
    expect(total()).toBe(5 * 360 - 180);
    const later = START + ms("20d");
    engine().tick(later);
    engine().book(S0, later, later + ms("2h") + 1, 0, 0);
    engine().tick(later + ms("3h"));
    engine().book(S0, later, later + ms("2h") + 1, 1, 1);
    expect(total()).toBe(5 * 360 - 180);
    engine().book(S0, later, later + ms("2h") + ms("31m"), 1, 1);
    expect(engine().read(S0).excluded?.total).toBeGreaterThan(180);
  });

  test.each([
    ["once", exclusionOf(at("9d"), at("9d") + ms("1h"))],
    ["for the first time", recurring("FREQ=WEEKLY", "2026-03-10T00:00", "1h")],
  ])("that is days ahead, %s, and the only one, is known in time", (_, exclusion) => {
    const { edit, engine, restart } = setUp(sloOf());
    edit([exclusion]);
    restart();
    for (let day = 1; day <= 9; day++) engine().tick(START + ms(`${day}d`));
    engine().book(S0, at("9d"), at("9d") + 1, 1, 1);
    engine().book(S0, at("9d") + ms("1h"), at("9d") + ms("1h") + 1, 1, 1);
    engine().tick(at("9d") + ms("2h"));
    expect([engine().read(S0).total, engine().read(S0).excluded?.total]).toEqual([1, 1]);
  });

  test("moves with its SLO to other lookbacks once, estimates too", () => {
    const slo = sloOf();
    const { edit, engine } = setUp(slo);
    const exclusions = [exclusionOf(START - ms("1h"), START)];
    edit(exclusions);
    engine().bookStraddle(S0, START, START, 3, 5);
    engine().setRules([{ ...slo, alerts: policyOf("3h", "15m"), exclusions }], START);
    engine().tick(START + BUCKET);
    const sums = engine().shards[0]!.straddle!;
    expect([sums.goodSums[0]![0], sums.totalSums[0]![0]]).toEqual([0, 0]);
    engine().setRules([{ ...slo, alerts: policyOf("3h", "15m") }], START + BUCKET);
    expect([sums.goodSums[0]![0], sums.totalSums[0]![0]]).toEqual([3, 5]);
  });

  test("goes on, or is taken back, when the counts of a changed SLO are whole", () => {
    const slo = { ...sloOf(), exclusions: [exclusionOf(START, START + ms("1h"))] };
    for (const [next, total] of [
      [slo, 0],
      [sloOf(), 1],
    ] as const) {
      const engine = new Engine({ bucketMs: BUCKET, startMs: START });
      engine.setRules([pendingOf(slo, millis(START))], START);
      const [stream] = engine.bind(seriesOf({ status: "200" })).targets;
      engine.book(stream!.stream, START, START + 1, 1, 1);
      engine.tick(START + BUCKET);
      const { rebuilt } = engine.setRules(
        [{ ...next, rebuiltFrom: millis(START) }],
        START + BUCKET,
      );
      expect(rebuilt).toHaveLength(1);
      expect(engine.read(engine.streamsOf(slo.id)[0]!.index).total).toBe(total);
    }
  });

  test("is of groups that come later too", () => {
    const { engine, edit, now } = setUp(sloOf({ per: ["route"] }));
    edit([exclusionOf(at("0"), at("10m"))]);
    const [target] = engine().bind(seriesOf({ route: "/pay" })).targets;
    engine().book(target!.stream, now(), now() + 1, 1, 1);
    engine().tick(now() + BUCKET);
    const reading = engine().read(target!.stream);
    expect([reading.total, reading.sli, reading.excluded?.total]).toEqual([0, undefined, 1]);
  });

  test("keeps lifetime counts as they were: they are of all that was booked", () => {
    const { run, edit, engine } = setUp(sloOf());
    run("10m");
    edit([exclusionOf(at("0"), at("10m"))]);
    run("1m");
    expect(engine().shards[0]?.lifetimeTotal?.[0]).toBe(66);
  });

  test("costs a shard nothing where there is none", () => {
    const { run, engine } = setUp(sloOf());
    run("1m");
    expect(
      engine()
        .dirtyParts(true)
        .filter(({ name }) => name.includes("exclu")),
    ).toEqual([]);
  });
});

test("buckets of another width carry what is excluded over", () => {
  const { run, edit, engine, now } = setUp(sloOf());
  edit([exclusionOf(at("1h"), at("2h"))]);
  run("6h");
  const parts = new Map(
    engine()
      .dirtyParts(true)
      .flatMap(({ name, bytes }) => (bytes ? [[name, bytes]] : [])),
  );
  const wider = new Engine({ bucketMs: 60_000, startMs: now() });
  expect(wider.restore(parts, now())).toBe(true);
  expect(wider.read(S0).total).toBe(5 * 360);
  wider.setRules([sloOf()], now());
  expect(wider.read(S0).total).toBe(6 * 360);
});
