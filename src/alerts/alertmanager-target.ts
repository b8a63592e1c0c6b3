/**
 * One Alertmanager. Firing alerts need no outbox: their state is durable, and all of them are offered again each
 * `resendDelayMs`, so an Alertmanager that was down learns of them when it is back. What is no longer firing is not
 * offered, so each resolved alert has an outbox row, which lives until it was delivered and `resolvedRepeatMs` are over.
 * Timing: Prometheus, rules/manager.go SendAlerts and notifier (research/grafana.md section 5).
 */
import type { OutboxRow } from "../storage/index.ts";
import type { AlertView } from "./alert.ts";
import { backoffMs } from "./backoff.ts";
import { postableAlert, type PostableAlert } from "./messages.ts";
import type { PostOutcome } from "./post.ts";
import type { AlertmanagerReceiver } from "./receiver.ts";
import { reasonOf, Tally } from "./tally.ts";
import {
  publicUrl,
  type Target,
  type TargetIdentity,
  type TargetPorts,
  type TargetStats,
} from "./target.ts";

/** Alerts per request: Prometheus' notifier.DefaultMaxBatchSize. */
const BATCH_LIMIT = 256;
/**
 * Longest pause before an alert that was refused alone is offered again. The first is one resend delay, so that one 400 of a
 * proxy does not silence a page; each further one is twice as long, so that an alert that is bad for good costs little.
 */
const REFUSED_PAUSE_MS = 15 * 60_000;

interface ResolvedPayload {
  readonly resolvedAt: number;
  readonly fingerprint: string;
  readonly alert: PostableAlert;
}

interface ResolvedRow extends ResolvedPayload {
  readonly id: number;
  /** Not before. */
  nextAt: number;
}

interface Offer {
  readonly alert: PostableAlert;
  /** Taken: `sent` true. Refused alone: false. */
  readonly settle: (sent: boolean) => void;
}

export class AlertmanagerTarget implements Target {
  readonly name: string;
  readonly #receiver: AlertmanagerReceiver;
  readonly #url: string;
  readonly #ports: TargetPorts;
  readonly #identity: TargetIdentity;
  readonly #tally: Tally;
  readonly #resolved = new Map<number, ResolvedRow>();
  /** When each firing alert is due again; `firedAt` tells a new firing from an old one. */
  #nextAt = new Map<
    string,
    { readonly firedAt: number | undefined; readonly at: number; readonly refusals: number }
  >();
  #evaluatedAtMs = 0;
  #sending: Promise<void> | undefined;
  #failures = 0;
  #retryAt = 0;
  #cancelRetry: () => void = () => undefined;
  #isClosed = false;

