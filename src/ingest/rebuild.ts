/**
 * SLOs whose counts are being made of what the archive holds. They are in force unseen, as `pendingFor` says, and count what
 * comes; what came before is booked to them block by block. A crash begins it again: of the journal alone, nothing depends
 * on how far it had come.
 */
import type { Rebooking } from "../series/index.ts";
import { isPending, pendingId, type Slo } from "../slo/index.ts";

export interface RebuildProgress {
  /** The ids they will have. */
  readonly ids: readonly string[];
  /** 0 to 1. */
  readonly ratio: number;
  /** Amounts booked so far. */
  readonly cells: number;
  readonly isDone: boolean;
}

export class Rebuild {
  readonly #pending: readonly Slo[];
  readonly #rebooking: Rebooking | undefined;

  /** `rebooking` is absent where there is no archive. */
  constructor(pending: readonly Slo[], rebooking: Rebooking | undefined) {
    this.#pending = pending;
    this.#rebooking = rebooking;
  }

  get progress(): RebuildProgress {
    const { progress: ratio = 1, cellCount: cells = 0, isDone = true } = this.#rebooking ?? {};
    return { ids: this.#pending.map(({ pendingFor = "" }) => pendingFor), ratio, cells, isDone };
  }

  get isDone(): boolean {
    return this.#rebooking?.isDone ?? true;
  }

  /** By stream: since when something was left out, ms. */
  get leftOutFromMs(): ReadonlyMap<number, number> {
    return this.#rebooking?.leftOutFromMs ?? new Map();
  }

  /** Some milliseconds of work. */
  step(): void {
    this.#rebooking?.step();
  }

  /** Those of `slos` that take the place of one that was rebuilt. */
  takenBy(slos: readonly Slo[]): readonly Slo[] {
    const ids = new Set(this.#pending.map(({ id }) => id));
    const goOn = new Set(slos.filter(isPending).map(({ id }) => id));
    return slos.filter(({ id, rebuiltFrom }) => {
      const from = pendingId(id);
      return rebuiltFrom !== undefined && ids.has(from) && !goOn.has(from);
    });
  }
}
