/** One selector and nothing around it: by which Pyrra's files, and thresholds of OpenSLO, name a metric. */
import type { MetricSelector } from "../slo/index.ts";
import type { PromqlProblem } from "./problem.ts";
import { Query } from "./query.ts";
import { readSelector } from "./selector.ts";

export interface BareSelector extends MetricSelector {
  /** Of `le="0.25"`: only the events at or below it are meant. Absent for all of them, `+Inf` included. */
  readonly bound?: number;
}

export interface SelectorReading {
  /** Not there when something is refused. */
  readonly selector?: BareSelector;
  /** Where it stands in the text, without comments around it. */
  readonly place?: { readonly from: number; readonly to: number };
  readonly problems: readonly PromqlProblem[];
}

export function readBareSelector(text: string): SelectorReading {
  const query = new Query("query", text);
  const { root, problems } = query;
  if (root === undefined) return { problems };
  if (root.name !== "VectorSelector") {
    const message = "only a metric with its conditions is read here, and nothing around it";
    query.refuse(root, "promql-selector", message, 'write http_requests_total{code="500"}');
    return { problems };
  }
  const selection = readSelector(query, root);
  if (selection === undefined) return { problems };
  const { metric, where, bound } = selection;
  const cut = bound === undefined || bound === Infinity ? {} : { bound };
  const { from, to } = root;
  return { selector: { metric, where, ...cut }, place: { from, to }, problems };
}
