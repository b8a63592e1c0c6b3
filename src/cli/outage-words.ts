/** What an outage does to an SLO's alerts, in words. */
import { foreseeOutage, type OutageForesight } from "../alerts/index.ts";
import {
  meetsTarget,
  percentText,
  spanText,
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
  return `${wholeSpan(afterMs)}, ${percentText(budgetSpent)} spent, ends ${wholeSpan(resolvedAfterMs)}`;
}

/** Nothing is known at once: a second at least. */
export const wholeSpan = (spanMs: number): string => spanText(Math.max(1000, spanMs));
