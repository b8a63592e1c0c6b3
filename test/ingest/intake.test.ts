/** Log, then apply, then acknowledge: when groups close, what senders are told, and what the journal then holds. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { MalformedRequest, type ExportOutcome } from "../../src/otlp/index.ts";
import { OperationError, type Slo } from "../../src/slo/index.ts";
import { REJECTIONS } from "../../src/series/index.ts";
import { EVENTS } from "../engine/fixtures.ts";
import { EPOCH_MS, nanos } from "../series/harness.ts";
import {
  AVAILABILITY,
  countsOf,
  LATENCY,
  newWorld,
  recovered,
  requestOf,
  requests,
  totalsOf,
  type World,
} from "./world.ts";

const ACCEPTED = { kind: "accepted" };
const diskFull = () => new OperationError("disk-full", "no room", { retryable: true });

beforeEach(() => vi.useFakeTimers({ now: EPOCH_MS }));
afterEach(() => vi.useRealTimers());

/** Lets promises settle; no time passes. */
const settle = () => vi.advanceTimersByTimeAsync(0);

/** Starts an export; its answer once there is one. */
function exporting({ intake }: World, request: Uint8Array): { answer: ExportOutcome | undefined } {
  const sent: { answer: ExportOutcome | undefined } = { answer: undefined };
  void intake.handle(request).then((answer) => (sent.answer = answer));
  return sent;
}

async function withRules(settings: Parameters<typeof newWorld>[0] = {}): Promise<World> {
  const world = await newWorld(settings);
  await world.intake.changeRules([AVAILABILITY, LATENCY]);
  world.intake.counters.entries = 0;
  return world;
}

/** Closes buckets up to a minute after the epoch, so that windows show what was booked. */
const tick = ({ engine }: Pick<World, "engine">) => engine.tick(EPOCH_MS + 60_000);

describe("a group", () => {
  test("closes 5 ms after its first request", async () => {
    const world = await withRules();
    const first = exporting(world, requests(10, 1));
    await vi.advanceTimersByTimeAsync(3);
    const second = exporting(world, requests(10, 1, { route: "/pay" }));
    await vi.advanceTimersByTimeAsync(1);
    expect([first.answer, second.answer]).toEqual([undefined, undefined]);
    expect(world.intake.counters.entries).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect([first.answer, second.answer]).toEqual([ACCEPTED, ACCEPTED]);
    expect(world.intake.counters.entries).toBe(1);
  });

  test("closes at once with its 64th request", async () => {
    const world = await withRules();
    const sent = Array.from({ length: 65 }, (_, at) =>
      exporting(world, requests(10 + at / 100, at)),
    );
    await settle();
    expect(sent.filter(({ answer }) => answer !== undefined)).toHaveLength(64);
    expect(world.intake.counters.entries).toBe(1);
    await vi.advanceTimersByTimeAsync(5);
    expect(sent[64]!.answer).toEqual(ACCEPTED);
  });

  test("closes at once when its rows reach the size limit", async () => {
    const world = await withRules({ maxGroupBytes: 25 });
    const first = exporting(world, requests(10, 1));
    await settle();
    expect(first.answer).toBeUndefined();
    const second = exporting(world, requests(20, 2));
    await settle();
    expect([first.answer, second.answer]).toEqual([ACCEPTED, ACCEPTED]);
  });

  test("is not held open by one that closed before it", async () => {
    const world = await withRules({ maxGroupRequests: 2 });
    exporting(world, requests(10, 1));
    await vi.advanceTimersByTimeAsync(4);
    exporting(world, requests(11, 2)); // closes by count; the first timer must not close the next group
    const third = exporting(world, requests(12, 3));
    await vi.advanceTimersByTimeAsync(4);
    expect(third.answer).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(third.answer).toEqual(ACCEPTED);
  });
});

