/**
 * What a rebuild would come to: the same bookings, on an engine that nobody else has. Nothing that counts is touched; what
 * comes while it works is not in it.
 */
import type { FrozenArchive } from "../archive/index.ts";
import { BindingTable, type Rebooking, type SeriesState } from "../series/index.ts";
import type { Slo } from "../slo/index.ts";
import type { CoreEngine } from "./core-engine.ts";
import { bookedFromMs, leftOutBySlo, leftOutText, markLeftOut } from "./left-out.ts";
import { markUnheld, unheldBySlo, unheldText } from "./unheld.ts";

export interface TrialRebuildParts {
  /** Without SLOs. */
  readonly engine: CoreEngine;
  readonly series: SeriesState;
  readonly archive: FrozenArchive;
  readonly pending: readonly Slo[];
  readonly nowMs: number;
  /** Whether all that is archived of the SLO can be booked. */
  readonly isWhole: (slo: Slo) => boolean;
  /** SLOs that are counted now: what is left out of them is lost. */
  readonly countedIds: ReadonlySet<string>;
}

/** Series bound in one step, and series looked at: a millisecond or two. */
const STEP_BOUND = 64;
const STEP_SEEN = 4096;

export class TrialRebuild {
  readonly #parts: TrialRebuildParts;
  readonly #bindings: BindingTable;
  readonly #seriesCount: number;
  readonly #isUsed = new Map<number, boolean>();
  #rebooking: Rebooking | undefined;

  constructor(parts: TrialRebuildParts) {
    const { engine, series, pending, nowMs } = parts;
    this.#parts = parts;
    this.#bindings = new BindingTable(series.identity, engine.bind);
    this.#seriesCount = series.identity.series.count;
    engine.setRules(pending, nowMs);
  }

  /** Some milliseconds of work; false when there was none left. */
  step(): boolean {
    if (this.#bindings.boundCount < this.#seriesCount) {
      this.#bindSome();
      return true;
    }
    const { engine, series, archive, nowMs, isWhole } = this.#parts;
    const elsewhere = { bindings: this.#bindings, books: engine };
    this.#rebooking ??= series.rebook(archive, bookedFromMs(engine, isWhole), nowMs, elsewhere);
    const rebooking = this.#rebooking;
    if (rebooking === undefined || rebooking.isDone) return false;
    engine.bookPast(() => rebooking.step());
    return true;
  }

  #bindSome(): void {
    const { engine, series } = this.#parts;
    const { identity } = series;
    let bound = 0;
    for (let seen = 0; seen < STEP_SEEN && bound < STEP_BOUND; seen++) {
      const next = this.#bindings.boundCount;
      if (next >= this.#seriesCount) return;
      const metric = identity.metricOfSeries(next);
      let isUsed = this.#isUsed.get(metric);
      if (isUsed === undefined) {
        isUsed = engine.isCounted(identity.metric(metric));
        this.#isUsed.set(metric, isUsed);
      }
      if (isUsed) {
        this.#bindings.bindNext();
        bound++;
      } else this.#bindings.skipNext();
    }
  }

  /** Puts the SLOs in force under the ids they will have. By id: what is lost or not held of them, in sentences. */
  finish(): ReadonlyMap<string, readonly string[]> {
    const { engine, series, pending, nowMs, countedIds } = this.#parts;
    const byStream = this.#rebooking?.leftOutFromMs ?? new Map<number, number>();
    const leftOut = leftOutBySlo(engine, byStream, countedIds);
    const unheld = unheldBySlo(engine, series, { bindings: this.#bindings, nowMs });
    const slos = pending.map(({ pendingFor = "", ...slo }): Slo => ({ ...slo, id: pendingFor }));
    const { notes } = engine.setRules(slos, nowMs);
    markUnheld(engine, slos, unheld, nowMs);
    markLeftOut(engine, slos, leftOut);
    return new Map(
      slos.map(({ id, rebuiltFrom = 0 }) => {
        const count = unheld.get(id) ?? 0;
        const said = notes.filter((note) => note.startsWith(`${id}: `));
        const own = said.map((note) => note.slice(id.length + 2));
        const lost = [
          ...(count > 0 ? [unheldText(count)] : []),
          ...(leftOut.has(id) ? [leftOutText(rebuiltFrom)] : []),
        ];
        return [id, [...own, ...lost]];
      }),
    );
  }
}
