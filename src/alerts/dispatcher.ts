/**
 * Carries transitions to the receivers. The caller makes rows of them (`prepare`), commits those together with the
 * transitions, and hands them back (`accept`); from then on a notification is sent until it is done with, over restarts.
 */
import { createHash } from "node:crypto";
import type { OutboxChange, OutboxRow } from "../storage/index.ts";
import type { AlertTransition, AlertView } from "./alert.ts";
import { AlertmanagerTarget } from "./alertmanager-target.ts";
import { OutboxRecorder } from "./outbox-recorder.ts";
import type { Post } from "./post.ts";
import type { DispatcherSettings } from "./receiver.ts";
import type { DeliveryChange } from "./tally.ts";
import type { Target, TargetIdentity, TargetPorts, TargetStats } from "./target.ts";
import type { Timers } from "./timers.ts";
import { WebhookTarget } from "./webhook-target.ts";

export interface DispatcherPorts {
  readonly post: Post;
  readonly timers: Timers;
  /** In [0, 1): jitter. */
  readonly random: () => number;
  /** Makes what became of rows durable, on its own (an outbox change without a journal entry of meaning). */
  readonly record: (change: OutboxChange) => Promise<unknown>;
  /** The evaluator: alerts now, and one with fresh annotations. */
  readonly alerts: { current(): readonly AlertView[]; describe(alert: AlertView): AlertView };
  /** A receiver begins to fail, recovers, or will never get something. */
  readonly onDelivery: (target: TargetIdentity, change: DeliveryChange) => void;
}

export class Dispatcher {
  readonly #settings: DispatcherSettings;
  readonly #ports: DispatcherPorts;
  readonly #targets: readonly Target[];
  readonly #recorder: OutboxRecorder;
  readonly #abort = new AbortController();
  #nextId = 1;
  #views: readonly AlertView[] = [];
  #firing: readonly AlertView[] = [];

  constructor(settings: DispatcherSettings, ports: DispatcherPorts) {
    this.#settings = settings;
    this.#ports = ports;
    this.#recorder = new OutboxRecorder(ports.record, ports.timers);
    const targetPorts: TargetPorts = {
      post: ports.post,
      timers: ports.timers,
      random: ports.random,
      settings,
      signal: this.#abort.signal,
      changed: (change) => this.#recorder.add(change),
      onDelivery: ports.onDelivery,
      alerts: {
        firing: () => this.#firingAlerts(),
        describe: (alert) => ports.alerts.describe(alert),
      },
    };
    this.#targets = settings.receivers.flatMap((receiver): Target[] =>
      receiver.kind === "webhook"
        ? [new WebhookTarget(receiver, targetPorts)]
        : receiver.urls.map((url) => new AlertmanagerTarget(receiver, url, targetPorts)),
    );
  }

  /**
   * Takes the rows that survived a restart, before the first `prepare`. Rows of receivers that are no longer configured
   * are dropped; returns how many.
   */
  restore(rows: readonly OutboxRow[]): number {
    for (const row of rows) this.#nextId = Math.max(this.#nextId, row.id + 1);
    this.#enqueue(rows);
    const orphans = rows.filter(
      (row) => !this.#targets.some((target) => target.name === row.target),
    );
    if (orphans.length > 0) this.#recorder.add({ removedIds: orphans.map((row) => row.id) });
    return orphans.length;
  }

  /** Rows for what the transitions announce: commit them in the same append. Sends nothing. */
  prepare(transitions: readonly AlertTransition[], nowMs: number): OutboxChange {
    const added: OutboxRow[] = [];
    for (const transition of transitions) {
      if (transition.kind === "inactive" || transition.notify === undefined) continue;
      const { alert, notify } = transition;
      for (const target of this.#targets) {
        const payload = target.payload(alert, notify, nowMs);
        if (payload === undefined) continue;
        added.push({
          id: this.#nextId++,
          orderKey: alert.fingerprint,
          target: target.name,
          dedupeKey: dedupeKey(alert, notify, target.name),
          payload,
          attempts: 0,
          nextAttemptAt: nowMs,
        });
      }
    }
    return { added, updated: [], removedIds: [] };
  }

  /**
   * Sends what was prepared, after it is durable; call it on quiet ticks too (with an empty change), since firing alerts
   * are kept alive by it. `evaluatedAtMs` is the tick's time.
   */
  accept(change: OutboxChange, evaluatedAtMs: number): void {
    this.#enqueue(change.added);
    for (const target of this.#targets) target.pump(evaluatedAtMs);
  }

  stats(): readonly TargetStats[] {
    return this.#targets.map((target) => target.stats());
  }

  /** Sends what is due, for `stopTimeoutMs` at most; what is left waits in the outbox for the next start. */
  async stop(): Promise<void> {
    const { timers } = this.#ports;
    let cancel: () => void = () => undefined;
    const deadline = new Promise<void>((resolve) => {
      cancel = timers.after(this.#settings.stopTimeoutMs, resolve);
    });
    const drained = Promise.all(this.#targets.map((target) => target.drain()));
    await Promise.race([drained.then(() => this.#recorder.flush()), deadline]);
    cancel();
    for (const target of this.#targets) target.close();
    this.#abort.abort();
    this.#recorder.close();
  }

  #enqueue(rows: readonly OutboxRow[]): void {
    const sorted = [...rows].sort((a, b) => a.id - b.id);
    for (const target of this.#targets)
      target.enqueue(sorted.filter((row) => row.target === target.name));
  }

  /** Announced and firing; an inhibited ticket that was announced before goes on, or it would seem to be resolved. */
  #firingAlerts(): readonly AlertView[] {
    const views = this.#ports.alerts.current();
    if (views !== this.#views) {
      this.#views = views;
      this.#firing = views.filter((alert) => alert.state === "firing" && alert.notified);
    }
    return this.#firing;
  }
}

/** The same for every attempt, another for every firing and end. */
function dedupeKey(alert: AlertView, notify: string, target: string): string {
  const parts = [alert.fingerprint, alert.firedAt, notify, target];
  return createHash("sha256").update(parts.join("|")).digest("hex");
}
