/**
 * Makes the counts of changed SLOs of the archive, beside the work at hand: some milliseconds, then whatever waits, then on.
 * When they are whole, the rules are read again, which puts them in force.
 */
import type { Core } from "../ingest/index.ts";
import type { EventLog } from "../telemetry/index.ts";

/** Work done before others have a turn: a block or two of the archive. */
const TURN_MS = 5;
const PROGRESS_EVERY_MS = 10_000;

export interface RebuilderPorts {
  readonly core: Pick<Core, "stepRebuild" | "rebuild">;
  /** The counts are whole. */
  readonly onDone: () => void;
  /** An invariant broke: the state in memory is not to be trusted. */
  readonly onFatal: (error: unknown) => void;
  readonly log: EventLog;
}

export class Rebuilder {
  readonly #ports: RebuilderPorts;
  #turn: NodeJS.Immediate | undefined;
  #startedAt = 0;
  #saidAt = 0;

  constructor(ports: RebuilderPorts) {
    this.#ports = ports;
  }

  /** Also when the rules changed while it was at work. */
  start(): void {
    this.#startedAt = this.#saidAt = performance.now();
    this.#turn ??= setImmediate(() => this.#work());
  }

  stop(): void {
    clearImmediate(this.#turn);
    this.#turn = undefined;
  }

  #work(): void {
    this.#turn = undefined;
    const { core, onDone, onFatal, log } = this.#ports;
    const startedAt = performance.now();
    try {
      while (core.stepRebuild()) {
        if (performance.now() - startedAt < TURN_MS) continue;
        this.#sayProgress();
        this.#turn = setImmediate(() => this.#work());
        return;
      }
    } catch (error) {
      onFatal(error);
      return;
    }
    if (core.rebuild === undefined) return; // nobody waits for it any more
    const { ids: slos, cells } = core.rebuild;
    const durationMs = Math.round(performance.now() - this.#startedAt);
    log.info("rules.rebuilt", { slos, cells, durationMs });
    onDone();
  }

  #sayProgress(): void {
    const nowMs = performance.now();
    if (nowMs - this.#saidAt < PROGRESS_EVERY_MS) return;
    this.#saidAt = nowMs;
    const { rebuild } = this.#ports.core;
    if (rebuild === undefined) return;
    const { ids: slos, ratio, cells } = rebuild;
    this.#ports.log.info("rules.rebuilding", { slos, ratio, cells });
  }
}
