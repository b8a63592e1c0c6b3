/**
 * The engine room: increments, rules and ticks go in; the good and total sums of every window of every stream come out,
 * exact and as of one tick, with the numbers made of them. No I/O, no clock: the same calls give the same bits.
 */
export { Engine, type EngineSettings } from "./engine.ts";
export { type Fate, type FateParts, fatesOf } from "./fate.ts";
export * from "./rule-change.ts";
export * from "./target.ts";
export * from "./view.ts";
export { quantised, sharedUpTo, SPREAD_OVER_MS } from "./spread.ts";
export { thresholdInUnit } from "./latency-unit.ts";
export { Binder, metricShape, OVERFLOW_VALUE } from "./binding.ts";
