import { describe, expect, test } from "vitest";
import { AlertEvaluator } from "../../src/alerts/index.ts";
import { MalformedRequest } from "../../src/otlp/index.ts";
import { Replay } from "../../src/replay/index.ts";
import { AVAILABILITY, newWorld, requestOf, requests } from "../ingest/world.ts";
import { EPOCH_MS, nanos } from "../series/harness.ts";

const secondsAfter = (seconds: number): number => EPOCH_MS + seconds * 1000;

/** Cumulative counters of one process, each 10 s: `ok` and `bad` so far. */
function exportsOf(seconds: number): readonly Uint8Array[] {
  const bad = seconds > 600 ? (seconds - 600) * 5 : 0;
  return [
    requests(seconds, seconds * 10),
    ...(bad > 0 ? [requests(seconds, bad, { status: "500" })] : []),
  ];
}

function replayed(): { replay: Replay; transitions: string[] } {
  const replay = new Replay({ startMs: EPOCH_MS });
  const transitions: string[] = [];
  replay.setRules([AVAILABILITY]);
  for (let seconds = 10; seconds <= 1800; seconds += 10) {
    const done = replay.advanceTo(secondsAfter(seconds));
    transitions.push(...done.map(({ kind, at }) => `${kind} ${(at - EPOCH_MS) / 1000}`));
    for (const request of exportsOf(seconds)) replay.send(request);
  }
  return { replay, transitions };
}

describe("a replay", () => {
  test("counts what a server counts that got the same requests at the same moments", async () => {
    let nowMs = EPOCH_MS;
    const world = await newWorld({ now: () => nowMs, maxGroupRequests: 1 });
    await world.intake.changeRules([AVAILABILITY]);
    const alerts = new AlertEvaluator(world.engine, {
      links: { slo: () => "", generator: () => "", dashboard: () => undefined },
    });
    const transitions: string[] = [];
    for (let seconds = 10; seconds <= 1800; seconds += 10) {
      nowMs = secondsAfter(seconds);
      world.engine.tick(nowMs);
      const done = alerts.evaluate(world.engine.shards, nowMs);
      transitions.push(...done.map(({ kind, at }) => `${kind} ${(at - EPOCH_MS) / 1000}`));
      for (const request of exportsOf(seconds)) await world.intake.handle(request);
    }
    const { replay, transitions: replayedTransitions } = replayed();
    const [stream] = replay.engine.streamsOf(AVAILABILITY.id);
    const [served] = world.engine.streamsOf(AVAILABILITY.id);
    expect(replay.engine.read(stream!.index)).toEqual(world.engine.read(served!.index));
    expect(replayedTransitions).toEqual(transitions);
    expect(transitions.some((line) => line.startsWith("firing"))).toBe(true);
  });

  test("ticks at every bucket's end, however far the clock is moved", () => {
    const [steps, leap] = [new Replay({ startMs: EPOCH_MS }), new Replay({ startMs: EPOCH_MS })];
    for (const replay of [steps, leap]) {
      replay.setRules([AVAILABILITY]);
      replay.advanceTo(secondsAfter(10));
      replay.send(requests(10, 100));
      replay.send(requests(10, 50, { status: "500" }));
    }
    const stepped = [];
    for (let seconds = 10; seconds <= 4000; seconds += 10)
      stepped.push(...steps.advanceTo(secondsAfter(seconds)));
    expect(leap.advanceTo(secondsAfter(4000))).toEqual(stepped);
    expect(stepped.length).toBeGreaterThan(0);
  });

  test("approaches a moment without its tick, so that what is sent then is in it", () => {
    const replay = new Replay({ startMs: EPOCH_MS });
    replay.setRules([AVAILABILITY]);
    for (let seconds = 10; seconds <= 300; seconds += 10) {
      replay.approach(secondsAfter(seconds));
      expect(replay.engine.tickedAtMs).toBe(secondsAfter(seconds - 10));
      replay.send(requests(seconds, seconds));
      replay.advanceTo(secondsAfter(seconds));
      expect(replay.engine.tickedAtMs).toBe(secondsAfter(seconds));
    }
    const [stream] = replay.engine.streamsOf(AVAILABILITY.id);
    expect(replay.engine.read(stream!.index).total).toBe(300);
    expect(replay.approach(secondsAfter(300))).toEqual([]);
  });

  test("comes back from a crash as if there had been none, alerts and first points too", () => {
    const unbroken = replayed();
    const replay = new Replay({ startMs: EPOCH_MS });
    const transitions: string[] = [];
    replay.setRules([AVAILABILITY]);
    for (let seconds = 10; seconds <= 1800; seconds += 10) {
      const done = replay.advanceTo(secondsAfter(seconds));
      transitions.push(...done.map(({ kind, at }) => `${kind} ${(at - EPOCH_MS) / 1000}`));
      for (const request of exportsOf(seconds)) {
        replay.send(request);
        if (seconds % 70 === 0) replay.crash();
      }
    }
    expect(transitions).toEqual(unbroken.transitions);
    const [stream] = replay.engine.streamsOf(AVAILABILITY.id);
    const [before] = unbroken.replay.engine.streamsOf(AVAILABILITY.id);
    const { stream: _, ...reading } = replay.engine.read(stream!.index);
    expect(unbroken.replay.engine.read(before!.index)).toMatchObject(reading);
    expect(replay.alerts.current()).toEqual(unbroken.replay.alerts.current());
  });

  test("says what became of points that are wrong alone", () => {
    const replay = new Replay({ startMs: EPOCH_MS });
    replay.setRules([AVAILABILITY]);
    const point = { attributes: {}, start: nanos(0), time: nanos(3600), int: 1 };
    const outcome = replay.send(requestOf({ name: "http.requests", sum: { points: [point] } }));
    expect(outcome).toMatchObject({ points: 1, rejectedPoints: 1 });
    expect(outcome.message).toContain("in the future");
  });

  test("takes nothing of a malformed request", () => {
    const replay = new Replay({ startMs: EPOCH_MS });
    expect(() => replay.send(Uint8Array.of(0x0a, 0xff))).toThrow(MalformedRequest);
  });
});
