/**
 * Pyrra's alerts: factors 14, 7, 2 and 1 whatever the window, lookbacks and `for` that grow with it (pyrra slo/rules.go,
 * `Windows`): 28 days have 5m/1h for 2m, 30m/6h for 15m, 2h/1d for 1h, 6h/4d for 3h. No gate against chance: there is
 * none there.
 */
import {
  millis,
  WHOLE_PPB,
  type AbsentAlert,
  type AlertPolicy,
  type Alerting,
  type AlertSeverity,
  type AlertTexts,
  type Millis,
  type Ppb,
  type Tier,
} from "../../slo/index.ts";
import { readForeignShape } from "../foreign-shape.ts";
import type { Texts } from "../foreign-labels.ts";
import { judgeFactor } from "../foreign-tier.ts";
import { fieldIn, type Field } from "../native/index.ts";
import { severityOf, warnOfSeverity, wordOf } from "../severity-words.ts";
import { alertingSchema, severitiesSchema, type SeveritiesConfig } from "./schemas.ts";

const SEVERITY_HINT = "write page or critical to page; ticket or warning not to";

const MINUTE_MS = 60_000;

/** Shares of the SLO's window. */
const TIERS = [
  {
    name: "fastBurn",
    word: "critical",
    factor: 14,
    for: 28 * 24 * 30,
    long: 28 * 24,
    short: 28 * 24 * 12,
  },
  {
    name: "mediumBurn",
    word: "critical",
    factor: 7,
    for: 28 * 24 * 4,
    long: 28 * 4,
    short: 28 * 24 * 2,
  },
  { name: "slowBurn", word: "warning", factor: 2, for: 28 * 24, long: 28, short: 28 * 12 },
  { name: "longTermBurn", word: "warning", factor: 1, for: 28 * 8, long: 7, short: 28 * 4 },
] as const satisfies readonly ({ readonly name: keyof SeveritiesConfig } & Record<
  string,
  unknown
>)[];

const DEFAULT_NAME = "ErrorBudgetBurn";
const DEFAULT_ABSENT_NAME = "SLOMetricAbsent";
const PROMETHEUS_LOOKBACK_MS = 5 * MINUTE_MS;

export interface PyrraPolicy {
  readonly windowMs: Millis;
  readonly budgetPpb: Ppb;
  readonly bucketMs: number;
}

export interface Alerts {
  readonly policy: AlertPolicy;
  readonly absent?: AbsentAlert;
  readonly alerting: Alerting;
}

/** `texts`: labels and annotations of all alerts. `target` is where a tier that never fires is told of. */
export function readAlerting(
  value: unknown,
  field: Field,
  target: Field,
  context: PyrraPolicy,
  texts: { readonly labels: Texts; readonly annotations: Texts },
): Alerts {
  const shape =
    value === undefined ? {} : (readForeignShape(alertingSchema, value, field, "`alerting`") ?? {});
  const severities =
    shape.severities === undefined
      ? {}
      : (readForeignShape(
          severitiesSchema,
          shape.severities,
          fieldIn(field, "severities"),
          "`severities`",
        ) ?? {});
  const isAbsentWanted = shape.disabled !== true && shape.absent !== false;
  const isSilent = shape.disabled === true || shape.burnrates === false;
  const tiers = isSilent ? [] : tiersOf(severities, fieldIn(field, "severities"), target, context);
  const absent = absentOf(severities.absent, fieldIn(field, "severities", "absent"), context);
  return {
    ...(isAbsentWanted ? { absent: absent.alert } : {}),
    policy: { name: isSilent ? "none" : "pyrra", tiers: tiers.map(({ tier }) => tier) },
    alerting: {
      alertName: shape.name === undefined || shape.name === "" ? DEFAULT_NAME : shape.name,
      ...texts,
      bySeverity: bySeverityOf(tiers, fieldIn(field, "severities")),
      ...(isAbsentWanted
        ? { absent: { alertName: shape.absentName || DEFAULT_ABSENT_NAME, severity: absent.word } }
        : {}),
    },
  };
}