  constructor(receiver: AlertmanagerReceiver, url: string, ports: TargetPorts) {
    this.#receiver = receiver;
    this.#url = `${url.replace(/\/+$/, "")}/api/v2/alerts`;
    this.name = `${receiver.name} ${publicUrl(url)}`;
    this.#ports = ports;
    this.#identity = {
      receiver: receiver.name,
      kind: "alertmanager",
      url: publicUrl(url.replace(/\/+$/, "")),
    };
    const { timers, onDelivery } = ports;
    const now = () => timers.now();
    this.#tally = new Tally(now, (change) => onDelivery(this.#identity, change));
  }

  stats(): TargetStats {
    const waiting = [...this.#resolved.values()].filter((row) => row.nextAt <= row.resolvedAt);
    const oldestAt =
      waiting.length === 0 ? undefined : Math.min(...waiting.map((r) => r.resolvedAt));
    return {
      ...this.#identity,
      ...this.#tally.figures,
      oldestAt,
      queueLength: waiting.length + this.#dueFiring(this.#ports.timers.now()).length,
    };
  }

  payload(alert: AlertView, notify: "firing" | "resolved", nowMs: number): string | undefined {
    if (notify === "firing") return undefined;
    const resolvedAt = alert.resolvedAt ?? nowMs;
    const { fingerprint } = alert;
    const payload: ResolvedPayload = {
      resolvedAt,
      fingerprint,
      alert: postableAlert(alert, resolvedAt),
    };
    return JSON.stringify(payload);
  }

  enqueue(rows: readonly OutboxRow[]): void {
    for (const { id, payload } of rows) {
      const row = JSON.parse(payload) as ResolvedPayload; // written by `payload`, checked by storage
      this.#resolved.set(id, { ...row, id, nextAt: 0 });
    }
    const excess = [...this.#resolved.keys()].slice(0, -this.#ports.settings.queueLimit);
    for (const id of excess) this.#drop(id, "too many resolved alerts wait");
  }

  pump(evaluatedAtMs: number): void {
    this.#evaluatedAtMs = evaluatedAtMs;
    this.#pumpNow();
  }

  async drain(): Promise<void> {
    for (this.#pumpNow(); this.#sending !== undefined; this.#pumpNow()) await this.#sending;
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelRetry();
  }

  #pumpNow(): void {
    const nowMs = this.#ports.timers.now();
    if (this.#isClosed || this.#sending !== undefined || nowMs < this.#retryAt) return;
    const offers = [...this.#firingOffers(nowMs), ...this.#resolvedOffers(nowMs)];
    if (offers.length === 0) return;
    this.#sending = this.#send(offers).finally(() => {
      this.#sending = undefined;
      this.#pumpNow(); // what became due meanwhile
    });
  }

  #dueFiring(nowMs: number): readonly AlertView[] {
    return this.#ports.alerts.firing().filter(({ fingerprint, firedAt }) => {
      const next = this.#nextAt.get(fingerprint);
      return next === undefined || next.firedAt !== firedAt || next.at <= nowMs;
    });
  }

  /** `endsAt` counts from the evaluation, so that alerts of a stuck engine expire instead of firing for ever. */
  #firingOffers(nowMs: number): readonly Offer[] {
    const { intervalMs, resendDelayMs } = this.#ports.settings;
    const endsAtMs = this.#evaluatedAtMs + 4 * Math.max(intervalMs, resendDelayMs);
    if (endsAtMs <= nowMs) return [];
    const firing = new Set(this.#ports.alerts.firing().map((alert) => alert.fingerprint));
    this.#nextAt = new Map([...this.#nextAt].filter(([fingerprint]) => firing.has(fingerprint)));
    return this.#dueFiring(nowMs).map((alert) => ({
      alert: postableAlert(this.#ports.alerts.describe(alert), endsAtMs),
      settle: (sent) => {
        const { fingerprint, firedAt } = alert;
        const before = this.#nextAt.get(fingerprint);
        const refusals = sent ? 0 : (before?.refusals ?? 0) + 1;
        const pauseMs = Math.min(resendDelayMs * 2 ** Math.max(0, refusals - 1), REFUSED_PAUSE_MS);
        this.#nextAt.set(fingerprint, { firedAt, at: nowMs + pauseMs, refusals });
      },
    }));
  }

  /** A resolved alert that fires again is void: repeating its end would end the new one. */
  #resolvedOffers(nowMs: number): readonly Offer[] {
    const firing = new Set(this.#ports.alerts.firing().map((alert) => alert.fingerprint));
    const { resendDelayMs, resolvedRepeatMs } = this.#ports.settings;
    const offers: Offer[] = [];
    for (const row of this.#resolved.values()) {
      if (firing.has(row.fingerprint)) this.#drop(row.id);
      else if (row.nextAt <= nowMs)
        offers.push({
          alert: row.alert,
          settle: (sent) => {
            if (!sent) this.#drop(row.id);
            else if (nowMs - row.resolvedAt >= resolvedRepeatMs) this.#drop(row.id);
            else row.nextAt = nowMs + resendDelayMs;
          },
        });
    }
    return offers;
  }

  /** With a reason it is given up, without one it is done. */
  #drop(id: number, reason?: string): void {
    this.#resolved.delete(id);
    if (reason !== undefined) this.#tally.gaveUp(reason);
    this.#ports.changed({ removedIds: [id] });
  }

  async #send(offers: readonly Offer[]): Promise<void> {
    for (let from = 0; from < offers.length; from += BATCH_LIMIT)
      if (!(await this.#sendBatch(offers.slice(from, from + BATCH_LIMIT)))) return;
  }

  /**
   * False: the Alertmanager is in trouble, try later. A refused batch is split until the bad alert is alone, so that it
   * takes no other with it; Alertmanager keeps the good ones of a refused batch, and taking them twice changes nothing.
   */
  async #sendBatch(batch: readonly Offer[]): Promise<boolean> {
    const outcome = await this.#post(batch.map((offer) => offer.alert));
    if (outcome.kind === "answered" && outcome.status >= 200 && outcome.status < 300) {
      this.#failures = 0;
      this.#tally.took(batch.length);
      for (const offer of batch) offer.settle(true);
      return true;
    }
    if (outcome.kind === "unanswered" || ![400, 413, 422].includes(outcome.status)) {
      this.#retryLater(outcome);
      return false;
    }
    const [only] = batch;
    if (batch.length === 1 && only !== undefined) {
      this.#tally.gaveUp(`refused, ${reasonOf(outcome)}: ${JSON.stringify(only.alert.labels)}`);
      only.settle(false);
      return true;
    }
    const half = Math.ceil(batch.length / 2);
    return (await this.#sendBatch(batch.slice(0, half))) && this.#sendBatch(batch.slice(half));
  }

  #post(alerts: readonly PostableAlert[]): Promise<PostOutcome> {
    const { post, settings, signal } = this.#ports;
    return post({
      url: this.#url,
      body: JSON.stringify(alerts),
      headers: {},
      auth: this.#receiver,
      timeoutMs: settings.requestTimeoutMs,
      signal,
    });
  }

  #retryLater(outcome: PostOutcome): void {
    const { timers, settings, signal, random } = this.#ports;
    if (signal.aborted) return; // shutdown is not the receiver's failure
    this.#tally.failedWith(outcome);
    this.#failures++;
    const longest = Math.min(settings.backoffMs.longest, settings.resendDelayMs);
    const asked = outcome.kind === "answered" ? (outcome.retryAfterMs ?? 0) : 0;
    const waitMs = Math.max(
      asked,
      backoffMs(this.#failures, { ...settings.backoffMs, longest }, random()),
    );
    this.#retryAt = timers.now() + waitMs;
    this.#cancelRetry();
    if (!this.#isClosed) this.#cancelRetry = timers.after(waitMs, () => this.#pumpNow());
  }
}
