/**
 * An alert as everybody outside sees it, and the change of one. Both are plain data: the journal, the snapshot and the
 * API hold the same shape, so that a restart continues exactly what was there (README, decision 2).
 */
import type { AlertSeverity } from "../slo/index.ts";

/** Label or annotation names and values. */
export type AlertLabels = Readonly<Record<string, string>>;

/** One tier of the policy that burns, or burnt a moment ago. Moments are ms since the epoch. */
export interface TierState {
  /** `1h/5m`: the long and the short lookback. */
  readonly name: string;
  /** The condition has held since. */
  readonly activeAt: number;
  /** Absent while `for` runs. */
  readonly firedAt?: number;
  /** First tick at which the condition no longer held; `keepFiringFor` runs from here. */
  readonly clearedAt?: number;
  /** First tick without events in the short lookback; the state is held from here. */
  readonly silentAt?: number;
}

export type ResolveReason =
  /** The burn rate fell below the factor. */
  | "recovered"
  /** No events for longer than the policy's `noDataHoldMs`. */
  | "no-data"
  /** An exclusion leaves out some of the short lookback of its tier, and what is left of it burns no more. */
  | "excluded"
  /** A rule edit took the stream away. */
  | "stream-removed"
  /** A rule edit took every tier of this severity away. */
  | "policy-edited"
  /** Data came again. */
  | "data-returned"
  /** A rule edit changed the labels: the alert goes on under new ones. */
  | "labels-edited";

/** One alert of a stream and a severity, whichever of the severity's tiers fire. */
export interface AlertView {
  /** `checkout/latency{http.route="/pay"}` */
  readonly streamKey: string;
  readonly sloId: string;
  readonly group: readonly string[];
  readonly severity: AlertSeverity;
  /** `absent`: no data came, of the SLO as a whole; else a burn rate. */
  readonly kind?: "absent";
  readonly state: "pending" | "firing" | "resolved";
  readonly activeAt: number;
  readonly firedAt?: number | undefined;
  readonly resolvedAt?: number | undefined;
  readonly resolveReason?: ResolveReason | undefined;
  /** Name of the most urgent tier behind the state, `1h/5m`. */
  readonly tier: string;
  /** A page of the same stream fires: this ticket is not announced. */
  readonly inhibited: boolean;
  /** Its firing was handed to the receivers, so its end will be too. */
  readonly notified: boolean;
  /** Stable over tiers; the identity at the receivers. */
  readonly labels: AlertLabels;
  /** As of the last transition; `AlertEvaluator.describe` refreshes them. */
  readonly annotations: AlertLabels;
  readonly generatorURL: string;
  /** Alertmanager's fingerprint of `labels`, 16 hex digits. */
  readonly fingerprint: string;
  readonly tiers: readonly TierState[];
}

export type AlertTransition =
  /** A pending alert whose condition ceased: nothing is left of it. */
  | {
      readonly kind: "inactive";
      readonly at: number;
      readonly streamKey: string;
      readonly severity: AlertSeverity;
    }
  /** `alert` is the whole new state. `updated`: tiers, inhibition or silence changed within the state. */
  | {
      readonly kind: "pending" | "firing" | "resolved" | "updated";
      readonly at: number;
      readonly alert: AlertView;
      /** What the receivers are to be told, if anything. */
      readonly notify?: "firing" | "resolved";
    };
