/**
 * Whether the first point of a new writer counts in full: yes when slowburn would have seen the writer's history had there
 * been one (DESIGN 4.3; research/otlp.md section 3). The first error of a new `500` series is thus not lost, and the history
 * of a process that is older than slowburn's knowledge is no burst.
 */
import { grown } from "./grown.ts";
import { ceilMillis } from "./nanos.ts";

/** Points of one export may carry times that differ a little (Go reads the clock per instrument). */
const ONE_EXPORT_MS = 1_000;
/** Readers of one resource may export different metrics at different times, but all within this. */
const ALL_READERS_MS = 120_000;
const MAX_EPOCHS = 16;
export const IS_BASELINE: number = -1;

/** A process start that is older than slowburn's knowledge, and when a point first showed it. */
export interface Epoch {
  readonly startHi: number;
  readonly startLo: number;
  readonly firstMs: number;
}

export class Coverage {
  readonly #epochs = new Map<number, Epoch[]>();
  /** Newest and second newest export time per context (one metric of one resource and scope), ms. */
  #lastMs = new Float64Array(64);
  #previousMs = new Float64Array(64);

  /** Notes that a point of this context came. */
  observe(context: number, timeMs: number): void {
    if (context >= this.#lastMs.length) this.#grow(context);
    const last = this.#lastMs[context]!;
    if (timeMs <= last) return;
    if (timeMs - last >= ONE_EXPORT_MS) this.#previousMs[context] = last;
    this.#lastMs[context] = timeMs;
  }

  /**
   * Since when the events of a new writer's first value can have happened, ms; `IS_BASELINE` when they may be older than
   * `coveredSinceMs`, the moment from which the rules watched this metric.
   */
  firstIncrementFrom(
    resource: number,
    context: number,
    startHi: number,
    startLo: number,
    timeMs: number,
    coveredSinceMs: number,
  ): number {
    if (startHi === 0 && startLo === 0) return IS_BASELINE;
    const startMs = ceilMillis(startHi, startLo);
    if (startMs >= coveredSinceMs) return Math.min(startMs, timeMs);
    const epoch = this.#epochs
      .get(resource)
      ?.find((each) => each.startLo === startLo && each.startHi === startHi);
    if (epoch === undefined) {
      this.#remember(resource, { startHi, startLo, firstMs: timeMs });
      return IS_BASELINE;
    }
    const exportBefore = this.exportBefore(context, timeMs);
    if (exportBefore >= Math.max(coveredSinceMs, epoch.firstMs)) return exportBefore;
    const isLongKnown = epoch.firstMs >= coveredSinceMs && epoch.firstMs <= timeMs - ALL_READERS_MS;
    return isLongKnown ? timeMs : IS_BASELINE;
  }

  /** Time of the newest export of the context that is certainly not the one of `timeMs`, ms; 0 when there is none. */
  exportBefore(context: number, timeMs: number): number {
    const last = this.#lastMs[context] ?? 0;
    if (last > 0 && last <= timeMs - ONE_EXPORT_MS) return last;
    const previous = this.#previousMs[context] ?? 0;
    return previous <= timeMs - ONE_EXPORT_MS ? previous : 0;
  }

  #remember(resource: number, epoch: Epoch): void {
    const epochs = this.#epochs.get(resource) ?? [];
    if (epochs.length === MAX_EPOCHS) epochs.shift();
    epochs.push(epoch);
    this.#epochs.set(resource, epochs);
  }

  #grow(context: number): void {
    const capacity = Math.max(this.#lastMs.length * 2, context + 1);
    this.#lastMs = grown(this.#lastMs, new Float64Array(capacity));
    this.#previousMs = grown(this.#previousMs, new Float64Array(capacity));
  }

  /** The epochs as plain data. */
  get epochs(): readonly (readonly [resource: number, epochs: readonly Epoch[]])[] {
    return [...this.#epochs];
  }

  /** Copies of the newest and second newest export times of the first `contexts` contexts. */
  copyTimes(contexts: number): readonly [last: Float64Array, previous: Float64Array] {
    if (contexts > this.#lastMs.length) this.#grow(contexts);
    return [this.#lastMs.slice(0, contexts), this.#previousMs.slice(0, contexts)];
  }

  restore(epochs: Coverage["epochs"], last: Float64Array, previous: Float64Array): void {
    this.#epochs.clear();
    for (const [resource, each] of epochs) this.#epochs.set(resource, [...each]);
    if (last.length > this.#lastMs.length) this.#grow(last.length);
    this.#lastMs.set(last);
    this.#previousMs.set(previous);
  }
}
