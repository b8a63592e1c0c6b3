/** What only shows beside the data that a running server has: warnings, since the data may be yet to come. */
import {
  budgetRatio,
  latencyText,
  prometheusLabel,
  selectorsOf,
  windowText,
  type Indicator,
  type Matcher,
  type MetricSelector,
  type Problem,
  type Slo,
} from "../slo/index.ts";
import { nearestName } from "./nearest-name.ts";
import { sloWarning } from "./slo-warning.ts";

/** A metric as its series show it. */
export interface MetricFacts {
  readonly name: string;
  readonly unit: string;
  /** Every name a rule may call it by. */
  readonly spellings: readonly string[];
  /** Of one unit of its values, where they are times. */
  readonly nanosPerUnit: number;
  readonly seriesCount: number;
  /** Of any of its series, scope and resource included. */
  readonly attributeKeys: readonly string[];
  /** Different bounds of its series; empty where none are known. */
  readonly bounds: readonly (readonly number[])[];
}

export interface RunningFacts {
  readonly metrics: readonly MetricFacts[];
  /** Metrics that were asked for and that no series has, with the one that may be meant. */
  readonly unseen: ReadonlyMap<string, string | undefined>;
  /** Events a second by SLO id, of the busiest group, where enough was counted to tell. */
  readonly rates: ReadonlyMap<string, number>;
}

/** The metrics that the SLOs are counted from, each once. */
export const metricsOf = (slos: readonly Slo[]): readonly string[] => [
  ...new Set(slos.flatMap(({ indicator }) => selectorsOf(indicator).map(({ metric }) => metric))),
];

/** In the order of the SLOs. */
export const lintRunning = (slos: readonly Slo[], facts: RunningFacts): readonly Problem[] =>
  slos.flatMap((slo) => [
    ...unseenMetrics(slo, facts),
    ...unseenAttributes(slo, facts),
    ...thresholds(slo, facts),
    ...coarseObjective(slo, facts),
  ]);

/** Whether the real bounds of the metric are known. */
export const areBoundsKnown = (metric: string, { metrics }: RunningFacts): boolean =>
  calledBy(metric, metrics).some(({ bounds }) => bounds.length > 0);

const calledBy = (metric: string, metrics: readonly MetricFacts[]): readonly MetricFacts[] =>
  metrics.filter(({ spellings }) => spellings.includes(metric));

function unseenMetrics(slo: Slo, { unseen }: RunningFacts): readonly Problem[] {
  return metricsOf([slo]).flatMap((metric) => {
    if (!unseen.has(metric)) return [];
    const near = unseen.get(metric);
    const hint = near === undefined ? "check that its sender runs" : `did you mean ${near}?`;
    return [sloWarning("metric-unseen", slo, `no series of ${metric} is known`, hint)];
  });
}

/** Conditions on what no series has. Where absence is no news (an error's type), only what looks mistyped is told. */
function unseenAttributes(slo: Slo, { metrics }: RunningFacts): readonly Problem[] {
  return conditionsOf(slo.indicator).flatMap(({ metric, matcher, mayBeAbsent }) => {
    const keys = [...new Set(calledBy(metric, metrics).flatMap((each) => each.attributeKeys))];
    if (keys.length === 0 || isThere(matcher.key, keys)) return [];
    const near = nearestName(matcher.key, [...keys, ...keys.map(prometheusLabel)]);
    if (near === undefined && (mayBeAbsent || !needsPresence(matcher))) return [];
    const message = `no series of ${metric} has the attribute ${matcher.key}`;
    const hint =
      near === undefined
        ? `they have ${keys.toSorted().slice(0, 12).join(", ")}`
        : `did you mean ${near}?`;
    return [sloWarning("attribute-unseen", slo, message, hint)];
  });
}

function isThere(key: string, keys: readonly string[]): boolean {
  const label = prometheusLabel(key);
  return (
    keys.some((each) => prometheusLabel(each) === label) ||
    (label === "job" && keys.includes("service.name")) ||
    (label === "instance" && keys.includes("service.instance.id"))
  );
}

/** Whether it can hold only where the attribute is there. */
const needsPresence = (matcher: Matcher): boolean => {
  if (matcher.kind === "exists") return matcher.exists;
  return matcher.kind !== "notIn" && matcher.kind !== "notMatches" && !matcher.absentIsEmpty;
};

interface PlacedCondition {
  readonly metric: string;
  readonly matcher: Matcher;
  readonly mayBeAbsent: boolean;
}

