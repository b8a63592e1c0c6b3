import { describe, expect, it } from "vitest";
import type { PostableAlert } from "../../src/alerts/messages.ts";
import {
  alertOf,
  AM,
  answered,
  DispatcherBench,
  T0,
  taken,
  TICK,
  unanswered,
} from "./dispatcher-bench.ts";

const MINUTE = 60_000;
const one = { ...AM, urls: ["http://a:9093"] } as typeof AM;
const posts = (bench: DispatcherBench) =>
  bench.sent.map(({ at, body }) => {
    const alerts = body as PostableAlert[];
    const ends = alerts.map((a) => `${a.labels["slo"]} ends ${Date.parse(a.endsAt) - T0}`);
    return `${at}: ${ends.join(", ")}`;
  });

describe("a firing alert", () => {
  it("goes to every Alertmanager at once, as API v2 wants it", async () => {
    const bench = new DispatcherBench([AM]);
    await bench.fire(alertOf("shop/a"));
    expect(bench.sent.map((s) => s.url)).toEqual([
      "http://a:9093/api/v2/alerts",
      "http://b:9093/am/api/v2/alerts",
    ]);
    expect(bench.sent[0]?.body).toEqual([
      {
        labels: { alertname: "SlowburnErrorBudgetBurn", slo: "shop/a" },
        annotations: { summary: "at 0" },
        startsAt: "2026-01-01T00:00:00.000Z",
        endsAt: "2026-01-01T00:04:00.000Z",
        generatorURL: "http://slowburn/slos",
      },
    ]);
  });

  it("is offered again each minute, with annotations as of then, and needs no outbox", async () => {
    const bench = new DispatcherBench([one]);
    await bench.fire(alertOf("a"));
    await bench.run(2 * MINUTE + TICK);
    expect(posts(bench)).toEqual([
      "0: a ends 240000",
      "60000: a ends 300000",
      "120000: a ends 360000",
    ]);
    expect(bench.sent[2]).toMatchObject({ body: [{ annotations: { summary: "at 120000" } }] });
    expect(bench.outbox.size).toBe(0);
  });

  it("is not sent while pending or not announced", async () => {
    const bench = new DispatcherBench([one]);
    bench.current = [
      alertOf("a", { state: "pending" }),
      alertOf("b", { notified: false, inhibited: true }),
    ];
    await bench.run(2 * MINUTE);
    expect(bench.sent).toEqual([]);
  });

  it("expires when evaluation stands still: nothing but a tick prolongs it", async () => {
    const bench = new DispatcherBench([one]);
    bench.answer = () => unanswered;
    await bench.fire(alertOf("a"));
    await bench.timers.advance(10 * MINUTE); // retries go on, ticks do not
    const ends = bench.sent.map((s) => (s.body as PostableAlert[])[0]?.endsAt);
    expect(new Set(ends)).toEqual(new Set(["2026-01-01T00:04:00.000Z"]));
    expect(bench.sent.at(-1)!.at).toBeLessThan(4 * MINUTE);
  });

  it("fills batches of 256 at most", async () => {
    const bench = new DispatcherBench([one]);
    await bench.fire(...Array.from({ length: 600 }, (_, i) => alertOf(`s${i}`)));
    expect(bench.sent.map((s) => (s.body as unknown[]).length)).toEqual([256, 256, 88]);
    expect(bench.dispatcher.stats()[0]).toMatchObject({ sent: 600, failed: 0, queueLength: 0 });
  });
});

describe("a resolved alert", () => {
  it("is told at once and repeated for 15 minutes", async () => {
    const bench = new DispatcherBench([one]);
    const alert = alertOf("a");
    await bench.fire(alert);
    await bench.timers.advance(TICK);
    await bench.resolve(alert);
    await bench.run(30 * MINUTE);
    const ends = posts(bench).slice(1);
    expect(ends).toHaveLength(16);
    expect(ends[0]).toBe("10000: a ends 10000");
    expect(ends.at(-1)).toBe(`${TICK + 15 * MINUTE}: a ends 10000`);
    expect(bench.outbox.size).toBe(0);
  });

  it("waits for an Alertmanager that is down, for hours and over a restart", async () => {
    const bench = new DispatcherBench([AM]);
    bench.answer = ({ url }) => (url.startsWith("http://b") ? unanswered : taken);
    const alert = alertOf("a");
    await bench.fire(alert);
    await bench.resolve(alert);
    await bench.run(40 * MINUTE);
    expect([...bench.outbox.values()].map((row) => row.target)).toEqual(["am http://b:9093/am/"]);
    expect(bench.dispatcher.stats()).toMatchObject([
      { url: "http://a:9093", queueLength: 0, lastError: undefined },
      { queueLength: 1, oldestAt: T0, lastError: "connect ECONNREFUSED" },
    ]);
    await bench.restart();
    bench.sent.length = 0;
    bench.answer = () => taken;
    await bench.run(2 * MINUTE);
    expect(posts(bench)).toEqual(["2410000: a ends 0"]);
    expect(bench.outbox.size).toBe(0);
  });

  it("is void when the alert fires again, also when the end was never delivered", async () => {
    const bench = new DispatcherBench([one]);
    await bench.fire(alertOf("a"));
    bench.answer = () => unanswered;
    await bench.resolve(alertOf("a"));
    await bench.run(MINUTE);
    bench.answer = () => taken;
    bench.sent.length = 0;
    await bench.fire(alertOf("a", { firedAt: bench.timers.now() }));
    await bench.run(MINUTE);
    expect(bench.sent.length).toBeGreaterThan(0);
    for (const { body, at } of bench.sent)
      for (const alert of body as PostableAlert[])
        expect(Date.parse(alert.endsAt) - T0).toBeGreaterThan(at);
    expect(bench.outbox.size).toBe(0);
  });
});

