/** Queries of other tools' files → indicators: what a reader of PromQL gives. */
import type { Indicator } from "../slo/index.ts";
import type { RuleProblemCode } from "./problem-codes.ts";

/** Which text: one of the two that make up an indicator, or the only one. */
export type QueryName = "part" | "total" | "query";

interface AtQuery {
  readonly query: QueryName;
  /** UTF-16 units of the query's text. */
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

export interface QueryProblem extends AtQuery {
  readonly code: RuleProblemCode;
  readonly message: string;
  /** The nearest form that works. */
  readonly hint?: string;
}

/** Where slowburn reads a query otherwise than Prometheus evaluates it. */
export interface QueryNote extends AtQuery {
  readonly message: string;
}

export interface QueryReading {
  /** `undefined` when the query cannot be computed from increments: `problems` says why. */
  readonly indicator?: Indicator;
  /** Labels the query splits its result by. */
  readonly per: readonly string[];
  readonly notes: readonly QueryNote[];
  readonly problems: readonly QueryProblem[];
}

export interface RatioQuery {
  readonly part: string;
  readonly total: string;
  /** What `part` counts. */
  readonly count: "good" | "bad";
}

export interface QueryReader {
  ratio(query: RatioQuery): QueryReading;
  /** One query whose value is the error ratio. */
  errorRatio(query: string): QueryReading;
}
