/** A form of an SLI → OpenSLO's: native indicators in `type: otlp` sources, queries in `type: Prometheus` ones. */
import type { PromqlSource, Slo } from "../slo/index.ts";
import { selectorOf, type Written } from "./native-conditions.ts";
import { addendsOf, nativeSli, thresholdOf, type SliForm } from "./native-sli.ts";

export interface OpenSloSli {
  /** Of the SLI. */
  readonly spec: Written;
  /** The objective's, where it judges the values of one metric. */
  readonly op?: "gt" | "gte" | "lt" | "lte";
  readonly value?: number;
}

const OPERATORS = { ">": "gt", ">=": "gte", "<": "lt", "<=": "lte" } as const;

const otlp = (spec: Written): Written => ({ metricSource: { type: "otlp", spec } });
const prometheus = (query: string): Written => ({
  metricSource: { type: "Prometheus", spec: { query } },
});

export function openSloSli({ indicator }: Slo, form: SliForm): OpenSloSli {
  if (form.kind === "promql") return { spec: { ratioMetric: ratioOf(form.queries) } };
  switch (indicator.kind) {
    case "counters": {
      const { count, part, total } = indicator;
      const parts = { [count]: otlp(selectorOf(part)), total: otlp(selectorOf(total)) };
      return { spec: { ratioMetric: { counter: true, ...parts } } };
    }
    case "sums": {
      if (addendsOf(indicator) !== undefined) break;
      const { selector, op, value } = thresholdOf(indicator);
      if (op === "==") break;
      return { spec: { thresholdMetric: otlp(selector) }, op: OPERATORS[op], value };
    }
    case "events":
    case "latency":
    case "composite":
      break;
  }
  const { slices: _objectives, ...sli } = nativeSli(form); // the objective says how wide they are
  return { spec: { ratioMetric: { rawType: "success", raw: otlp(sli) } } };
}

function ratioOf(queries: PromqlSource): Written {
  if (queries.kind === "errorRatio") return { rawType: "failure", raw: prometheus(queries.query) };
  const { count, part, total } = queries;
  return { counter: true, [count]: prometheus(part), total: prometheus(total) };
}
