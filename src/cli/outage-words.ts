/** What an outage does to an SLO's alerts, in words. */
import { foreseeOutage, type OutageForesight } from "../alerts/index.ts";
import {
  formatDuration,
  meetsTarget,
  WHOLE_PPB,
  type Budgeting,
  type Slo,
  type Tier,
} from "../slo/index.ts";

/** What counts a second, events or slices of time, and where the number is from. */
export interface Traffic {
  readonly perSecond: number;
  readonly source: string;
}

/** `errorRatio` of the events, and so of the slices that are made of them. */
export const foresee = (
  slo: Slo,
  tier: Tier,
  errorRatio: number,
  traffic: Traffic | undefined,
): OutageForesight =>
  foreseeOutage(tier, {
    objective: slo.objective,
    windowMs: slo.window.lengthMs,
    errorRatio: countedRatio(slo.budgeting, errorRatio),
    eventsPerSecond: traffic?.perSecond,
  });

function countedRatio(budgeting: Budgeting, errorRatio: number): number {
  if (budgeting.kind !== "timeslices") return errorRatio;
  const badPpb = Math.round(errorRatio * WHOLE_PPB);
  return meetsTarget(WHOLE_PPB - badPpb, WHOLE_PPB, budgeting.targetPpb) ? 0 : 1;
}

export function outageText(outage: OutageForesight): string {
  if (outage.kind === "never") {
    return outage.why === "burn" ? "never: burns too slowly" : "never: too few events";
  }
  const { afterMs, budgetSpent, resolvedAfterMs } = outage;
  return `${spanText(afterMs)}, ${percentText(budgetSpent)} spent, ends ${spanText(resolvedAfterMs)}`;
}

/** Two units at most. */
export function spanText(ms: number): string {
  const step = ms >= 86_400_000 ? 3_600_000 : ms >= 3_600_000 ? 60_000 : 1000;
  return formatDuration(Math.max(1000, Math.round(ms / step) * step));
}

export const percentText = (ratio: number): string => `${Number((ratio * 100).toPrecision(3))}%`;
