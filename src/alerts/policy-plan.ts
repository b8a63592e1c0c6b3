/** A policy as the evaluator walks it: tiers by severity, each with the name its state is kept under. */
import {
  assert,
  formatDuration,
  lookbacksOf,
  type AlertPolicy,
  type AlertSeverity,
  type Tier,
} from "../slo/index.ts";

export interface PlannedTier {
  /** `1h/5m`, `1h` of a single lookback; a second tier over the same lookbacks is `1h/5m#2`. */
  readonly name: string;
  readonly tier: Tier;
  /** The tier's bit in a scan mask. */
  readonly bit: number;
}

export type PolicyPlan = Readonly<Record<AlertSeverity, readonly PlannedTier[]>>;

/** Bits of a scan mask. */
const TIER_LIMIT = 31;
const plans = new WeakMap<AlertPolicy, PolicyPlan>();

/** Made once per policy object. */
export function planOf(policy: AlertPolicy): PolicyPlan {
  const known = plans.get(policy);
  if (known !== undefined) return known;
  assert(policy.tiers.length <= TIER_LIMIT, "a policy has at most 31 tiers");
  const seen = new Map<string, number>();
  const planned = policy.tiers.map((tier, index): PlannedTier => {
    const lookbacks = lookbacksOf(tier).map(formatDuration).join("/");
    const count = (seen.get(tier.severity + lookbacks) ?? 0) + 1;
    seen.set(tier.severity + lookbacks, count);
    return { name: count === 1 ? lookbacks : `${lookbacks}#${count}`, tier, bit: 1 << index };
  });
  const of = (severity: AlertSeverity) =>
    planned.filter((entry) => entry.tier.severity === severity);
  const plan = { page: of("page"), ticket: of("ticket") };
  plans.set(policy, plan);
  return plan;
}
