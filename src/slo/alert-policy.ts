/** Multi-window multi-burn-rate policies (Site Reliability Workbook ch. 5, "6: Multiwindow, Multi-Burn-Rate Alerts"). */
import { formatDuration } from "./duration.ts";
import { millis, WHOLE_PPB, type Millis, type Ppb } from "./units.ts";

export type AlertSeverity = "page" | "ticket";

/** Fires when the burn rate over every lookback exceeds the factor. With one lookback alone it is both, long and short. */
export interface Tier {
  readonly severity: AlertSeverity;
  /** The burn rate to exceed, x 1000: an integer, so that near-ties are decided exactly. */
  readonly factorMilli: number;
  readonly longMs: Millis;
  /** Further ones between the long and the short, longest first. */
  readonly betweenMs?: readonly Millis[];
  readonly shortMs: Millis;
  /** The condition must hold so long before the alert fires. */
  readonly forMs: Millis;
  /** The alert goes on so long after the condition last held. */
  readonly keepFiringForMs: Millis;
  /** Fewer bad events than this in the long lookback never alert; 0 for none. */
  readonly minBadEvents: number;
  /** Upper bound of the Poisson tail at exactly one budget; 1 turns the gate off (DESIGN 4.12). */
  readonly significance: number;
}

/** Every lookback of a tier once, longest first. */
export const lookbacksOf = ({ longMs, betweenMs = [], shortMs }: Tier): readonly Millis[] => [
  ...new Set([longMs, ...betweenMs, shortMs]),
];

export interface AlertPolicy {
  /** `workbook`, or the name the user gave. */
  readonly name: string;
  /** Most urgent first. Empty: the SLO never alerts. */
  readonly tiers: readonly Tier[];
  /** An alert is held through silence for so long, then it counts as quiet; absent: without end (DESIGN 4.8). */
  readonly noDataHoldMs?: Millis;
}

/** Fires when no data point of the SLO came for so long, in whichever of its groups (DESIGN 4.8). */
export interface AbsentAlert {
  readonly severity: AlertSeverity;
  readonly afterMs: Millis;
}

/** `page after 10m`. */
export const absentText = ({ severity, afterMs }: AbsentAlert): string =>
  `${severity} after ${formatDuration(afterMs)}`;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Default bound of the significance gate on pages (research/math.md section 5.2). */
export const PAGE_SIGNIFICANCE = 1e-4;

/** Budget share in thousandths, long and short lookback of the workbook's four tiers. */
const WORKBOOK = [
  { severity: "page", budgetPermille: 20, longMs: HOUR, shortMs: 5 * MINUTE },
  { severity: "page", budgetPermille: 50, longMs: 6 * HOUR, shortMs: 30 * MINUTE },
  { severity: "ticket", budgetPermille: 100, longMs: DAY, shortMs: 2 * HOUR },
  { severity: "ticket", budgetPermille: 100, longMs: 3 * DAY, shortMs: 6 * HOUR },
] as const;

/**
 * The workbook's policy scaled to the SLO's window and objective: factor = budget share x window / lookback.
 * A factor below 1 would fire inside the budget: such a tier is left out, but the slowest is raised to 1, so that
 * overspending is always noticed. A tier that could never fire (factor x budget >= 1) is left out too. Where slices of
 * time are counted, a short lookback holds at least one of `sliceMs`, and a tier whose long one would not be longer goes.
 */
export function workbookPolicy(windowMs: Millis, budgetPpb: Ppb, sliceMs = 0): AlertPolicy {
  const slowest = WORKBOOK.findLast((row) => row.longMs < windowMs && sliceMs < row.longMs);
  const tiers = WORKBOOK.map((row): Tier => ({
    severity: row.severity,
    factorMilli: Math.max(
      row === slowest ? 1000 : 0,
      Math.round((row.budgetPermille * windowMs) / row.longMs),
    ),
    longMs: millis(row.longMs),
    shortMs: millis(Math.max(row.shortMs, sliceMs)),
    forMs: millis(0),
    keepFiringForMs: millis(0),
    minBadEvents: 0,
    significance: row.severity === "page" ? PAGE_SIGNIFICANCE : 1,
  }));
  const canFire = (tier: Tier) =>
    tier.longMs < windowMs &&
    tier.shortMs < tier.longMs &&
    tier.factorMilli >= 1000 &&
    tier.factorMilli * budgetPpb < 1000 * WHOLE_PPB;
  return { name: "workbook", tiers: tiers.filter(canFire) };
}
