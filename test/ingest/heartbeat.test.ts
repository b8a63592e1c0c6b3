/** The beats: never held up by a snapshot, made up for when late, and never silent about what they could not make durable. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { AlertTransition } from "../../src/alerts/index.ts";
import { Heartbeat, type HeartbeatPorts } from "../../src/ingest/index.ts";

const BUCKET_MS = 10_000;
const START_MS = 1_800_000_000_000;

const gone: AlertTransition = {
  kind: "inactive",
  at: START_MS,
  streamKey: "shop/availability",
  severity: "page",
};
const nothing = { added: [], updated: [], removedIds: [] };

interface World {
  readonly ticks: number[];
  readonly lateMs: number[];
  readonly snapshots: number[];
  readonly commits: (readonly AlertTransition[])[];
  readonly fatal: unknown[];
  readonly ports: HeartbeatPorts;
}

function world(change: Partial<HeartbeatPorts> = {}): World {
  const heard: Omit<World, "ports"> = {
    ticks: [],
    lateMs: [],
    snapshots: [],
    commits: [],
    fatal: [],
  };
  const since = (ms: number) => (ms - START_MS) / 1000;
  const ports: HeartbeatPorts = {
    engine: { shards: [], tick: (nowMs) => heard.ticks.push(since(nowMs)) },
    alerts: { evaluate: () => [] },
    dispatcher: { prepare: () => nothing, accept: () => undefined },
    commitAlerts: async (transitions) => {
      heard.commits.push([...transitions]);
    },
    snapshot: async () => {
      heard.snapshots.push(since(Date.now()));
    },
    now: Date.now,
    onTick: (lateMs) => heard.lateMs.push(lateMs),
    onTransitions: () => undefined,
    onError: () => undefined,
    onFatal: (error) => heard.fatal.push(error),
    ...change,
  };
  return { ...heard, ports };
}

const started = (ports: HeartbeatPorts, snapshotEveryMs = 60_000): Heartbeat => {
  const heartbeat = new Heartbeat(ports, { bucketMs: BUCKET_MS, snapshotEveryMs });
  heartbeat.start();
  return heartbeat;
};

beforeEach(() => vi.useFakeTimers({ now: START_MS }));
afterEach(() => vi.useRealTimers());

describe("the beat", () => {
  test("comes at the end of every bucket", async () => {
    const { ports, ticks, lateMs } = world();
    started(ports);
    await vi.advanceTimersByTimeAsync(35_000);
    expect(ticks).toEqual([10, 20, 30]);
    expect(lateMs).toEqual([0, 0, 0]);
  });

  test("goes on while a snapshot is written, and no second one begins", async () => {
    let saved = (): void => undefined;
    let begun = 0;
    const { ports, ticks } = world({
      snapshot: () => new Promise((resolve) => (begun++, (saved = resolve))),
    });
    const heartbeat = started(ports, BUCKET_MS);
    await vi.advanceTimersByTimeAsync(40_000);
    expect(ticks).toEqual([10, 20, 30, 40]);
    expect(begun).toBe(1);
    let isStopped = false;
    const stopped = heartbeat.stop().then(() => (isStopped = true));
    await vi.advanceTimersByTimeAsync(1);
    expect(isStopped).toBe(false); // the store must not be closed under it
    saved();
    await stopped;
  });

  test("that was held up is followed at once, and the one that was due meanwhile counts as late", async () => {
    let isSlow = true;
    const { ports, ticks, lateMs } = world({
      alerts: { evaluate: () => [gone] },
      commitAlerts: async () => {
        if (isSlow) await new Promise((resolve) => setTimeout(resolve, 25_000));
        isSlow = false;
      },
    });
    started(ports);
    await vi.advanceTimersByTimeAsync(41_000);
    expect(ticks).toEqual([10, 35.001, 40]); // a timer takes a millisecond at least
    expect(lateMs).toEqual([0, 15_001, 0]);
  });

  test("goes by the clock when it is set back", async () => {
    const { ports, ticks } = world();
    started(ports);
    await vi.advanceTimersByTimeAsync(10_000);
    vi.setSystemTime(START_MS - 3_600_000);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(ticks).toEqual([10, 20, -3580]); // the timer of the old clock, then the new one
  });

  test("that breaks an invariant is the last one and is told", async () => {
    const broken = new Error("broken");
    const { ports, ticks, fatal } = world({
      alerts: {
        evaluate: () => {
          throw broken;
        },
      },
    });
    const heartbeat = started(ports);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(ticks).toEqual([10]);
    expect(fatal).toEqual([broken]);
    await heartbeat.stop();
  });
});

describe("what alerts did", () => {
  test("and could not be made durable is tried again at the stop", async () => {
    let isBroken = true;
    const commits: (readonly AlertTransition[])[] = [];
    const { ports, snapshots } = world({
      alerts: { evaluate: () => [gone] },
      commitAlerts: async (transitions) => {
        if (isBroken) throw new Error("no room");
        commits.push([...transitions]);
      },
    });
    const heartbeat = started(ports, BUCKET_MS);
    await vi.advanceTimersByTimeAsync(10_000);
    isBroken = false;
    await heartbeat.stop();
    expect(commits).toEqual([[gone]]);
    expect(snapshots).toEqual([]); // none holds what the journal does not
  });
});
