/**
 * The tick: every bucket's end the engine closes it, alerts are evaluated, what they did is made durable, and only then
 * notified. One beat at a time: after a long one the next follows at once and makes up for those that were due meanwhile.
 * Once a minute a snapshot, which is written beside the beats.
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
  /** An invariant broke within a beat; there are no more beats. */
  readonly onFatal: (error: unknown) => void;
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
  /** End of the bucket that the last beat was for. */
  #beatenAtMs: number;
  #snapshot: Promise<void> | undefined;
  #snapshotAtMs: number;
  /** Evaluated, and not durable yet. */
  #transitions: AlertTransition[] = [];
  #added: OutboxChange["added"] = [];

  constructor(ports: HeartbeatPorts, settings: HeartbeatSettings) {
    this.#ports = ports;
    this.#settings = settings;
    const nowMs = ports.now();
    this.#snapshotAtMs = nowMs + settings.snapshotEveryMs;
    this.#beatenAtMs = Math.floor(nowMs / settings.bucketMs) * settings.bucketMs;
  }

  start(): void {
    this.#schedule();
  }

  /** Ends after the beat and the snapshot that are under way, with what alerts did made durable. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#running;
    await this.#commit(); // what a beat could not write; the next start sends it
    await this.#snapshot;
  }

  #schedule(): void {
    if (this.#isStopped) return;
    const { bucketMs } = this.#settings;
    const nowMs = this.#ports.now();
    const endMs = (Math.floor(nowMs / bucketMs) + 1) * bucketMs;
    const dueMs = Math.min(endMs, this.#beatenAtMs + bucketMs); // the clock may have gone back, too
    this.#timer = setTimeout(
      () => {
        this.#running = this.beat(dueMs).then(
          () => this.#schedule(),
          (error: unknown) => this.#ports.onFatal(error),
        );
      },
      Math.max(0, dueMs - nowMs),
    );
  }

  /** One tick for `dueMs`, a bucket's end, with all that ended since. */
  async beat(dueMs: number): Promise<void> {
    const { engine, alerts, dispatcher, now, onTick } = this.#ports;
    const { bucketMs } = this.#settings;
    const nowMs = Math.max(dueMs, now());
    this.#beatenAtMs = Math.floor(nowMs / bucketMs) * bucketMs;
    engine.tick(nowMs);
    const transitions = alerts.evaluate(engine.shards, nowMs);
    onTick(now() - dueMs);
    const prepared = dispatcher.prepare(transitions, nowMs);
    this.#transitions.push(...transitions);
    this.#added = [...this.#added, ...prepared.added];
    const isDurable = await this.#commit();
    dispatcher.accept({ added: isDurable, updated: [], removedIds: [] }, nowMs);
    this.#snapshotWhenDue(nowMs);
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

  /** A large one takes longer than a tick may wait. */
  #snapshotWhenDue(nowMs: number): void {
    if (nowMs < this.#snapshotAtMs || this.#transitions.length > 0) return;
    if (this.#snapshot !== undefined) return; // the one before is not written yet
    this.#snapshotAtMs = nowMs + this.#settings.snapshotEveryMs;
    this.#snapshot = this.#ports
      .snapshot()
      .catch((error: unknown) => this.#ports.onError("snapshot", error))
      .finally(() => (this.#snapshot = undefined));
  }
}
