/** Alert policy → `alerts:`: the default where it is the default, overrides where they are, else tier by tier. */
import {
  type AbsentTexts,
  formatDuration,
  lookbacksOf,
  PAGE_SIGNIFICANCE,
  sliceKindOf,
  workbookPolicy,
  type AlertPolicy,
  type Alerting,
  type AlertTexts,
  type Slo,
  type Tier,
} from "../slo/index.ts";
import type { Written } from "./native-conditions.ts";

/** `workbook`, `none`, or a mapping. */
export function alertsOf(slo: Slo): Written | "workbook" | "none" {
  const { tiers } = slo.alerts;
  const absent = absentOf(slo.absent);
  if (tiers.length > 0) return burnAlertsOf(slo, absent);
  return slo.absent === undefined ? "none" : { page: "off", ticket: "off", ...absent };
}

function absentOf(absent: Slo["absent"]): Written {
  if (absent === undefined) return {};
  const after = formatDuration(absent.afterMs);
  const { severity } = absent;
  return { absent: severity === "page" ? after : { after, severity } };
}

function burnAlertsOf(slo: Slo, absent: Written): Written | "workbook" {
  const { tiers, name, noDataHoldMs } = slo.alerts;
  const hold = noDataHoldMs === undefined ? {} : { noDataHold: formatDuration(noDataHoldMs) };
  const overrides = overridesOf(slo);
  if (overrides !== undefined) {
    const all = { ...overrides, ...hold, ...absent };
    return Object.keys(all).length === 0 ? "workbook" : all;
  }
  return {
    ...(name === "custom" ? {} : { name }),
    ...hold,
    ...absent,
    tiers: alternativesIn(tiers).map(tierOf),
  };
}

/** Tiers of one lookback each that are alike otherwise, the shortest first: `match: any` reads back to them. */
function alternativesIn(tiers: readonly Tier[]): readonly (readonly Tier[])[] {
  const groups: Tier[][] = [];
  for (const tier of tiers) {
    const before = groups.at(-1)?.at(-1);
    if (before !== undefined && isAlternative(before, tier)) groups.at(-1)?.push(tier);
    else groups.push([tier]);
  }
  return groups;
}

const isAlternative = (before: Tier, tier: Tier): boolean =>
  before.longMs === before.shortMs &&
  tier.longMs === tier.shortMs &&
  before.longMs < tier.longMs &&
  areSame([{ ...before, longMs: tier.longMs, shortMs: tier.shortMs }], [tier]);

const spansText = (spansMs: readonly number[]): readonly string[] =>
  spansMs.map((spanMs) => formatDuration(spanMs));

function lookbackTexts(tier: Tier, others: readonly Tier[]): Written {
  if (others.length > 0) {
    const spansMs = [tier, ...others].map(({ longMs }) => longMs).toReversed();
    return { lookbacks: spansText(spansMs), match: "any" };
  }
  const { longMs, betweenMs = [], shortMs } = tier;
  return longMs === shortMs || betweenMs.length > 0
    ? { lookbacks: spansText(lookbacksOf(tier)) }
    : { long: formatDuration(longMs), short: formatDuration(shortMs) };
}

function tierOf([tier, ...others]: readonly Tier[]): Written {
  if (tier === undefined) return {};
  return {
    severity: tier.severity,
    factor: tier.factorMilli / 1000,
    ...lookbackTexts(tier, others),
    ...holdsOf(tier),
    ...(tier.significance === significanceOf(tier.severity)
      ? {}
      : { significance: significanceText(tier.significance) }),
  };
}

const holdsOf = ({ forMs, keepFiringForMs, minBadEvents }: Tier): Written => ({
  ...(forMs === 0 ? {} : { for: formatDuration(forMs) }),
  ...(keepFiringForMs === 0 ? {} : { keepFiringFor: formatDuration(keepFiringForMs) }),
  ...(minBadEvents === 0 ? {} : { minBadEvents }),
});

const significanceOf = (severity: Tier["severity"]): number =>
  severity === "page" ? PAGE_SIGNIFICANCE : 1;
const significanceText = (significance: number): number | "off" =>
  significance === 1 ? "off" : significance;

/** What was said of the default policy; `undefined` where that would not give these tiers. */
function overridesOf({ alerts, window, objective, budgeting }: Slo): Written | undefined {
  const { lengthMs } = window;
  const defaults = workbookPolicy(lengthMs, objective.budgetPpb, sliceKindOf(budgeting)?.widthMs);
  if (alerts.name !== defaults.name) return undefined;
  const isOff = (severity: Tier["severity"]) =>
    alerts.tiers.every((tier) => tier.severity !== severity) &&
    defaults.tiers.some((tier) => tier.severity === severity);
  const offs = (["page", "ticket"] as const).filter(isOff);
  const [first] = alerts.tiers;
  if (first === undefined) return undefined;
  const significance = changedSignificance(alerts);
  const expected = defaults.tiers
    .filter(({ severity }) => !offs.includes(severity))
    .map((tier): Tier => {
      const { forMs, keepFiringForMs, minBadEvents } = first;
      const isGated = tier.severity === "page" || significance === 1;
      const gate = significance !== undefined && isGated ? { significance } : {};
      return { ...tier, forMs, keepFiringForMs, minBadEvents, ...gate };
    });
  if (!areSame(expected, alerts.tiers)) return undefined;
  return {
    ...Object.fromEntries(offs.map((severity) => [severity, "off"])),
    ...holdsOf(first),
    ...(significance === undefined ? {} : { significance: significanceText(significance) }),
  };
}

function changedSignificance({ tiers }: AlertPolicy): number | undefined {
  const changed = tiers.find((tier) => tier.significance !== significanceOf(tier.severity));
  return changed?.significance;
}

const areSame = (a: readonly Tier[], b: readonly Tier[]): boolean =>
  a.length === b.length &&
  a.every((tier, index) => {
    const other = b[index];
    const keys = Object.keys(tier) as (keyof Tier)[];
    return other !== undefined && keys.every((key) => String(tier[key]) === String(other[key]));
  });

/** `alerting:`; `undefined` where it says nothing. */
export function alertingOf(alerting: Alerting | undefined): Written | undefined {
  if (alerting === undefined) return undefined;
  const { alertName, bySeverity, absent = {} } = alerting;
  const said: Written = {
    ...(alertName === undefined ? {} : { name: alertName }),
    ...textsOf(alerting),
    ...severityOf("page", bySeverity.page),
    ...severityOf("ticket", bySeverity.ticket),
    ...absentTextsOf(absent),
  };
  return Object.keys(said).length === 0 ? undefined : said;
}

function severityOf(severity: Tier["severity"], texts: AlertTexts | undefined): Written {
  const said = texts === undefined ? {} : textsOf(texts);
  return Object.keys(said).length === 0 ? {} : { [severity]: said };
}

function absentTextsOf({ alertName, severity, labels = {} }: AbsentTexts): Written {
  const said: Written = {
    ...(alertName === undefined ? {} : { name: alertName }),
    ...(severity === undefined ? {} : { severity }),
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
  };
  return Object.keys(said).length === 0 ? {} : { absent: said };
}

const textsOf = ({ labels, annotations }: AlertTexts): Written => ({
  ...(Object.keys(labels).length === 0 ? {} : { labels }),
  ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
});