describe("trouble", () => {
  it.each([answered(500), answered(503), answered(429), answered(401), answered(302), unanswered])(
    "%o is tried again, ever more slowly, at least each minute",
    async (outcome) => {
      const bench = new DispatcherBench([one]);
      bench.answer = () => outcome;
      await bench.fire(alertOf("a"));
      await bench.run(4 * MINUTE);
      const gaps = bench.sent.map((s, i) => s.at - (bench.sent[i - 1]?.at ?? 0)).slice(1);
      expect(gaps.slice(0, 6)).toEqual([750, 1500, 3000, 6000, 12_000, 24_000]);
      expect(Math.max(...gaps)).toBeLessThanOrEqual(MINUTE);
      expect(bench.dispatcher.stats()[0]).toMatchObject({
        failed: bench.sent.length,
        queueLength: 1,
      });
      bench.answer = () => taken;
      await bench.run(MINUTE);
      expect(bench.dispatcher.stats()[0]).toMatchObject({ sent: 1, queueLength: 0 });
    },
  );

  it("Retry-After is respected", async () => {
    const bench = new DispatcherBench([one]);
    bench.answer = () => answered(503, 30_000);
    await bench.fire(alertOf("a"));
    await bench.run(MINUTE);
    expect(bench.sent.map((s) => s.at)).toEqual([0, 30_000, 60_000]);
  });

  it("one bad alert of many is found, counted and left out; the others arrive", async () => {
    const bench = new DispatcherBench([one]);
    const arrived = new Set<string>();
    bench.answer = (_, body) => {
      const names = (body as PostableAlert[]).map((alert) => alert.labels["slo"] ?? "");
      if (names.includes("s77")) return answered(400);
      for (const name of names) arrived.add(name);
      return taken;
    };
    await bench.fire(...Array.from({ length: 256 }, (_, i) => alertOf(`s${i}`)));
    expect(arrived.size).toBe(255);
    expect(bench.sent.length).toBeLessThanOrEqual(17);
    expect(bench.dispatcher.stats()[0]).toMatchObject({ sent: 255, deadLettered: 1 });
    expect(bench.dispatcher.stats()[0]?.lastError ?? "").toBe("");
    const before = bench.sent.length;
    await bench.run(15 * MINUTE);
    const alone = bench.sent
      .slice(before)
      .filter(({ body }) => (body as PostableAlert[]).every((a) => a.labels["slo"] === "s77"));
    expect(alone.length).toBeGreaterThanOrEqual(3); // after 1, 3 and 7 minutes, and so on
    expect(alone.length).toBeLessThanOrEqual(4);
  });

  it("a refused end is given up, not repeated", async () => {
    const bench = new DispatcherBench([one]);
    bench.answer = () => answered(400);
    await bench.resolve(alertOf("a"));
    await bench.run(20 * MINUTE);
    expect(bench.sent).toHaveLength(1);
    expect(bench.dispatcher.stats()[0]).toMatchObject({ deadLettered: 1, queueLength: 0 });
    expect(bench.outbox.size).toBe(0);
  });

  it("an Alertmanager that hangs does not hold up the other", async () => {
    const bench = new DispatcherBench([AM]);
    bench.answer = ({ url }) => (url.startsWith("http://a") ? new Promise(() => undefined) : taken);
    await bench.fire(alertOf("a"));
    await bench.run(2 * MINUTE);
    expect(bench.sent.filter((s) => s.url.startsWith("http://a"))).toHaveLength(1);
    expect(bench.sent.filter((s) => s.url.startsWith("http://b"))).toHaveLength(3);
  });
});
