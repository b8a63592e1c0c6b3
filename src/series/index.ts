/**
 * Data points to increments: who a point belongs to, what is wrong with it alone, what it adds since the last one.
 * In: the decoder's calls (`SeriesState.resolver` is the sink). Out: rows for the journal, and, once those are applied,
 * calls of the engine's `book`. Promised: exact counts through restarts, resets, retries, late points and shared
 * identities (DESIGN 4.1 to 4.5); no allocation per point of a known series.
 */
export { type AccumulatorCounters, DIAGNOSTICS } from "./accumulator-counters.ts";
export type { BookPorts } from "./booking.ts";
export type { InexactCut } from "./cuts.ts";
export type { BirthMark, MetricIdentity } from "./identity.ts";
export { type Rejection, REJECTIONS } from "./rejection.ts";
export type { Rebooking } from "./rebooking.ts";
export { RecordReader, RecordWriter } from "./record-bytes.ts";
export { SeriesState, type SeriesSettings } from "./series-state.ts";
export { SeriesSnapshots } from "./snapshot.ts";
