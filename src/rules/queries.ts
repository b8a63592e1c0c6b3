/**
 * Queries of OpenSLO files as indicators: PromQL, and besides it a bare selector (`sum(http_requests{code="200"})`), which
 * the format's own examples write for a counter's growth and PromQL has no ratio for.
 */
import {
  readRatio,
  readRawRatio,
  type IndicatorReading,
  type RatioQueries,
} from "../promql/index.ts";
import { simpleQueries } from "./simple-queries.ts";

export const queries = {
  ratio: (query: RatioQueries): IndicatorReading =>
    readAs(readRatio(query), () => simpleQueries.ratio(query)),
  /** One query whose value is the error ratio. */
  errorRatio: (query: string): IndicatorReading =>
    readAs(readRawRatio(query, "bad"), () => simpleQueries.errorRatio(query)),
};

/** As PromQL where that can be computed or nothing simpler can; its problems are the better ones. */
function readAs(reading: IndicatorReading, simply: () => IndicatorReading): IndicatorReading {
  if (reading.indicator !== undefined) return reading;
  const simple = simply();
  return simple.indicator === undefined ? reading : simple;
}