describe("an answer", () => {
  test("waits for the store, and the counts change with it", async () => {
    const world = await withRules();
    world.store.hold();
    const sent = exporting(world, requests(10, 4));
    await vi.advanceTimersByTimeAsync(1_000);
    tick(world);
    expect(sent.answer).toBeUndefined();
    expect(totalsOf(world, AVAILABILITY).total).toBe(0);
    world.store.release();
    await settle();
    expect(sent.answer).toEqual(ACCEPTED);
    expect(totalsOf(world, AVAILABILITY)).toEqual({ good: 4, total: 4 });
  });

  test("comes at once when there is nothing to journal", async () => {
    const world = await withRules();
    const empty = exporting(world, new Uint8Array());
    const unused = exporting(
      world,
      requestOf({ name: "other", sum: { points: [{ time: nanos(1), int: 1 }] } }),
    );
    await settle();
    expect([empty.answer, unused.answer]).toEqual([ACCEPTED, ACCEPTED]);
    await vi.advanceTimersByTimeAsync(10);
    expect(world.intake.counters).toMatchObject({ entries: 0, takenPoints: 0, unusedPoints: 1 });
  });

  test("of a rejected point waits for its series' birth, and comes at once for a known series", async () => {
    const world = await withRules();
    const first = exporting(world, requests(601, 1));
    await settle();
    expect(first.answer).toBeUndefined();
    await vi.advanceTimersByTimeAsync(5);
    const again = exporting(world, requests(601, 1));
    await settle();
    for (const { answer } of [first, again]) {
      expect(answer).toMatchObject({ kind: "partial", rejectedPoints: 1 });
    }
    expect(world.intake.counters).toMatchObject({ entries: 1, takenPoints: 0, rejectedPoints: 2 });
    const { rejectedByReason } = world.intake.counters;
    expect([...rejectedByReason].filter(([, count]) => count > 0)).toEqual([["time-in-future", 2]]);
    expect([...rejectedByReason.keys()]).toEqual(Object.keys(REJECTIONS)); // each is shown from 0 on
  });

  test("tells what was rejected, and the rest is taken", async () => {
    const world = await withRules();
    const point = { attributes: { route: "/" }, start: nanos(0), time: nanos(10) };
    const points = [
      { ...point, int: 3 },
      { ...point, int: -1 },
    ];
    const sent = exporting(world, requestOf({ name: "http.requests", sum: { points } }));
    await vi.advanceTimersByTimeAsync(5);
    expect(sent.answer).toMatchObject({
      kind: "partial",
      rejectedPoints: 1,
      message: expect.stringContaining("(value-negative)"),
      reason: "value-negative",
    });
    tick(world);
    expect(totalsOf(world, AVAILABILITY).total).toBe(3);
  });

  test("of a malformed request says so at once; its group goes on without it", async () => {
    const world = await withRules();
    const before = exporting(world, requests(10, 4));
    const malformed = exporting(world, requests(20, 9).slice(0, -1));
    const after = exporting(world, requests(30, 6));
    await settle();
    expect(malformed.answer).toMatchObject({
      kind: "malformed",
      error: expect.any(MalformedRequest),
    });
    await vi.advanceTimersByTimeAsync(5);
    expect([before.answer, after.answer]).toEqual([ACCEPTED, ACCEPTED]);
    tick(world);
    expect(totalsOf(world, AVAILABILITY).total).toBe(6);
  });

  test("of a malformed request alone leaves no entry", async () => {
    const world = await withRules();
    exporting(world, requests(20, 9).slice(0, -1));
    await vi.advanceTimersByTimeAsync(100);
    expect(world.intake.counters.entries).toBe(0);
  });

  test("is unavailable while too much waits for the disk", async () => {
    const world = await withRules({ maxQueuedBytes: 60 });
    world.store.hold();
    const first = exporting(world, requests(10, 4));
    await vi.advanceTimersByTimeAsync(5);
    const second = exporting(world, requests(20, 5));
    await settle();
    expect(second.answer).toEqual({
      kind: "unavailable",
      message: "the disk is behind",
      retryAfterSeconds: 1,
    });
    world.store.release();
    await settle();
    expect(first.answer).toEqual(ACCEPTED);
    const retry = exporting(world, requests(20, 5));
    await vi.advanceTimersByTimeAsync(5);
    expect(retry.answer).toEqual(ACCEPTED);
  });
});

describe("a failing append", () => {
  test("is told, counts nothing, and the retry counts once", async () => {
    const world = await withRules();
    world.store.failNext(diskFull());
    const sent = exporting(world, requests(10, 4));
    await vi.advanceTimersByTimeAsync(5);
    expect(sent.answer).toEqual({ kind: "unavailable", message: "no room", retryAfterSeconds: 1 });
    expect(world.intake.counters.failedEntries).toBe(1);
    tick(world);
    expect(totalsOf(world, AVAILABILITY).total).toBe(0);
    const retry = exporting(world, requests(10, 4));
    await vi.advanceTimersByTimeAsync(5);
    expect(retry.answer).toEqual(ACCEPTED);
    expect(totalsOf(world, AVAILABILITY).total).toBe(4);
    expect(world.fatal).toEqual([]);
  });

  test("journals its births again with the next entry, so that recovery knows the series", async () => {
    const world = await withRules();
    world.store.failNext(diskFull());
    exporting(world, requests(10, 4));
    await vi.advanceTimersByTimeAsync(5);
    exporting(world, requests(10, 4));
    await vi.advanceTimersByTimeAsync(5);
    tick(world);
    const again = await recovered(world.store);
    tick(again);
    expect(countsOf(again)).toEqual(countsOf(world));
    expect(totalsOf(again, AVAILABILITY).total).toBe(4);
  });

  test("takes the entries behind it along; all their births come again", async () => {
    const world = await withRules({ maxGroupRequests: 1 });
    world.store.hold();
    world.store.failNext(diskFull());
    const sent = ["/a", "/b", "/c"].map((route) => exporting(world, requests(10, 4, { route })));
    await settle();
    world.store.release();
    await settle();
    expect(sent.map(({ answer }) => answer?.kind)).toEqual(Array(3).fill("unavailable"));
    for (const route of ["/c", "/a"]) exporting(world, requests(10, 4, { route }));
    await settle();
    tick(world);
    const again = await recovered(world.store);
    tick(again);
    expect(totalsOf(again, AVAILABILITY).total).toBe(8);
    expect(countsOf(again)).toEqual(countsOf(world));
  });

  test("ends the process when the disk must not be written again", async () => {
    const world = await withRules();
    const broken = new OperationError("disk-error", "I/O error", { retryable: false });
    world.store.failNext(broken);
    const sent = exporting(world, requests(10, 4));
    await vi.advanceTimersByTimeAsync(5);
    expect(sent.answer).toMatchObject({ kind: "unavailable" });
    expect(world.fatal).toEqual([broken]);
    const later = exporting(world, requests(20, 5));
    await settle();
    expect(later.answer).toMatchObject({ kind: "unavailable" });
  });
});

