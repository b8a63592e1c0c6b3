/** What counts as an event and which of them are good: the definition of an SLI. */

/** An attribute's value as OTLP carries it; what is not a scalar (arrays, bytes, maps) is its JSON text. */
export type AttributeValue = string | number | boolean;
/** The attributes of a data point over those of its scope over those of its resource. */
export type Attributes = ReadonlyMap<string, AttributeValue>;

/**
 * One condition on an attribute. Values compare by their text, so `500`, `"500"` agree. An absent
 * attribute satisfies `notIn`, `notMatches`, `exists: false` and nothing else.
 * `key` is an OpenTelemetry attribute (`http.route`) or its Prometheus spelling (`http_route`).
 */
export type Matcher =
  | { readonly kind: "in"; readonly key: string; readonly values: readonly string[] }
  | { readonly kind: "notIn"; readonly key: string; readonly values: readonly string[] }
  /** RE2 syntax, anchored at both ends. */
  | { readonly kind: "matches"; readonly key: string; readonly pattern: string }
  | { readonly kind: "notMatches"; readonly key: string; readonly pattern: string }
  | { readonly kind: "exists"; readonly key: string; readonly exists: boolean }
  | {
      readonly kind: "compare";
      readonly key: string;
      readonly op: ">" | ">=" | "<" | "<=";
      readonly value: number;
    };

export interface MetricSelector {
  /** `http.server.request.duration`, or its Prometheus spelling `http_server_request_duration_seconds_count`. */
  readonly metric: string;
  /** All must hold. */
  readonly where: readonly Matcher[];
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
    };
