/**
 * Queries of OpenSLO files as indicators: PromQL, and besides it a bare selector (`sum(http_requests{code="200"})`), which
 * the format's own examples write for a counter's growth and PromQL has no ratio for.
 */
import { readRatio, readRawRatio, type IndicatorReading } from "../promql/index.ts";
import type { QueryReader, QueryReading } from "./query-indicator.ts";
import { simpleQueries } from "./simple-queries.ts";

export const queries: QueryReader = {
  ratio: (query) => readAs(readRatio(query), () => simpleQueries.ratio(query)),
  errorRatio: (query) => readAs(readRawRatio(query, "bad"), () => simpleQueries.errorRatio(query)),
};

function readAs(reading: IndicatorReading, simply: () => QueryReading): QueryReading {
  const { indicator, ...rest } = reading;
  if (indicator !== undefined) return { indicator, ...rest };
  const simple = simply();
  return simple.indicator === undefined ? rest : simple;
}