function conditionsOf(indicator: Indicator): readonly PlacedCondition[] {
  const all = ({ metric, where }: MetricSelector, mayBeAbsent: boolean) =>
    where.map((matcher) => ({ metric, matcher, mayBeAbsent }));
  switch (indicator.kind) {
    case "events":
      return [
        ...all(indicator.total, false),
        ...all({ metric: indicator.total.metric, where: indicator.when }, true),
      ];
    case "latency":
      return all(indicator.total, false);
    case "counters":
      return [...all(indicator.total, false), ...all(indicator.part, true)];
    case "sums":
      return [
        ...indicator.total.flatMap((term) => all(term, false)),
        ...indicator.part.flatMap((term) => all(term, true)),
      ];
    case "composite":
      return []; // its members are looked at themselves
  }
}

/** Thresholds beside the bounds that the series really have. */
function thresholds(slo: Slo, { metrics }: RunningFacts): readonly Problem[] {
  const problems = thresholdsOf(slo.indicator).flatMap(({ metric, nanos, bound }) =>
    calledBy(metric, metrics).flatMap((facts) => {
      const value = bound ?? (nanos ?? 0) / facts.nanosPerUnit;
      return facts.bounds.flatMap((bounds) => offBound(slo, facts, value, bounds));
    }),
  );
  const texts = new Set<string>();
  return problems.filter(({ message }) => !texts.has(message) && texts.add(message));
}

interface Threshold {
  readonly metric: string;
  readonly nanos?: number;
  /** In the metric's own unit. */
  readonly bound?: number;
}

function thresholdsOf(indicator: Indicator): readonly Threshold[] {
  if (indicator.kind === "latency")
    return [{ metric: indicator.total.metric, nanos: indicator.thresholdNanos }];
  if (indicator.kind !== "sums") return [];
  return [...indicator.total, ...indicator.part].flatMap(({ metric, measure }) =>
    measure.kind === "atMost" && Number.isFinite(measure.bound)
      ? [{ metric, bound: measure.bound }]
      : [],
  );
}

function offBound(
  slo: Slo,
  { name, unit, nanosPerUnit }: MetricFacts,
  value: number,
  bounds: readonly number[],
): readonly Problem[] {
  const [first, last] = [bounds[0], bounds.at(-1)];
  if (first === undefined || last === undefined || bounds.includes(value)) return [];
  const text = (bound: number) => latencyText(Math.round(bound * nanosPerUnit));
  const isOutside = value < first || value > last;
  const scale = [1000, 1 / 1000].find((each) => value * each >= first && value * each <= last);
  if (isOutside && scale !== undefined) {
    const looks = scale > 1 ? "milliseconds" : "seconds";
    const message = `${text(value)} lies outside the bounds of ${name}, ${text(first)} to ${text(last)}: they look like ${looks} in a histogram whose unit is ${unit === "" ? "not said" : unit}`;
    return [
      sloWarning(
        "threshold-off-scale",
        slo,
        message,
        "mend the unit or the bounds where it is recorded",
      ),
    ];
  }
  const nearest = [
    bounds.findLast((bound) => bound < value),
    bounds.find((bound) => bound > value),
  ].filter((bound) => bound !== undefined);
  const message = `${text(value)} lies inside a bucket of ${name}: the SLI is an estimate`;
  const hint = `exact are ${nearest.map(text).join(" and ")}; or give the histogram a bound there`;
  return [sloWarning("threshold-off-bound", slo, message, hint)];
}

/** A budget of less than one event: the first bad one overspends it, and no alert can tell chance from trouble. */
function coarseObjective(slo: Slo, { rates }: RunningFacts): readonly Problem[] {
  const perSecond = rates.get(slo.id);
  if (perSecond === undefined || slo.budgeting.kind !== "occurrences") return [];
  const events = (perSecond * slo.window.lengthMs) / 1000;
  const allowed = events * budgetRatio(slo.objective);
  if (allowed >= 1) return [];
  const traffic = `${Math.round(events)} events in ${windowText(slo.window)}`;
  const message = `at present traffic, ${traffic}, ${slo.objective.text} allows ${Number(allowed.toPrecision(2))} bad events: the first one overspends the budget`;
  return [
    sloWarning(
      "objective-unresolved",
      slo,
      message,
      "a lower objective, a longer window, or slices",
    ),
  ];
}

/** Least time counted from which a rate is told. */
const RATE_AFTER_MS = 3_600_000;

/** Events a second of a window's total, counted since a moment; `undefined` when that is too little to tell. */
export function rateOf(total: number, windowMs: number, countedMs: number): number | undefined {
  const spanMs = Math.min(windowMs, countedMs);
  return total > 0 && spanMs >= RATE_AFTER_MS ? (total * 1000) / spanMs : undefined;
}
