import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  alertOf,
  answered,
  DispatcherBench,
  HOOK,
  taken,
  TICK,
  unanswered,
} from "./dispatcher-bench.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const said = (bench: DispatcherBench) =>
  bench.sent.map(({ body }) => {
    const { status, commonLabels } = body as { status: string; commonLabels: { slo: string } };
    return `${commonLabels.slo} ${status}`;
  });

describe("a webhook", () => {
  it("gets Alertmanager's webhook v4 body", async () => {
    const bench = new DispatcherBench([HOOK]);
    const alert = alertOf("shop/a");
    await bench.fire(alert);
    await bench.timers.advance(TICK);
    await bench.resolve(alert);
    const labels = { alertname: "SlowburnErrorBudgetBurn", slo: "shop/a" };
    const annotations = { summary: "shop/a burns" };
    expect(bench.sent[0]?.body).toEqual({
      receiver: "hook",
      status: "firing",
      alerts: [
        {
          status: "firing",
          labels,
          annotations,
          startsAt: "2026-01-01T00:00:00.000Z",
          endsAt: "0001-01-01T00:00:00Z",
          generatorURL: "http://slowburn/slos",
          fingerprint: alert.fingerprint,
        },
      ],
      groupLabels: labels,
      commonLabels: labels,
      commonAnnotations: annotations,
      externalURL: "http://slowburn:4319",
      version: "4",
      groupKey: '{}:{alertname="SlowburnErrorBudgetBurn", slo="shop/a"}',
      truncatedAlerts: 0,
    });
    expect(bench.sent[1]?.body).toMatchObject({
      status: "resolved",
      alerts: [{ endsAt: "2026-01-01T00:00:10.000Z" }],
    });
    expect(bench.outbox.size).toBe(0);
    expect(bench.dispatcher.stats()[0]).toMatchObject({
      receiver: "hook",
      url: "http://hook", // not the path: it may be the secret
      sent: 2,
      queueLength: 0,
    });
  });

  it("is told each firing and each end once, with a key of its own", async () => {
    const bench = new DispatcherBench([HOOK]);
    await bench.fire(alertOf("a"));
    await bench.resolve(alertOf("a"));
    await bench.fire(alertOf("a", { firedAt: bench.timers.now() + 1 }));
    await bench.run(HOUR);
    expect(said(bench)).toEqual(["a firing", "a resolved", "a firing"]);
    expect(new Set(bench.sent.map((s) => s.key)).size).toBe(3);
    expect(bench.sent[0]?.key).toMatch(/^[0-9a-f]{64}$/);
  });

  it("is tried again after trouble, doubling from a second to five minutes, under the same key", async () => {
    const bench = new DispatcherBench([HOOK]);
    bench.answer = () => answered(500);
    await bench.fire(alertOf("a"));
    await bench.timers.advance(HOUR);
    const gaps = bench.sent.map((s, i) => s.at - (bench.sent[i - 1]?.at ?? 0)).slice(1);
    expect(gaps.slice(0, 4)).toEqual([750, 1500, 3000, 6000]);
    expect(gaps.at(-1)).toBe(225_000); // three quarters of five minutes: the jitter at 0.5
    expect(new Set(bench.sent.map((s) => s.key)).size).toBe(1);
    const [row] = bench.outbox.values();
    expect(row).toMatchObject({ attempts: bench.sent.length });
  });

  it("is given up on after 24 hours, counted, and the end goes out then", async () => {
    const bench = new DispatcherBench([HOOK]);
    bench.answer = (_, body) =>
      (body as { status: string }).status === "firing" ? unanswered : taken;
    await bench.fire(alertOf("a"));
    await bench.resolve(alertOf("a"));
    await bench.timers.advance(23 * HOUR);
    expect(said(bench)).not.toContain("a resolved");
    await bench.timers.advance(2 * HOUR);
    expect(said(bench).at(-1)).toBe("a resolved");
    expect(bench.dispatcher.stats()[0]).toMatchObject({ deadLettered: 1, sent: 1, queueLength: 0 });
    expect(bench.outbox.size).toBe(0);
  });

  it.each([400, 401, 404, 410, 422])("%i is for good", async (status) => {
    const bench = new DispatcherBench([HOOK]);
    bench.answer = () => answered(status);
    await bench.fire(alertOf("a"));
    await bench.timers.advance(HOUR);
    expect(bench.sent).toHaveLength(1);
    expect(bench.dispatcher.stats()[0]).toMatchObject({ deadLettered: 1, queueLength: 0 });
  });

  it.each([302, 408, 425, 429, 500, 503])("%i passes", async (status) => {
    const bench = new DispatcherBench([HOOK]);
    bench.answer = () => (bench.sent.length < 3 ? answered(status) : taken);
    await bench.fire(alertOf("a"));
    await bench.timers.advance(HOUR);
    expect(bench.sent).toHaveLength(3);
    expect(bench.dispatcher.stats()[0]).toMatchObject({ deadLettered: 0, sent: 1, failed: 2 });
  });

  it("four requests at once, never two of one alert", async () => {
    const bench = new DispatcherBench([HOOK]);
    const release: (() => void)[] = [];
    bench.answer = () => new Promise((resolve) => release.push(() => resolve(taken)));
    const alerts = Array.from({ length: 6 }, (_, i) => alertOf(`s${i}`));
    await bench.fire(...alerts);
    await bench.resolve(alerts[0]!);
    expect(said(bench)).toEqual(["s0 firing", "s1 firing", "s2 firing", "s3 firing"]);
    release[0]!();
    await bench.timers.advance(0);
    expect(said(bench).slice(4)).toEqual(["s0 resolved"]);
  });

  it("beyond the queue's limit the oldest are given up", async () => {
    const bench = new DispatcherBench([HOOK], { queueLimit: 5 });
    bench.answer = () => unanswered;
    await bench.fire(...Array.from({ length: 8 }, (_, i) => alertOf(`s${i}`)));
    expect(bench.dispatcher.stats()[0]).toMatchObject({ deadLettered: 3, queueLength: 5 });
    expect(bench.outbox.size).toBe(5);
  });
});

