/** Delivery into a real Alertmanager: receiving, keeping alive, expiring, resolving, coming back; and its own webhook beside ours. */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  Dispatcher,
  DISPATCHER_DEFAULTS,
  fetchPost,
  nodeTimers,
  type AlertTransition,
  type AlertView,
} from "../../src/alerts/index.ts";
import { alertOf } from "../alerts/dispatcher-bench.ts";
import { until } from "../e2e/until.ts";
import { Alertmanager, type ActiveAlert } from "./alertmanager-process.ts";

const folder = mkdtempSync(join(tmpdir(), "slowburn-am-"));
let alertmanager: Alertmanager;
const sunk: { path: string; body: Record<string, unknown> }[] = [];
/** Where Alertmanager's webhook goes, and ours beside it. */
const sink = createServer((request, response) => {
  void json(request).then((body) => {
    sunk.push({ path: request.url ?? "", body: body as Record<string, unknown> });
    response.end();
  });
});
let sinkUrl = "";

beforeAll(async () => {
  await once(sink.listen(0, "127.0.0.1"), "listening");
  sinkUrl = `http://127.0.0.1:${(sink.address() as AddressInfo).port}`;
  alertmanager = await Alertmanager.at(
    folder,
    `
route: { receiver: hook, group_by: ['...'], group_wait: 0s, group_interval: 1s, repeat_interval: 1h }
receivers:
  - name: hook
    webhook_configs: [{ url: "${sinkUrl}/from-alertmanager", send_resolved: true }]
`,
  );
  await alertmanager.start();
});

afterAll(async () => {
  await alertmanager.stop();
  sink.close();
  rmSync(folder, { recursive: true });
});

const active = (slo: string): readonly ActiveAlert[] => alertmanager.active(slo);

/** A dispatcher that ticks; 500 ms stand for a minute, so a firing alert lives 2 s. */
class Sender {
  current: readonly AlertView[] = [];
  ticking: boolean = true;
  readonly dispatcher: Dispatcher;
  readonly #timer: NodeJS.Timeout;

  constructor() {
    this.dispatcher = new Dispatcher(
      {
        ...DISPATCHER_DEFAULTS,
        intervalMs: 250,
        resendDelayMs: 500,
        resolvedRepeatMs: 1_500,
        backoffMs: { first: 100, longest: 500 },
        externalUrl: "http://slowburn:4319",
        receivers: [
          { name: "am", kind: "alertmanager", urls: [alertmanager.url] },
          { name: "hook", kind: "webhook", url: `${sinkUrl}/from-slowburn` },
        ],
      },
      {
        post: fetchPost,
        timers: nodeTimers,
        random: Math.random,
        record: () => Promise.resolve(),
        alerts: { current: () => this.current, describe: (alert) => alert },
        onDelivery: () => undefined,
      },
    );
    this.#timer = setInterval(() => this.ticking && this.#tick([]), 250);
  }

  #tick(transitions: readonly AlertTransition[]): void {
    const now = Date.now();
    this.dispatcher.accept(this.dispatcher.prepare(transitions, now), now);
  }

  fire(...alerts: AlertView[]): void {
    this.current = alerts;
    this.#tick(alerts.map((alert) => ({ kind: "firing", at: 0, alert, notify: "firing" })));
  }

  resolve(): AlertView[] {
    const resolvedAt = Date.now();
    const resolved = this.current.map((a): AlertView => ({ ...a, state: "resolved", resolvedAt }));
    this.current = resolved;
    this.#tick(resolved.map((alert) => ({ kind: "resolved", at: 0, alert, notify: "resolved" })));
    return resolved;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.dispatcher.stop();
  }
}

let sender: Sender | undefined;
afterEach(async () => {
  await sender?.stop();
  sender = undefined;
});

const firingNow = (name: string, part: Partial<AlertView> = {}) =>
  alertOf(name, { activeAt: Date.now() - 1000, firedAt: Date.now() - 1000, ...part });