interface WordedTier {
  readonly tier: Tier;
  /** As the file has it. */
  readonly word: string;
}

function tiersOf(
  severities: Partial<SeveritiesConfig>,
  field: Field,
  target: Field,
  { windowMs, budgetPpb, bucketMs }: PyrraPolicy,
): readonly WordedTier[] {
  const tiers: WordedTier[] = [];
  for (const row of TIERS) {
    const said = severities[row.name];
    const word = said === undefined || said === "" ? row.word : said;
    const { severity, isKnown } = severityOf(word);
    if (!isKnown) warnOfSeverity(word, fieldIn(field, row.name), SEVERITY_HINT);
    const factorMilli = row.factor * 1_000;
    const longMs = minutesOf(windowMs, row.long);
    const shortMs = Math.max(minutesOf(windowMs, row.short), MINUTE_MS);
    if (shortMs >= longMs || shortMs < 2 * bucketMs) warnOfLookback(row.factor, target);
    else if (judgeFactor(factorMilli, budgetPpb, target)) {
      const tier: Tier = {
        severity,
        factorMilli,
        longMs: millis(longMs),
        shortMs: millis(shortMs),
        forMs: millis(minutesOf(windowMs, row.for)),
        keepFiringForMs: millis(0),
        minBadEvents: 0,
        significance: 1,
      };
      tiers.push({ tier, word });
    }
  }
  return tiers.toSorted(
    (a, b) => Number(a.tier.severity === "ticket") - Number(b.tier.severity === "ticket"),
  );
}

/** Rounded as Go's `Duration.Round(time.Minute)` does. */
const minutesOf = (windowMs: number, share: number): number =>
  Math.round(windowMs / share / MINUTE_MS) * MINUTE_MS;

/** Pyrra's own words, as the label they are on its alerts. */
function bySeverityOf(tiers: readonly WordedTier[], field: Field): Alerting["bySeverity"] {
  const texts: Partial<Record<AlertSeverity, AlertTexts>> = {};
  for (const severity of ["page", "ticket"] as const) {
    const own = tiers.filter(({ tier }) => tier.severity === severity);
    if (own.length === 0) continue;
    const said = own.map(({ word }) => word);
    const word = wordOf(said, severity, field);
    if (word !== severity) texts[severity] = { labels: { severity: word }, annotations: {} };
  }
  return texts;
}

/**
 * As long as the fastest tier takes in an outage of 100 %, its `for` included (pyrra slo/slo.go, `AbsentDuration`); and five
 * minutes more, Prometheus's lookback, before which `absent()` does not see that samples stopped.
 */
function absentOf(
  said: string | undefined,
  field: Field,
  { windowMs, budgetPpb }: PyrraPolicy,
): { readonly alert: AbsentAlert; readonly word: string } {
  const [fastest] = TIERS;
  const word = said === undefined || said === "" ? "critical" : said;
  const { severity, isKnown } = severityOf(word);
  if (!isKnown) warnOfSeverity(word, field, SEVERITY_HINT);
  const burnsAfterMs = (fastest.factor * budgetPpb * minutesOf(windowMs, fastest.long)) / WHOLE_PPB;
  const spanMs = Math.floor(burnsAfterMs / 1_000) * 1_000 + minutesOf(windowMs, fastest.for);
  const afterMs = Math.round(spanMs / MINUTE_MS) * MINUTE_MS + PROMETHEUS_LOOKBACK_MS;
  return { alert: { severity, afterMs: millis(afterMs) }, word };
}

function warnOfLookback(factor: number, { document, path, findings }: Field): void {
  const message = `the window is too short for Pyrra's alert on a burn rate of ${factor}: it is left out`;
  findings.add("tier-lookback", document, path, message, { severity: "warning" });
}
