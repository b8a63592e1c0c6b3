/**
 * One webhook. Each firing and each end of an alert is an outbox row, sent in order per alert (an end never overtakes
 * its beginning), tried until it is taken, refused for good, or too old. At least once: `Idempotency-Key` tells repeats.
 */
import type { OutboxRow } from "../storage/index.ts";
import type { AlertView } from "./alert.ts";
import { backoffMs } from "./backoff.ts";
import { webhookBody } from "./messages.ts";
import type { PostOutcome } from "./post.ts";
import type { WebhookReceiver } from "./receiver.ts";
import { reasonOf, Tally } from "./tally.ts";
import type { Target, TargetIdentity, TargetPorts, TargetStats } from "./target.ts";

interface WebhookPayload {
  readonly createdAt: number;
  readonly body: object;
}

interface WaitingRow extends WebhookPayload {
  readonly row: OutboxRow;
  attempts: number;
  nextAttemptAt: number;
}

export class WebhookTarget implements Target {
  readonly name: string;
  readonly #receiver: WebhookReceiver;
  readonly #ports: TargetPorts;
  readonly #identity: TargetIdentity;
  readonly #tally: Tally;
  /** Ascending by id within a key; only the first of a key may be in flight. Keys in order of arrival. */
  readonly #queues = new Map<string, WaitingRow[]>();
  readonly #inFlight = new Map<string, Promise<void>>();
  #queueLength = 0;
  #cancelTimer: () => void = () => undefined;
  #isClosed = false;

  constructor(receiver: WebhookReceiver, ports: TargetPorts) {
    this.#receiver = receiver;
    this.name = receiver.name;
    this.#ports = ports;
    // The path of many a webhook is its secret.
    const { origin } = new URL(receiver.url);
    this.#identity = { receiver: receiver.name, kind: "webhook", url: origin };
    const { timers, onDelivery } = ports;
    const now = () => timers.now();
    this.#tally = new Tally(now, (change) => onDelivery(this.#identity, change));
  }

  stats(): TargetStats {
    let oldestAt: number | undefined;
    for (const [first] of this.#queues.values())
      if (first !== undefined) oldestAt = Math.min(oldestAt ?? Infinity, first.createdAt);
    return {
      ...this.#identity,
      ...this.#tally.figures,
      oldestAt,
      queueLength: this.#queueLength,
    };
  }

  payload(alert: AlertView, notify: "firing" | "resolved", nowMs: number): string {
    const body = webhookBody(alert, notify, this.#receiver.name, this.#ports.settings.externalUrl);
    const payload: WebhookPayload = { createdAt: nowMs, body };
    return JSON.stringify(payload);
  }

  enqueue(rows: readonly OutboxRow[]): void {
    const { timers, settings } = this.#ports;
    for (const row of rows) {
      const payload = JSON.parse(row.payload) as WebhookPayload; // written by `payload`, checked by storage
      const { attempts } = row;
      // The clock may have been set back since: no wait is longer than the longest.
      const nextAttemptAt = Math.min(row.nextAttemptAt, timers.now() + settings.backoffMs.longest);
      const queue = this.#queues.get(row.orderKey) ?? [];
      queue.push({ ...payload, row, attempts, nextAttemptAt });
      this.#queues.set(row.orderKey, queue);
      this.#queueLength++;
    }
    for (const [key, queue] of this.#queues) {
      if (this.#queueLength <= settings.queueLimit) break;
      const [first] = queue;
      if (first !== undefined && !this.#inFlight.has(key)) this.#giveUp(first, "too many wait");
    }
  }

  pump(): void {
    if (this.#isClosed) return;
    const { timers, settings } = this.#ports;
    const nowMs = timers.now();
    let nextAt = Infinity;
    for (const [key, [first]] of this.#queues) {
      if (this.#inFlight.size >= settings.webhookConcurrency) break; // the next answer pumps again
      if (first === undefined || this.#inFlight.has(key)) continue;
      if (first.nextAttemptAt > nowMs) {
        nextAt = Math.min(nextAt, first.nextAttemptAt);
        continue;
      }
      const attempt = this.#attempt(first).finally(() => {
        this.#inFlight.delete(key);
        this.pump();
      });
      this.#inFlight.set(key, attempt);
    }
    this.#cancelTimer();
    if (nextAt < Infinity) this.#cancelTimer = timers.after(nextAt - nowMs, () => this.pump());
  }

  async drain(): Promise<void> {
    for (this.pump(); this.#inFlight.size > 0; this.pump())
      await Promise.all(this.#inFlight.values());
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelTimer();
  }

  async #attempt(waiting: WaitingRow): Promise<void> {
    const { post, settings, signal } = this.#ports;
    const outcome = await post({
      url: this.#receiver.url,
      body: JSON.stringify(waiting.body),
      headers: { "idempotency-key": waiting.row.dedupeKey },
      auth: this.#receiver,
      timeoutMs: settings.requestTimeoutMs,
      signal,
    });
    switch (verdict(outcome)) {
      case "taken":
        this.#tally.took(1);
        return this.#remove(waiting);
      case "refused":
        return this.#giveUp(waiting, `refused, ${reasonOf(outcome)}`);
      case "later":
        return this.#retryLater(waiting, outcome);
    }
  }

  #retryLater(waiting: WaitingRow, outcome: PostOutcome): void {
    const { settings, signal, timers, random, changed } = this.#ports;
    if (signal.aborted) return; // shutdown is not the receiver's failure
    const nowMs = timers.now();
    this.#tally.failedWith(outcome);
    if (nowMs - waiting.createdAt >= settings.giveUpAfterMs)
      return this.#giveUp(
        waiting,
        `given up after ${waiting.attempts + 1} attempts: ${reasonOf(outcome)}`,
      );
    waiting.attempts++;
    const asked = outcome.kind === "answered" ? (outcome.retryAfterMs ?? 0) : 0;
    const waitMs = Math.max(asked, backoffMs(waiting.attempts, settings.backoffMs, random()));
    waiting.nextAttemptAt = nowMs + waitMs;
    const { attempts, nextAttemptAt } = waiting;
    changed({ updated: [{ id: waiting.row.id, attempts, nextAttemptAt }] });
  }

  #giveUp(waiting: WaitingRow, reason: string): void {
    this.#tally.gaveUp(reason);
    this.#remove(waiting);
  }

  #remove({ row }: WaitingRow): void {
    const queue = this.#queues.get(row.orderKey);
    queue?.shift(); // only the first of a key is ever removed
    if (queue?.length === 0) this.#queues.delete(row.orderKey);
    this.#queueLength--;
    this.#ports.changed({ removedIds: [row.id] });
  }
}

/** Redirects count as trouble of the receiver: they are not followed, and the operator can mend the address. */
function verdict(outcome: PostOutcome): "taken" | "refused" | "later" {
  if (outcome.kind === "unanswered") return "later";
  const { status } = outcome;
  if (status >= 200 && status < 300) return "taken";
  const isPermanent = status >= 400 && status < 500 && ![408, 425, 429].includes(status);
  return isPermanent ? "refused" : "later";
}
