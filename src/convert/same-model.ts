/**
 * Whether two SLOs are the same to the engine and to those who are alerted. Where they were read from is not compared, nor
 * how a number was written, nor annotations that slowburn keeps for itself.
 */
import { RE2JS } from "re2js";
import {
  parseWallTime,
  type Alerting,
  type AlertTexts,
  type Indicator,
  type Matcher,
  type Slo,
  type SloWindow,
} from "../slo/index.ts";

/** The fields that differ, by the model's names; none when they are the same. */
export function differencesOf(one: Slo, other: Slo): readonly string[] {
  const [a, b] = [plain(one), plain(other)];
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].filter((name) => textOf(a[name]) !== textOf(b[name]));
}

/** The order of a mapping's keys says nothing. */
const textOf = (value: unknown): string =>
  JSON.stringify(value, (_key, each: unknown) =>
    typeof each === "object" && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );

function plain(slo: Slo): Readonly<Record<string, unknown>> {
  const { source: _source, ...compared } = slo;
  const { alerts, per } = compared;
  return {
    ...compared,
    annotations: foreign(slo.annotations),
    objective: slo.objective.goodPpb,
    window: plainWindow(slo.window),
    indicator: plainIndicator(slo.indicator),
    // Without groups there is no limit to them; without tiers nothing is held, and the policy's name is nowhere seen.
    groupLimit: per.length === 0 ? 0 : slo.groupLimit,
    alerts: alerts.tiers.length === 0 ? "none" : alerts,
    alerting: plainAlerting(slo.alerting),
    exclusions: plainExclusions(slo.exclusions),
  };
}

/** A start that is written shorter is the same start. */
const plainWindow = (window: SloWindow): unknown =>
  window.kind === "rolling" ? window : { ...window, anchor: parseWallTime(window.anchor) };

const OWN_PREFIX = "slowburn.dev/";
const foreign = (texts: Slo["annotations"]): Slo["annotations"] =>
  Object.fromEntries(Object.entries(texts).filter(([name]) => !name.startsWith(OWN_PREFIX)));

/** Texts that say nothing are as good as none. */
function plainAlerting(alerting: Alerting | undefined): unknown {
  const { alertName, bySeverity } = alerting ?? {};
  const texts = (of: AlertTexts | undefined) => [of?.labels ?? {}, of?.annotations ?? {}];
  const { absent = {} } = alerting ?? {};
  return [alertName, texts(alerting), texts(bySeverity?.page), texts(bySeverity?.ticket), absent];
}

/** Those of files of their own are of whatever SLO they match, also of what is written here. */
const plainExclusions = (exclusions: Slo["exclusions"]): unknown =>
  (exclusions ?? [])
    .filter(({ scope }) => scope === undefined)
    .map(({ source: _source, ...others }) => others);

function plainIndicator(indicator: Indicator): unknown {
  return JSON.parse(JSON.stringify(indicator), (key, value: unknown) =>
    key === "where" || key === "when" ? plainMatchers(value as readonly Matcher[]) : value,
  );
}

/** In any order all must hold. */
const plainMatchers = (matchers: readonly Matcher[]): readonly unknown[] =>
  matchers.map(withoutIdleMark).toSorted((a, b) => (textOf(a) < textOf(b) ? -1 : 1));

/** Without `absentIsEmpty` where an attribute that is absent gets the same answer with and without it. */
export function withoutIdleMark(matcher: Matcher): Matcher {
  if (matcher.absentIsEmpty === undefined) return matcher;
  const { absentIsEmpty: _mark, ...unmarked } = matcher;
  return isIdle(matcher) ? (unmarked as Matcher) : matcher;
}

function isIdle(matcher: Matcher): boolean {
  switch (matcher.kind) {
    case "in":
    case "notIn":
      return !matcher.values.includes("");
    case "matches":
    case "notMatches":
      return !RE2JS.compile(matcher.pattern).matches("");
    case "exists":
    case "compare":
      return false;
  }
}
