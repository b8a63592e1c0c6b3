/** What counts as an event and which of them are good: the definition of an SLI. */

/** An attribute's value as OTLP carries it; what is not a scalar (arrays, bytes, maps) is its JSON text. */
export type AttributeValue = string | number | boolean;
/** The attributes of a data point over those of its scope over those of its resource. */
export type Attributes = ReadonlyMap<string, AttributeValue>;

interface Condition<Kind extends string> {
  readonly kind: Kind;
  /** An OpenTelemetry attribute (`http.route`) or its Prometheus spelling (`http_route`). */
  readonly key: string;
  /** As in PromQL: an absent attribute compares as the empty text. Without it, it satisfies only what says "not". */
  readonly absentIsEmpty?: true;
}

/**
 * One condition on an attribute. Values compare by their text, so `500`, `"500"` agree. An absent
 * attribute satisfies `notIn`, `notMatches`, `exists: false` and nothing else, unless `absentIsEmpty`.
 */
export type Matcher =
  | (Condition<"in"> & { readonly values: readonly string[] })
  | (Condition<"notIn"> & { readonly values: readonly string[] })
  /** RE2 syntax, anchored at both ends. */
  | (Condition<"matches"> & { readonly pattern: string })
  | (Condition<"notMatches"> & { readonly pattern: string })
  | (Condition<"exists"> & { readonly exists: boolean })
  | (Condition<"compare"> & { readonly op: ">" | ">=" | "<" | "<="; readonly value: number });

export interface MetricSelector {
  /** `http.server.request.duration`, or its Prometheus spelling `http_server_request_duration_seconds_count`. */
  readonly metric: string;
  /** All must hold. */
  readonly where: readonly Matcher[];
}

export type Comparison = ">" | ">=" | "<" | "<=" | "==" | "!=";

/** What the points of a series add to a term. */
export type Measure =
  /** What a counter, or the count of a histogram or summary, grew by. */
  | { readonly kind: "increase" }
  /** A histogram's events at or below the bound, in the metric's own unit: PromQL's `_bucket{le="0.25"}`. */
  | { readonly kind: "atMost"; readonly bound: number }
  /** A gauge's points: each counts one, or only those whose value satisfies the comparison. */
  | {
      readonly kind: "samples";
      readonly holds?: { readonly op: Comparison; readonly value: number };
    }
  /** A gauge's points: each counts its value. */
  | { readonly kind: "values" };

/** Weight x measure, over all series that the selector takes. */
export interface Term extends MetricSelector {
  /** Not zero. */
  readonly weight: number;
  readonly measure: Measure;
}

/** One SLO that others are judged by. */
export interface CompositeMember {
  readonly sloId: string;
  /** More than zero; 1 where members do not weigh. */
  readonly weight: number;
}

/**
 * What several SLOs come to together. `weighted`: the weighted mean of their error ratios. `worst`: the member with the highest
 * error ratio. `all`: a slice of time is good when every member is that has events in it.
 */
export type CompositeRule = "weighted" | "worst" | "all";

export interface CompositeIndicator {
  readonly kind: "composite";
  readonly rule: CompositeRule;
  /** Each SLO once; no composites among them. */
  readonly members: readonly CompositeMember[];
}

export type Indicator =
  /** A counter or a histogram's count, each event good or bad by its attributes. */
  | {
      readonly kind: "events";
      readonly total: MetricSelector;
      /** The events that satisfy all of `when` are good (or bad); the others are the opposite. */
      readonly count: "good" | "bad";
      readonly when: readonly Matcher[];
    }
  /** A histogram: events at or below the threshold are good. */
  | { readonly kind: "latency"; readonly total: MetricSelector; readonly thresholdNanos: number }
  /** Two metrics: one counts all events, the other the good (or the bad) ones. */
  | {
      readonly kind: "counters";
      readonly total: MetricSelector;
      readonly count: "good" | "bad";
      readonly part: MetricSelector;
    }
  /** Weighted sums of measures of any metrics: what indicators written in PromQL come down to. */
  | {
      readonly kind: "sums";
      readonly total: readonly Term[];
      readonly count: "good" | "bad";
      readonly part: readonly Term[];
    }
  /** Other SLOs, of whichever services: nothing is counted for it that is not counted for them. */
  | CompositeIndicator;

/** Every metric the indicator is computed from, with its conditions; a composite has none of its own. */
export function selectorsOf(indicator: Indicator): readonly MetricSelector[] {
  switch (indicator.kind) {
    case "events":
    case "latency":
      return [indicator.total];
    case "counters":
      return [indicator.total, indicator.part];
    case "sums":
      return [...indicator.total, ...indicator.part];
    case "composite":
      return [];
  }
}
