/** Delivery into a real Alertmanager: receiving, keeping alive, expiring, resolving, coming back; and its own webhook beside ours. */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../../bench/free-port.ts";
import {
  Dispatcher,
  DISPATCHER_DEFAULTS,
  fetchPost,
  nodeTimers,
  type AlertTransition,
  type AlertView,
} from "../../src/alerts/index.ts";
import { alertOf } from "../alerts/dispatcher-bench.ts";

const folder = mkdtempSync(join(tmpdir(), "slowburn-am-"));
let port = 0;
let alertmanager: ChildProcess;
let sink: Server;
const sunk: { path: string; body: Record<string, unknown> }[] = [];

const until = async (what: string, holds: () => boolean | Promise<boolean>, timeoutMs = 20_000) => {
  const deadline = Date.now() + timeoutMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`timed out: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};

const url = () => `http://127.0.0.1:${port}`;
const isReady = () =>
  fetch(`${url()}/-/ready`).then(
    (response) => response.ok,
    () => false,
  );

async function startAlertmanager(): Promise<void> {
  alertmanager = spawn(
    "/usr/bin/prometheus-alertmanager",
    [
      `--config.file=${join(folder, "am.yml")}`,
      `--storage.path=${join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--cluster.listen-address=",
    ],
    { stdio: "ignore" },
  );
  await until("Alertmanager is ready", isReady);
}

async function stopAlertmanager(): Promise<void> {
  alertmanager.kill("SIGKILL");
  await once(alertmanager, "exit");
}

beforeAll(async () => {
  port = await freePort();
  sink = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => {
      sunk.push({ path: request.url ?? "", body: JSON.parse(text) as Record<string, unknown> });
      response.end();
    });
  }).listen(0, "127.0.0.1");
  await once(sink, "listening");
  const sinkPort = (sink.address() as AddressInfo).port;
  writeFileSync(
    join(folder, "am.yml"),
    `
route: { receiver: hook, group_by: ['...'], group_wait: 0s, group_interval: 1s, repeat_interval: 1h }
receivers:
  - name: hook
    webhook_configs: [{ url: "http://127.0.0.1:${sinkPort}/from-alertmanager", send_resolved: true }]
`,
  );
  await startAlertmanager();
});

afterAll(async () => {
  await stopAlertmanager();
  sink.close();
  rmSync(folder, { recursive: true });
});

interface AmAlert {
  readonly fingerprint: string;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
  readonly generatorURL: string;
  readonly status: { state: string };
}

/** What amtool sees: active alerts of an SLO. */
function active(slo: string): AmAlert[] {
  const args = [`--alertmanager.url=${url()}`, "alert", "query", "-o", "json", `slo=${slo}`];
  return JSON.parse(execFileSync("/usr/bin/amtool", args, { encoding: "utf8" })) as AmAlert[];
}

/** A dispatcher that ticks; 500 ms stand for a minute, so a firing alert lives 2 s. */
class Sender {
  current: readonly AlertView[] = [];
  ticking: boolean = true;
  readonly dispatcher: Dispatcher;
  readonly #timer: NodeJS.Timeout;

  constructor() {
    const sinkPort = (sink.address() as AddressInfo).port;
    this.dispatcher = new Dispatcher(
      {
        ...DISPATCHER_DEFAULTS,
        intervalMs: 250,
        resendDelayMs: 500,
        resolvedRepeatMs: 1_500,
        backoffMs: { first: 100, longest: 500 },
        externalUrl: "http://slowburn:4319",
        receivers: [
          { name: "am", kind: "alertmanager", urls: [url()] },
          { name: "hook", kind: "webhook", url: `http://127.0.0.1:${sinkPort}/from-slowburn` },
        ],
      },
      {
        post: fetchPost,
        timers: nodeTimers,
        random: Math.random,
        record: () => Promise.resolve(),
        alerts: { current: () => this.current, describe: (alert) => alert },
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
    await until("resolved", () => active("peer/keep").length === 0, 1_500);
    expect(sender.dispatcher.stats()[0]).toMatchObject({ failed: 0, deadLettered: 0 });
  });

  it("lets an alert expire when we stop ticking", async () => {
    sender = new Sender();
    sender.fire(firingNow("peer/expire"));
    await until("received", () => active("peer/expire").length === 1);
    sender.ticking = false;
    await until("expired", () => active("peer/expire").length === 0, 4_000);
  });

  it("that was down learns of what fires and of what ended meanwhile", async () => {
    sender = new Sender();
    const [ends, stays] = [firingNow("peer/ends"), firingNow("peer/stays")];
    sender.fire(ends, stays);
    await until("received", () => active("peer/ends").length === 1);
    await stopAlertmanager();
    sender.current = [ends];
    sender.resolve();
    sender.fire(stays);
    await until("failures", () => (sender?.dispatcher.stats()[0]?.failed ?? 0) > 3);
    expect(sender.dispatcher.stats()[0]?.queueLength).toBeGreaterThan(0);
    await startAlertmanager();
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
      const [[our], [their]] = [ours["alerts"], theirs["alerts"]] as [AmAlert[], AmAlert[]];
      expect({ ...our, endsAt: "" }).toEqual({ ...their, endsAt: "" });
      expect(our!.endsAt).toMatch(moment);
      expect(our!.endsAt === "0001-01-01T00:00:00Z").toBe(their!.endsAt === "0001-01-01T00:00:00Z");
    }
  });
});