describe("whatever happens, at least once and in order", () => {
  it("per alert, over failures, failing stores and restarts", async () => {
    const event = fc.record({
      alert: fc.integer({ min: 0, max: 2 }),
      outcome: fc.constantFrom(taken, taken, unanswered, answered(503)),
      restart: fc.boolean(),
      recordFails: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 3, maxLength: 15 }), async (events) => {
        const bench = new DispatcherBench([HOOK]);
        const taking: string[] = [];
        const announced: string[][] = [[], [], []];
        let outcome = taken;
        bench.answer = (request) => {
          if (outcome === taken) taking.push(request.headers["idempotency-key"] ?? "");
          return outcome;
        };
        for (const [i, next] of events.entries()) {
          outcome = next.outcome;
          bench.recordFails = next.recordFails;
          const list = announced[next.alert]!;
          const alert = alertOf(`s${next.alert}`, { firedAt: Math.floor(list.length / 2) });
          const before = new Set(bench.outbox.keys());
          const isFiring = list.length % 2 === 0;
          const change = bench.dispatcher.prepare(
            [
              {
                kind: isFiring ? "firing" : "resolved",
                at: i,
                alert: isFiring ? alert : { ...alert, resolvedAt: i },
                notify: isFiring ? "firing" : "resolved",
              },
            ],
            bench.timers.now(),
          );
          expect(change.added.every((row) => !before.has(row.id))).toBe(true);
          list.push(change.added[0]!.dedupeKey);
          bench.commit(change);
          bench.dispatcher.accept(change, bench.timers.now());
          await bench.timers.advance(500);
          if (next.restart) await bench.restart();
        }
        outcome = taken;
        bench.recordFails = false;
        await bench.run(10 * MINUTE);
        for (const keys of announced) {
          const firsts = keys.map((key) => taking.indexOf(key));
          expect(firsts.every((at) => at >= 0)).toBe(true);
          expect(firsts).toEqual([...firsts].sort((a, b) => a - b));
        }
        expect(bench.outbox.size).toBe(0);
      }),
      { numRuns: 25 },
    );
  });
});

it("rows of a receiver that is no longer configured are dropped and said", async () => {
  const bench = new DispatcherBench([HOOK]);
  bench.answer = () => unanswered;
  await bench.fire(alertOf("a"));
  const other = new DispatcherBench([{ ...HOOK, name: "other" }]);
  expect(other.dispatcher.restore([...bench.outbox.values()])).toBe(1);
  expect(other.dispatcher.stats()[0]?.queueLength).toBe(0);
});

describe("stop", () => {
  it("sends what is due", async () => {
    const bench = new DispatcherBench([HOOK]);
    const row = bench.dispatcher.prepare(
      [{ kind: "firing", at: 0, alert: alertOf("a"), notify: "firing" }],
      bench.timers.now(),
    );
    bench.commit(row);
    bench.dispatcher.restore(row.added);
    await bench.dispatcher.stop();
    expect(said(bench)).toEqual(["a firing"]);
    expect(bench.outbox.size).toBe(0);
  });

  it("does not wait longer than five seconds for a receiver that hangs, and keeps its row", async () => {
    const bench = new DispatcherBench([HOOK]);
    let aborted = false;
    bench.answer = ({ signal }) =>
      new Promise((resolve) =>
        signal.addEventListener("abort", () => {
          aborted = true;
          resolve(unanswered);
        }),
      );
    await bench.fire(alertOf("a"));
    let isStopped = false;
    const stopped = bench.dispatcher.stop().then(() => (isStopped = true));
    await bench.timers.advance(4_999);
    expect(isStopped).toBe(false);
    await bench.timers.advance(1);
    await stopped;
    expect(aborted).toBe(true);
    expect(bench.outbox.size).toBe(1);
  });
});
