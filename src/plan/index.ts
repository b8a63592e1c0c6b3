/**
 * plan: rules that are not in force yet come in, and what they would do to what runs comes out: which SLOs change and how,
 * what becomes of their counts, which series they match, budgets and alerts before and after. Promised: nothing that runs
 * is touched, and what is foretold is done by the same code that does it (`Engine.fork`, `AlertEvaluator`).
 */
export { planEdit, type EditPlan, type PlanScope, type PlanSources } from "./plan-edit.ts";
export { metricFacts } from "./metric-facts.ts";
export type { FieldChange } from "./field-changes.ts";
export type { History } from "./rehearsal.ts";
export type { MatchedSeries, SloPlan, SloState } from "./slo-plan.ts";
