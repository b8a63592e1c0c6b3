/**
 * Error-budget arithmetic. Every number slowburn shows is made by these functions from integer sums,
 * so that the UI, `/metrics`, alerts and the API agree (DESIGN 4.9). Formulas: research/math.md section 1,
 * after the Site Reliability Workbook ch. 5. All return `undefined` where no events make them undefined.
 */
import type { WindowSpan } from "./calendar.ts";
import { WHOLE_PPB } from "./units.ts";

/** good / total, clamped to [0, 1]: separate good and total metrics may skew for a moment. */
export function sliRatio(good: number, total: number): number | undefined {
  if (!(total > 0)) return undefined;
  return Math.min(1, Math.max(0, good / total));
}

/** bad / total; computed from bad, since 1 - good/total cancels at many nines. */
export function errorRatio(good: number, total: number): number | undefined {
  if (!(total > 0)) return undefined;
  return Math.min(1, Math.max(0, (total - good) / total));
}

/** Error ratio / error budget. */
export function burnRate(good: number, total: number, budgetPpb: number): number | undefined {
  const ratio = errorRatio(good, total);
  return ratio === undefined ? undefined : (ratio * WHOLE_PPB) / budgetPpb;
}

/** 1 - bad / (budget x total); negative when overspent, never clamped. */
export function budgetRemaining(
  good: number,
  total: number,
  budgetPpb: number,
): number | undefined {
  const consumed = burnRate(good, total, budgetPpb);
  return consumed === undefined ? undefined : 1 - consumed;
}

/**
 * Time until the budget is gone if the burn goes on, in ms: remaining x window / burn.
 * 0 when it is gone, `undefined` when nothing burns or nothing is known.
 */
export function exhaustionMs(
  remaining: number | undefined,
  burn: number | undefined,
  windowMs: number,
): number | undefined {
  if (remaining === undefined || burn === undefined) return undefined;
  if (remaining <= 0) return 0;
  return burn > 0 ? (remaining * windowMs) / burn : undefined;
}

/**
 * The part of a calendar window that a stream can tell of: what was before it began to count is neither good nor bad, and
 * its budget is that of the rest.
 */
export function coveredSpan({ startMs, endMs }: WindowSpan, sinceMs: number): WindowSpan {
  return { startMs: Math.min(Math.max(startMs, sinceMs), endMs), endMs };
}

/** Events of a whole window if they go on as so far: total x window / elapsed; `undefined` before it has run. */
export function expectedTotal(
  total: number,
  { startMs, endMs }: WindowSpan,
  atMs: number,
): number | undefined {
  return total > 0 && atMs > startMs ? (total * (endMs - startMs)) / (atMs - startMs) : undefined;
}

/**
 * Budget remaining at the end of a calendar window that gets `expected` events and no more bad ones. So far it is jumpy:
 * a bad first hour of a month reads -999, projected it is what that hour costs the month.
 */
export function budgetProjected(
  good: number,
  total: number,
  budgetPpb: number,
  expected: number | undefined,
): number | undefined {
  if (expected === undefined || !(expected > 0)) return undefined;
  const bad = Math.min(total, Math.max(0, total - good));
  return 1 - (bad * WHOLE_PPB) / (budgetPpb * expected);
}

/** `exhaustionMs` of a calendar window, whose budget is a fixed one; `undefined` when the window ends before it is gone. */
export function calendarExhaustionMs(
  projected: number | undefined,
  burn: number | undefined,
  { startMs, endMs }: WindowSpan,
  atMs: number,
): number | undefined {
  const ms = exhaustionMs(projected, burn, endMs - startMs);
  return ms !== undefined && ms <= endMs - atMs ? ms : undefined;
}

/**
 * Whether the burn rate exceeds `factor` strictly: bad x 1e9 > factor x budgetPpb x total. A near-tie is decided
 * on integers (DESIGN 4.11), so a burn of exactly 1 does not alert. `factorMilli` is the factor x 1000, an integer.
 */
export function burnExceeds(
  bad: number,
  total: number,
  factorMilli: number,
  budgetPpb: number,
): boolean {
  const have = bad * (WHOLE_PPB * 1000);
  const allowed = factorMilli * budgetPpb * total;
  if (Math.abs(have - allowed) > 2e-15 * have) return have > allowed;
  if (!Number.isSafeInteger(bad) || !Number.isSafeInteger(total)) return have > allowed;
  return (
    BigInt(bad) * BigInt(WHOLE_PPB * 1000) > BigInt(factorMilli) * BigInt(budgetPpb) * BigInt(total)
  );
}
