/**
 * The model: SLO, indicator, objective, window, alert policy, and the exact arithmetic of error budgets.
 * Imports nothing; everything else points here.
 */
export * from "./alert-policy.ts";
export * from "./alert-template.ts";
export * from "./alerting.ts";
export * from "./assert.ts";
export * from "./budgeting.ts";
export * from "./calendar.ts";
export * from "./composite.ts";
export * from "./duration.ts";
export * from "./error-budget.ts";
export * from "./exclusion.ts";
export * from "./indicator.ts";
export * from "./indicator-text.ts";
export * from "./label-name.ts";
export * from "./metric-name.ts";
export * from "./moment.ts";
export * from "./objective.ts";
export * from "./problem.ts";
export { recurrenceFault, recurrenceNonsense, type Recurrence } from "./recurrence.ts";
export * from "./slo.ts";
export * from "./snapshot-part.ts";
export * from "./units.ts";
export * from "./window.ts";
export * from "./wording.ts";