describe("a rule change", () => {
  test("waits for what came before it, and what comes after it waits for the change", async () => {
    const world = await withRules();
    world.store.hold();
    const before = exporting(world, requests(10, 4));
    const change = world.intake.changeRules([LATENCY]);
    const after = exporting(world, requests(20, 9));
    await vi.advanceTimersByTimeAsync(50);
    expect([before.answer, after.answer]).toEqual([undefined, undefined]);
    expect(world.engine.slos).toHaveLength(2);
    world.store.release();
    await settle();
    expect(before.answer).toEqual(ACCEPTED);
    expect(await change).toMatchObject({ removed: [AVAILABILITY.id], kept: [LATENCY.id] });
    await vi.advanceTimersByTimeAsync(5);
    expect(after.answer).toEqual(ACCEPTED);
    expect(world.intake.counters).toMatchObject({ takenPoints: 1, unusedPoints: 1 }); // the second found no rule
  });

  test("several wait for one another, in order", async () => {
    const world = await withRules();
    const changes = [[LATENCY], [AVAILABILITY], [AVAILABILITY, LATENCY]].map((slos) =>
      world.intake.changeRules(slos),
    );
    await settle();
    await Promise.all(changes);
    expect(world.engine.slos).toEqual([AVAILABILITY, LATENCY]);
    expect((await recovered(world.store)).engine.slos).toEqual([AVAILABILITY, LATENCY]);
  });

  test("that cannot be journaled changes nothing, and requests go on", async () => {
    const world = await withRules();
    world.store.failNext(diskFull());
    await expect(world.intake.changeRules([LATENCY])).rejects.toThrow("no room");
    expect(world.engine.slos).toHaveLength(2);
    const sent = exporting(world, requests(10, 4));
    await vi.advanceTimersByTimeAsync(5);
    expect(sent.answer).toEqual(ACCEPTED);
  });

  test("comes late to series that only a malformed request had shown, in recovery too", async () => {
    const world = await newWorld({ now: Date.now });
    const where = [{ kind: "in" as const, key: "route", values: ["/"] }];
    const total = { metric: "http.requests", where };
    const front: Slo = {
      ...AVAILABILITY,
      id: "shop/front",
      indicator: { ...EVENTS, total } as Slo["indicator"],
    };
    await world.intake.changeRules([front]);
    exporting(world, Uint8Array.of(...requests(10, 1000, { route: "/late" }), 0xff)); // no field begins so
    await vi.advanceTimersByTimeAsync(15_000);
    await world.intake.changeRules([AVAILABILITY]);
    exporting(world, requests(20, 1000, { route: "/late" }));
    await vi.advanceTimersByTimeAsync(5);
    tick(world);
    const again = await recovered(world.store);
    tick(again);
    expect(again.core.series.identity.mark()).toEqual(world.core.series.identity.mark());
    expect(countsOf(again)).toEqual(countsOf(world));
  });
});

describe("flush", () => {
  test("closes the open group and waits for every entry", async () => {
    const world = await withRules();
    world.store.hold();
    const sent = exporting(world, requests(10, 4));
    let isFlushed = false;
    void world.intake.flush().then(() => (isFlushed = true));
    await settle();
    expect(isFlushed).toBe(false);
    world.store.release();
    await settle();
    expect([isFlushed, sent.answer]).toEqual([true, ACCEPTED]);
  });
});

describe("alerts and notifications", () => {
  const gone = (streamKey: string) =>
    ({ kind: "inactive", at: EPOCH_MS, streamKey, severity: "page" }) as const;
  const row = {
    id: 1,
    orderKey: "a",
    target: "webhook",
    dedupeKey: "d",
    payload: "{}",
    attempts: 0,
    nextAttemptAt: EPOCH_MS,
  };

  test("are journaled in one entry, and come back in order", async () => {
    const world = await withRules();
    const added = { added: [row], updated: [], removedIds: [] };
    await world.intake.commitAlerts([gone("a"), gone("b")], added);
    await world.intake.commitAlerts([gone("c")], undefined);
    await world.intake.commitOutbox({ added: [], updated: [], removedIds: [1] });
    expect(world.intake.counters.entries).toBe(3);
    const again = await recovered(world.store);
    expect(again.transitions).toEqual([gone("a"), gone("b"), gone("c")]);
  });

  test("that cannot be journaled are told to the caller", async () => {
    const world = await withRules();
    world.store.failNext(diskFull());
    await expect(world.intake.commitAlerts([gone("a")], undefined)).rejects.toThrow("no room");
  });
});
