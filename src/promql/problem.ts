/** What is wrong with a query, or worth knowing of how it is read: each at its place in the query's text. */

export type PromqlProblemCode =
  | "promql-syntax"
  | "promql-selector"
  | "promql-range"
  | "promql-scale"
  | "promql-labels"
  | "promql-unsupported"
  | "promql-form";

/** Which text: one of the two that make up an indicator, or the only one. */
export type QueryName = "part" | "total" | "query";

interface AtQuery {
  readonly query: QueryName;
  /** UTF-16 units of the query's text: where the part that is meant begins. */
  readonly from: number;
  /** And where it ends, exclusive. */
  readonly to: number;
}

export interface PromqlProblem extends AtQuery {
  readonly code: PromqlProblemCode;
  readonly message: string;
  /** The nearest form that works. */
  readonly hint?: string;
}

/** Where slowburn reads a query otherwise than Prometheus evaluates it. */
export interface PromqlNote extends AtQuery {
  readonly message: string;
}
