/** Where one test happens: the counting parts, the senders, and a clock that only goes forward. */
import type { AlertTransition } from "../alerts/index.ts";
import { Replay } from "../replay/index.ts";
import type { Slo } from "../slo/index.ts";
import { requestOf } from "./otlp-request.ts";
import { refuse } from "./problem-codes.ts";
import type { SeriesLoad, Severity } from "./script.ts";
import { Sender, type Export } from "./sender.ts";

/** An alert that changed its state. */
export interface AlertEvent {
  /** Ms after the script's start. */
  readonly atMs: number;
  readonly streamKey: string;
  readonly severity: Severity;
  /** On absent data; else on burn rates. */
  readonly isAbsence: boolean;
  readonly kind: "pending" | "firing" | "resolved" | "inactive";
  /** `1h/5m`; of an alert that is gone, empty. */
  readonly tier: string;
}

const BUSY = "the series has not done yet what an earlier line gave it";

export class World {
  readonly replay: Replay;
  readonly timeline: AlertEvent[] = [];
  /** Points that were refused so far. */
  rejectedPoints = 0;
  readonly #epochMs: number;
  readonly #senders = new Map<string, Sender>();
  /** Exports that come later than they were made, or again, in order of arrival. */
  #late: Export[] = [];
  readonly #onMove: (nowMs: number) => void;

  /** `onMove` hears of every moment at which something is sent, ms after the start. */
  constructor(startMs: number, bucketMs: number, onMove: (nowMs: number) => void) {
    this.#epochMs = startMs;
    this.#onMove = onMove;
    this.replay = new Replay({ startMs, bucketMs });
  }

  /** Ms after the script's start. */
  get nowMs(): number {
    return this.replay.nowMs - this.#epochMs;
  }

  setRules(slos: readonly Slo[]): void {
    this.replay.setRules(slos);
  }

  /** The line begins now. Throws `ProblemError` when the series has not done yet what it was given. */
  load(load: SeriesLoad): void {
    const key = JSON.stringify([load.metric.name, load.resource, load.attributes, load.writer]);
    const sender = this.#senders.get(key);
    const { nowMs } = this.replay;
    if (sender === undefined) this.#senders.set(key, new Sender(load, this.#epochMs, nowMs));
    else if (sender.isBusy)
      refuse("series-busy", load.place, BUSY, "move the clock on first, by `at`");
    else sender.resume(load, nowMs);
  }

  /** What is due up to and at that moment is sent; then the tick of that moment comes. */
  advanceTo(ms: number): void {
    const untilMs = this.#epochMs + ms;
    for (;;) {
      const dueMs = this.#dueMs();
      if (dueMs === undefined || dueMs > untilMs) break;
      this.#note(this.replay.approach(Math.max(dueMs, this.replay.nowMs)));
      const exports = this.#exportsAt(dueMs);
      if (exports.length > 0) this.#deliver(exports);
      this.#onMove(this.nowMs);
    }
    this.#note(this.replay.advanceTo(untilMs));
  }

  #dueMs(): number | undefined {
    let earliest = this.#late[0]?.arrivesMs;
    for (const { dueMs } of this.#senders.values())
      if (dueMs !== undefined && (earliest === undefined || dueMs < earliest)) earliest = dueMs;
    return earliest;
  }

  #exportsAt(dueMs: number): readonly Export[] {
    const arriving = this.#late.filter(({ arrivesMs }) => arrivesMs <= dueMs);
    this.#late = this.#late.filter(({ arrivesMs }) => arrivesMs > dueMs);
    for (const sender of this.#senders.values()) {
      if (sender.dueMs !== dueMs) continue;
      const made = sender.exportDue();
      if (made === undefined) continue;
      if (made.arrivesMs <= dueMs) arriving.push(made);
      else this.#defer(made);
    }
    return arriving;
  }

  #deliver(exports: readonly Export[]): void {
    this.rejectedPoints += this.replay.send(requestOf(exports)).rejectedPoints;
    for (const made of exports)
      if (made.againMs !== undefined)
        this.#defer({ ...made, arrivesMs: made.arrivesMs + made.againMs, againMs: undefined });
  }

  /** What arrives at one moment keeps its order. */
  #defer(made: Export): void {
    const at = this.#late.findLastIndex(({ arrivesMs }) => arrivesMs <= made.arrivesMs);
    this.#late.splice(at + 1, 0, made);
  }

  #note(transitions: readonly AlertTransition[]): void {
    for (const transition of transitions) {
      const { kind, at } = transition;
      if (kind === "updated") continue;
      const { streamKey, severity } = kind === "inactive" ? transition : transition.alert;
      const tier = kind === "inactive" ? "" : transition.alert.tier;
      const isAbsence = kind !== "inactive" && transition.alert.kind === "absent";
      this.timeline.push({ atMs: at - this.#epochMs, streamKey, severity, isAbsence, kind, tier });
    }
  }
}
