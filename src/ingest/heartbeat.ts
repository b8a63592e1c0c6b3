/**
 * The tick: every bucket's end the engine closes it, alerts are evaluated, what they did is made durable, and only then
 * notified. Between beats, and once a minute, a snapshot. One beat at a time; a late one is not made up for.
 */
import type { AlertTransition } from "../alerts/index.ts";
import type { ShardView } from "../engine/index.ts";
import type { OutboxChange } from "../storage/index.ts";

export interface HeartbeatPorts {
  readonly engine: { readonly shards: readonly ShardView[]; tick(nowMs: number): void };
  readonly alerts: {
    evaluate(shards: readonly ShardView[], nowMs: number): readonly AlertTransition[];
  };
  readonly dispatcher: {
    prepare(transitions: readonly AlertTransition[], nowMs: number): OutboxChange;
    accept(change: OutboxChange, evaluatedAtMs: number): void;
  };
  readonly commitAlerts: (
    transitions: readonly AlertTransition[],
    outbox: OutboxChange,
  ) => Promise<void>;
  readonly snapshot: () => Promise<void>;
  readonly now: () => number;
  /** `lateMs`: from the tick's due time to the end of its evaluation. */
  readonly onTick: (lateMs: number) => void;
  /** Transitions that are durable now. */
  readonly onTransitions: (transitions: readonly AlertTransition[]) => void;
  /** What could not be written; it is tried again on the next beat. */
  readonly onError: (work: "alerts" | "snapshot", error: unknown) => void;
}

export interface HeartbeatSettings {
  readonly bucketMs: number;
  readonly snapshotEveryMs: number;
}

export class Heartbeat {
  readonly #ports: HeartbeatPorts;
  readonly #settings: HeartbeatSettings;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #isStopped = false;
  #snapshotAtMs: number;
  /** Evaluated, and not durable yet. */
  #transitions: AlertTransition[] = [];
  #added: OutboxChange["added"] = [];

  constructor(ports: HeartbeatPorts, settings: HeartbeatSettings) {
    this.#ports = ports;
    this.#settings = settings;
    this.#snapshotAtMs = ports.now() + settings.snapshotEveryMs;
  }

  start(): void {
    this.#schedule();
  }

  /** Ends after the beat that is under way. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  #schedule(): void {
    if (this.#isStopped) return;
    const { bucketMs } = this.#settings;
    const nowMs = this.#ports.now();
    const dueMs = (Math.floor(nowMs / bucketMs) + 1) * bucketMs;
    this.#timer = setTimeout(() => {
      this.#running = this.beat(dueMs).finally(() => this.#schedule());
    }, dueMs - nowMs);
  }

  /** One tick at `dueMs`, a bucket's end. */
  async beat(dueMs: number): Promise<void> {
    const { engine, alerts, dispatcher, now, onTick } = this.#ports;
    const nowMs = Math.max(dueMs, now());
    engine.tick(nowMs);
    const transitions = alerts.evaluate(engine.shards, nowMs);
    onTick(now() - dueMs);
    const prepared = dispatcher.prepare(transitions, nowMs);
    this.#transitions.push(...transitions);
    this.#added = [...this.#added, ...prepared.added];
    const isDurable = await this.#commit();
    dispatcher.accept({ added: isDurable, updated: [], removedIds: [] }, nowMs);
    await this.#snapshotWhenDue(nowMs);
  }

  /** Makes what is not durable yet durable; returns the notifications that may go out now. */
  async #commit(): Promise<OutboxChange["added"]> {
    const transitions = this.#transitions;
    const added = this.#added;
    if (transitions.length === 0 && added.length === 0) return [];
    try {
      await this.#ports.commitAlerts(transitions, { added, updated: [], removedIds: [] });
    } catch (error) {
      this.#ports.onError("alerts", error);
      return [];
    }
    this.#transitions = [];
    this.#added = [];
    this.#ports.onTransitions(transitions);
    return added;
  }

  async #snapshotWhenDue(nowMs: number): Promise<void> {
    if (nowMs < this.#snapshotAtMs || this.#transitions.length > 0) return;
    this.#snapshotAtMs = nowMs + this.#settings.snapshotEveryMs;
    try {
      await this.#ports.snapshot();
    } catch (error) {
      this.#ports.onError("snapshot", error);
    }
  }
}
