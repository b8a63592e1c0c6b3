/**
 * PromQL indicators → the model. In: the queries of Sloth, Pyrra and OpenSLO files. Out: an indicator made of sums that can
 * be kept as data comes, and for every part of a query that cannot, its place and the nearest form that can. Reads no data.
 */
export { readBareSelector, type BareSelector, type SelectorReading } from "./bare-selector.ts";
export { readRatio, readRawRatio, type IndicatorReading, type RatioQueries } from "./indicator.ts";
export type { PromqlNote, PromqlProblem, PromqlProblemCode, QueryName } from "./problem.ts";
