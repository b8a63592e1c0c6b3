/** What a plan says of one SLO. */
import type { AlertView } from "../alerts/index.ts";
import type { StreamReading } from "../engine/index.ts";
import type { Slo } from "../slo/index.ts";
import type { FieldChange } from "./field-changes.ts";
import type { History } from "./rehearsal.ts";

/** Budgets and alerts of all its streams, as of one tick. */
export interface SloState {
  readonly readings: readonly StreamReading[];
  /** Pending and firing ones. */
  readonly alerts: readonly AlertView[];
}

/** Series that the indicator takes at present. */
export interface MatchedSeries {
  /** Those that count events. */
  readonly total: number;
  /** Those that only say how many are good, or bad, of an indicator of several metrics. */
  readonly part: number;
  /** Of each group that the series make, the first; one without `per`. */
  readonly groups: readonly number[];
  /** Why series do not count, or count with a doubt. */
  readonly notes: readonly string[];
}

export type SloPlan =
  | {
      readonly kind: "added" | "changed";
      readonly slo: Slo;
      /** Empty of one that is added. */
      readonly fields: readonly FieldChange[];
      readonly history: History;
      readonly series: MatchedSeries;
      /** `undefined` of one that is added. */
      readonly before: SloState | undefined;
      /** `undefined` of one that is rebuilt, where that takes longer than a plan may, and of one whose members are. */
      readonly after: SloState | undefined;
    }
  | {
      readonly kind: "removed";
      readonly slo: Slo;
      readonly history: History;
      readonly before: SloState;
    };
