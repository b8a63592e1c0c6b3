/**
 * What a policy will do in an outage, before there is one: closed forms of research/math.md section 3.1, for a step to a
 * constant error ratio after a clean past, at constant traffic. Ticks, export intervals and delivery come on top.
 */
import { burnExceeds, WHOLE_PPB, type Objective, type Tier } from "../slo/index.ts";
import { poissonTail } from "./poisson.ts";

export interface OutageSetting {
  readonly objective: Objective;
  readonly windowMs: number;
  /** Share of events that are bad, above 0, up to 1. */
  readonly errorRatio: number;
  /** Events a second; without it, what low traffic adds is left out. */
  readonly eventsPerSecond?: number | undefined;
}

export type OutageForesight =
  /** `why`: the burn stays below the tier's; or so few events are no evidence, or too few for `minBadEvents`. */
  | { readonly kind: "never"; readonly why: "burn" | "traffic" }
  | {
      readonly kind: "fires";
      /** From the outage's begin. */
      readonly afterMs: number;
      /** Share of the window's error budget spent by then. */
      readonly budgetSpent: number;
      /** From the outage's end to the alert's. */
      readonly resolvedAfterMs: number;
    };

export function foreseeOutage(tier: Tier, setting: OutageSetting): OutageForesight {
  const { objective, windowMs, errorRatio, eventsPerSecond } = setting;
  const budget = objective.budgetPpb / WHOLE_PPB;
  const threshold = (tier.factorMilli / 1000) * budget;
  const perMillion = Math.round(errorRatio * 1e6);
  if (!burnExceeds(perMillion, 1e6, tier.factorMilli, objective.budgetPpb)) {
    return { kind: "never", why: "burn" };
  }
  const burnsAfterMs = (tier.longMs * threshold) / errorRatio;
  const countsAfterMs =
    eventsPerSecond === undefined
      ? burnsAfterMs
      : enoughEventsAfter(tier, budget, errorRatio * (eventsPerSecond / 1000), {
          eventsPerMs: eventsPerSecond / 1000,
          burnsAfterMs,
        });
  if (countsAfterMs === undefined) return { kind: "never", why: "traffic" };
  const afterMs = countsAfterMs + tier.forMs;
  return {
    kind: "fires",
    afterMs,
    budgetSpent: (errorRatio * afterMs) / (budget * windowMs),
    resolvedAfterMs: tier.shortMs * (1 - threshold / errorRatio) + tier.keepFiringForMs,
  };
}

/** When the long lookback holds enough bad events for `minBadEvents` and the significance gate; `undefined` for never. */
function enoughEventsAfter(
  tier: Tier,
  budget: number,
  badPerMs: number,
  { eventsPerMs, burnsAfterMs }: { readonly eventsPerMs: number; readonly burnsAfterMs: number },
): number | undefined {
  const onBudget = eventsPerMs * tier.longMs * budget;
  const isEnough = (bad: number): boolean =>
    bad >= Math.max(1, tier.minBadEvents) &&
    (tier.significance >= 1 || poissonTail(bad, onBudget) <= tier.significance);
  const most = Math.floor(badPerMs * tier.longMs);
  let low = Math.floor(badPerMs * burnsAfterMs);
  if (isEnough(low)) return burnsAfterMs;
  if (!isEnough(most)) return undefined;
  let high = most;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isEnough(middle)) high = middle;
    else low = middle;
  }
  return high / badPerMs;
}
