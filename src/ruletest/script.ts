/** A script as data: what the parser makes of the text, and the runner of it. Moments are ms after the script's start. */
import type { Place } from "./problem-codes.ts";

export interface Script {
  readonly file: string;
  readonly text: string;
  /** Wall time of moment 0, ms since the epoch. */
  readonly startMs: number;
  readonly bucketMs: number;
  readonly tests: readonly TestCase[];
}

/** Statements before the first `test` line are the beginning of every test. */
export interface TestCase {
  readonly name: string;
  readonly place: Place;
  readonly statements: readonly Statement[];
}

export type Statement = { readonly place: Place } & (
  | RulesStatement
  | { readonly kind: "load"; readonly series: readonly SeriesLoad[] }
  | { readonly kind: "at"; readonly atMs: number; readonly assertions: readonly Assertion[] }
  | { readonly kind: "crossing"; readonly crossing: Crossing }
  | { readonly kind: "crash" }
);

/** `rules` or `edit rules`: a path relative to the script, or YAML within it. */
export interface RulesStatement {
  readonly kind: "rules";
  readonly isEdit: boolean;
  readonly source:
    | { readonly path: string }
    | { readonly yaml: string; readonly indent: number; readonly line: number };
}

export type AttributeValue = string | number | boolean;
export type Attributes = Readonly<Record<string, AttributeValue>>;

export type MetricKind = "counter" | "updown" | "gauge" | "histogram" | "exponential";

export interface MetricSpec {
  readonly name: string;
  readonly kind: MetricKind;
  readonly isDelta: boolean;
  readonly unit: string;
  /** Of a histogram. */
  readonly bounds: readonly number[];
  /** Of an exponential histogram. */
  readonly scale: number;
}

/** One line of a `load` block. */
export interface SeriesLoad {
  readonly place: Place;
  readonly metric: MetricSpec;
  readonly resource: Attributes;
  readonly attributes: Attributes;
  readonly writer: string;
  readonly origin: Origin;
  readonly everyMs: number;
  readonly values: Values;
}

/** Where a writer's counting began, when its first line does not say "now, at nothing". */
export interface Origin {
  /** Ms after the script's start; `unknown` sends no start time, `sliding` the time of the point before. */
  readonly startedMs: number | "unknown" | "sliding" | undefined;
  /** What it had counted before this script. */
  readonly counted: number;
  /** So much is its clock ahead of the script's. */
  readonly aheadMs: number;
}

export type Values =
  /** What each export says, from now on; a hole sends nothing. */
  | { readonly kind: "samples"; readonly samples: readonly (number | undefined)[] }
  | { readonly kind: "segments"; readonly segments: readonly Segment[] };

export type Segment =
  | {
      readonly kind: "events";
      readonly amounts: readonly Amount[];
      readonly lengthMs: number;
      readonly delivery: Delivery;
    }
  /** A gauge, or a sum that goes up and down, stands here. */
  | {
      readonly kind: "level";
      readonly level: number;
      readonly lengthMs: number;
      readonly delivery: Delivery;
    }
  /** The process ends and begins anew: a new start time. `reset`: the value falls, the start time stays. */
  | { readonly kind: "restart" }
  | { readonly kind: "reset" };

/** How the exports of a segment come through. */
export interface Delivery {
  /** Not at all: the first export after it holds what happened. */
  readonly isSilent: boolean;
  /** So much after their time. */
  readonly lateMs: number;
  /** Each is sent again so much after it was sent first; `undefined`: it is not. */
  readonly againMs: number | undefined;
}

/** `numerator / denominator` events in each `perMs`, all of value `at` where the metric is a histogram. */
export interface Amount {
  readonly numerator: bigint;
  readonly denominator: bigint;
  readonly perMs: number;
  readonly at: number | undefined;
}

export type Quantity =
  | "good"
  | "total"
  | "bad"
  | "ratio"
  | "error_ratio"
  | "burn_rate"
  | "budget_remaining"
  | "budget_consumed"
  | "budget_projected"
  | "good_lowest"
  | "good_highest";

/** What picks a stream: `{slo="checkout/latency",http.route="/pay"}`. */
export interface StreamSelector {
  readonly place: Place;
  readonly slo: string | undefined;
  readonly window: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

export type AlertState = "pending" | "firing" | "resolved" | "inactive";
export type Severity = "page" | "ticket";

/** Which alert: one on burn rates of the stream, or the one on absent data, which is of the SLO as a whole. */
export interface AlertMeant {
  readonly isAbsence: boolean;
  readonly severity: Severity;
  readonly selector: StreamSelector;
}

export type Assertion = { readonly place: Place } & (
  | {
      readonly kind: "number";
      readonly quantity: Quantity;
      readonly selector: StreamSelector;
      readonly expected: Expected;
    }
  | {
      readonly kind: "alert";
      readonly alert: AlertMeant;
      readonly state: AlertState;
      /** Firing, and told to nobody, since a page of the stream fires. */
      readonly isInhibited: boolean;
    }
  | { readonly kind: "no-alerts" }
  | {
      readonly kind: "integrity";
      readonly selector: StreamSelector;
      readonly isComplete: boolean;
    }
  | { readonly kind: "rejected"; readonly points: number }
);

export interface Expected {
  /** As written. */
  readonly text: string;
  /** `undefined`: absent. */
  readonly value: number | undefined;
  /** How far the actual number may be off; 0 is exact. */
  readonly tolerance: number;
}

/** When an alert begins or ceases to fire; `none`: that it does not begin to until `toMs`. */
export interface Crossing {
  readonly alert: AlertMeant;
  readonly change: "fires" | "resolves" | "none";
  /** As written. */
  readonly text: string;
  readonly fromMs: number;
  readonly toMs: number;
}
