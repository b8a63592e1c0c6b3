/** A dispatcher on a fake clock and fake receivers, with an outbox that survives restarts. */
import {
  Dispatcher,
  DISPATCHER_DEFAULTS,
  type AlertTransition,
  type AlertView,
  type DispatcherSettings,
  type PostOutcome,
  type PostRequest,
  type Receiver,
} from "../../src/alerts/index.ts";
import { fingerprint } from "../../src/alerts/index.ts";
import type { OutboxChange, OutboxRow } from "../../src/storage/index.ts";
import { FakeTimers, settle } from "./fake-timers.ts";

export const T0 = Date.parse("2026-01-01T00:00:00Z");
export const TICK = 10_000;
export const taken: PostOutcome = { kind: "answered", status: 200 };
export const answered = (status: number, retryAfterMs?: number): PostOutcome => ({
  kind: "answered",
  status,
  ...(retryAfterMs !== undefined && { retryAfterMs }),
});
export const unanswered: PostOutcome = { kind: "unanswered", reason: "connect ECONNREFUSED" };

export const AM: Receiver = {
  name: "am",
  kind: "alertmanager",
  urls: ["http://a:9093", "http://b:9093/am/"],
};
export const HOOK: Receiver = { name: "hook", kind: "webhook", url: "http://hook/in?key=secret" };

export function alertOf(name: string, part: Partial<AlertView> = {}): AlertView {
  const labels = { alertname: "SlowburnErrorBudgetBurn", slo: name };
  return {
    streamKey: name,
    sloId: name,
    group: [],
    severity: "page",
    state: "firing",
    activeAt: T0 - TICK,
    firedAt: T0,
    tier: "1h/5m",
    inhibited: false,
    notified: true,
    labels,
    annotations: { summary: `${name} burns` },
    generatorURL: "http://slowburn/slos",
    fingerprint: fingerprint(labels),
    tiers: [],
    ...part,
  };
}

export interface Sent {
  readonly at: number;
  readonly url: string;
  readonly key: string | undefined;
  readonly body: unknown;
}

export class DispatcherBench {
  readonly timers = new FakeTimers(T0);
  readonly sent: Sent[] = [];
  readonly outbox = new Map<number, OutboxRow>();
  /** What operators are told of the receivers: `moment: receiver url kind …`. */
  readonly told: string[] = [];
  answer: (request: PostRequest, body: unknown) => PostOutcome | Promise<PostOutcome> = () => taken;
  recordFails = false;
  current: readonly AlertView[] = [];
  dispatcher: Dispatcher;
  readonly #settings: DispatcherSettings;

  constructor(receivers: readonly Receiver[], part: Partial<DispatcherSettings> = {}) {
    const externalUrl = "http://slowburn:4319";
    this.#settings = { ...DISPATCHER_DEFAULTS, receivers, externalUrl, ...part };
    this.dispatcher = this.#start();
  }

  #start(): Dispatcher {
    return new Dispatcher(this.#settings, {
      timers: this.timers,
      random: () => 0.5,
      post: async (request) => {
        const body: unknown = JSON.parse(request.body);
        const key = request.headers["idempotency-key"];
        this.sent.push({ at: this.timers.now() - T0, url: request.url, key, body });
        return await this.answer(request, body);
      },
      record: async (change) => {
        await Promise.resolve();
        if (this.recordFails) throw new Error("disk full");
        this.commit(change);
      },
      onDelivery: ({ receiver, url }, { kind, ...more }) => {
        const at = this.timers.now() - T0;
        this.told.push(`${at}: ${receiver} ${url} ${kind} ${Object.values(more).join(" ")}`);
      },
      alerts: {
        current: () => this.current,
        describe: (alert) => ({
          ...alert,
          annotations: { summary: `at ${this.timers.now() - T0}` },
        }),
      },
    });
  }

  commit(change: OutboxChange): void {
    for (const row of change.added) this.outbox.set(row.id, row);
    for (const row of change.updated) {
      const old = this.outbox.get(row.id);
      if (old !== undefined) this.outbox.set(row.id, { ...old, ...row });
    }
    for (const id of change.removedIds) this.outbox.delete(id);
  }

  /** One tick with these transitions, at the present moment. */
  async tick(...transitions: AlertTransition[]): Promise<void> {
    const now = this.timers.now();
    const change = this.dispatcher.prepare(transitions, now);
    this.commit(change);
    this.dispatcher.accept(change, now);
    await settle();
  }

  /** Quiet ticks. */
  async run(spanMs: number): Promise<void> {
    for (let passed = 0; passed < spanMs; passed += TICK) {
      await this.timers.advance(TICK);
      await this.tick();
    }
  }

  async fire(...alerts: AlertView[]): Promise<void> {
    const keys = new Set(alerts.map((alert) => alert.fingerprint));
    this.current = [...this.current.filter((a) => !keys.has(a.fingerprint)), ...alerts];
    await this.tick(...alerts.map((alert) => this.#transition("firing", alert)));
  }

  async resolve(...alerts: AlertView[]): Promise<void> {
    const resolvedAt = this.timers.now();
    const resolved = alerts.map((a): AlertView => ({ ...a, state: "resolved", resolvedAt }));
    const keys = new Set(alerts.map((alert) => alert.fingerprint));
    this.current = [...this.current.filter((a) => !keys.has(a.fingerprint)), ...resolved];
    await this.tick(...resolved.map((alert) => this.#transition("resolved", alert)));
  }

  /** The process dies and comes back; requests in flight are lost. */
  async restart(): Promise<void> {
    await this.dispatcher.stop();
    this.dispatcher = this.#start();
    this.dispatcher.restore([...this.outbox.values()]);
  }

  #transition(kind: "firing" | "resolved", alert: AlertView): AlertTransition {
    return { kind, at: this.timers.now(), alert, notify: kind };
  }
}
