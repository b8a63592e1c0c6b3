/**
 * What a change of rules would have done. In: captures, one or two rule sets, outages that are made up. Out: per rule set the
 * alerts with their times, how fast they were, and every SLO at the end. The engine is the server's own, on the capture's clock.
 */
export { backtest, type BacktestOutcome, type BacktestSettings } from "./backtest.ts";
export type { DetectedEpisode, EpisodeOutage } from "./detection.ts";
export { isMeant, parseInjection, type Injection, type InjectionSpec } from "./injection.ts";
export type { RuleSetOutcome, SloOutcome } from "./rule-set-run.ts";
export { compare, type Comparison, type EpisodePair, type SloPair } from "./comparison.ts";