describe("a real Alertmanager", () => {
  it("receives an alert under our fingerprint, keeps it while we tick, resolves it when we say so", async () => {
    sender = new Sender();
    const alert = firingNow("peer/keep");
    sender.fire(alert);
    await until("received", () => active("peer/keep").length === 1);
    expect(active("peer/keep")[0]).toMatchObject({
      fingerprint: alert.fingerprint,
      startsAt: new Date(alert.firedAt!).toISOString(),
      labels: alert.labels,
      annotations: alert.annotations,
      generatorURL: alert.generatorURL,
      status: { state: "active" },
    });
    const firstEnd = active("peer/keep")[0]!.endsAt;
    await until("outlived its first end twice", () => Date.now() > Date.parse(firstEnd) + 2_000);
    expect(active("peer/keep")).toHaveLength(1);
    sender.resolve();
    await until("resolved", () => active("peer/keep").length === 0, { withinMs: 1_500 });
    expect(sender.dispatcher.stats()[0]).toMatchObject({ failed: 0, deadLettered: 0 });
  });

  it("lets an alert expire when we stop ticking", async () => {
    sender = new Sender();
    sender.fire(firingNow("peer/expire"));
    await until("received", () => active("peer/expire").length === 1);
    sender.ticking = false;
    await until("expired", () => active("peer/expire").length === 0, { withinMs: 4_000 });
  });

  it("that was down learns of what fires and of what ended meanwhile", async () => {
    sender = new Sender();
    const [ends, stays] = [firingNow("peer/ends"), firingNow("peer/stays")];
    sender.fire(ends, stays);
    await until("received", () => active("peer/ends").length === 1);
    await alertmanager.stop();
    sender.current = [ends];
    sender.resolve();
    sender.fire(stays);
    await until("failures", () => (sender?.dispatcher.stats()[0]?.failed ?? 0) > 3);
    expect(sender.dispatcher.stats()[0]?.queueLength).toBeGreaterThan(0);
    await alertmanager.start();
    await until("learnt", () => active("peer/stays").length === 1);
    await until("delivered", () => sender?.dispatcher.stats()[0]?.oldestAt === undefined);
    expect(active("peer/ends")).toEqual([]);
  });

  it("refuses a bad label, and takes the others of the batch", async () => {
    sender = new Sender();
    const bad = firingNow("peer/bad", {
      labels: { "a.b": "1", slo: "peer/bad" },
      fingerprint: "f",
    });
    sender.fire(firingNow("peer/one"), bad, firingNow("peer/two"));
    await until("taken", () => active("peer/one").length + active("peer/two").length === 2);
    await until("counted", () => sender?.dispatcher.stats()[0]?.deadLettered === 1);
    expect(active("peer/bad")).toEqual([]);
  });

  it("sends the webhook body that we send", async () => {
    sender = new Sender();
    const alert = firingNow("peer/hook");
    sender.fire(alert);
    const bodies = (path: string, status: string) =>
      sunk.filter(
        ({ path: at, body }) =>
          at === path &&
          body["status"] === status &&
          (body["commonLabels"] as Record<string, string>)["slo"] === "peer/hook",
      );
    for (const status of ["firing", "resolved"]) {
      if (status === "resolved") sender.resolve();
      await until(
        `both ${status}`,
        () =>
          bodies("/from-alertmanager", status).length > 0 &&
          bodies("/from-slowburn", status).length > 0,
      );
      const theirs = bodies("/from-alertmanager", status)[0]!.body;
      const ours = bodies("/from-slowburn", status)[0]!.body;
      const known = ["notification_reason", "routeLabels"]; // newer Alertmanagers add these
      const keys = (body: Record<string, unknown>) =>
        Object.keys(body)
          .filter((key) => !known.includes(key))
          .sort();
      expect(keys(ours)).toEqual(keys(theirs));
      const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
      for (const key of [
        "status",
        "groupLabels",
        "commonLabels",
        "commonAnnotations",
        "version",
        "groupKey",
        "truncatedAlerts",
      ])
        expect(ours[key], key).toEqual(theirs[key]);
      const [[our], [their]] = [ours["alerts"], theirs["alerts"]] as [ActiveAlert[], ActiveAlert[]];
      expect({ ...our, startsAt: "", endsAt: "" }).toEqual({ ...their, startsAt: "", endsAt: "" });
      expect(Date.parse(our!.startsAt)).toBe(Date.parse(their!.startsAt)); // Go leaves trailing zeros out
      expect(our!.endsAt).toMatch(moment);
      expect(our!.endsAt === "0001-01-01T00:00:00Z").toBe(their!.endsAt === "0001-01-01T00:00:00Z");
    }
  });
});
