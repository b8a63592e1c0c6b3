/**
 * Alert policies of an SLO → its tiers, and its alert on absent data. A condition has one lookback; the short one that ends
 * the alert soon after the trouble is a twelfth of it, as in the workbook. Several windows at once have no form in OpenSLO: the annotation
 * `slowburn.dev/alerts` says them as native files do.
 */
import {
  absentText,
  type AbsentAlert,
  formatDuration,
  millis,
  type AlertPolicy,
  type Alerting,
  type AlertSeverity,
  type AlertTexts,
  type Tier,
} from "../../slo/index.ts";
import { judgeFactor } from "../foreign-tier.ts";
import {
  fieldIn,
  readAbsent,
  readAlerts,
  report,
  type Field,
  type PolicyContext,
} from "../native/index.ts";
import { severityOf, warnOfSeverity, wordOf } from "../severity-words.ts";
import { writtenIn } from "./annotation.ts";
import type { Links } from "./links.ts";
import { readPolicy, readUse, type Policy, type UsedPolicy } from "./policy.ts";

const SEVERITY_HINT = "write page, critical or sev1 to page; ticket, warning or sev2 not to";

export interface Alerts {
  readonly policy: AlertPolicy;
  readonly alerting?: Alerting;
  readonly absent?: AbsentAlert;
}

const NONE: AlertPolicy = { name: "none", tiers: [] };
const MAX_POLICIES = 16;
const SHORT_SHARE = 12;

/** The policies that `alertPolicies` of an SLO lists. What is not sound is reported. */
export function readPolicies(links: Links, value: unknown, field: Field): readonly UsedPolicy[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length > MAX_POLICIES) {
    const message = `expected a list of at most ${MAX_POLICIES} alert policies`;
    report(field, { code: "wrong-type", message });
    return [];
  }
  return value.flatMap((use: unknown, index) => {
    const read = (spec: unknown, specField: Field, name: string) =>
      readPolicy(links, spec, specField, name);
    const useField = fieldIn(field, index);
    const policy = readUse(links, "AlertPolicy", use, useField, read);
    return policy === undefined ? [] : [{ ...policy, field: useField }];
  });
}

/** The tiers of the policies for one objective; `undefined` when they do not fit it (reported). */
export function alertsOf(
  policies: readonly UsedPolicy[],
  field: Field,
  context: PolicyContext,
): Alerts | undefined {
  if (policies.length === 0) return { policy: NONE };
  const errorsBefore = field.findings.errorCount;
  const fitting = policies.filter((policy) => fitsLookback(policy, context));
  const alerts = fitting.flatMap((policy): readonly TierOfPolicy[] => {
    const tier = policy.alertsOnBurn ? tierOf(policy, context) : undefined;
    return tier === undefined ? [] : [{ policy, tier }];
  });
  const silence = silenceOf(fitting);
  if (field.findings.errorCount > errorsBefore) return undefined;
  const sorted = alerts.toSorted((a, b) => byUrgency(a.tier, b.tier));
  const name = policies
    .map((policy) => policy.name)
    .join("+")
    .slice(0, 200);
  const tiers = sorted.map(({ tier }) => tier);
  return {
    policy: { name: name === "" ? "openslo" : name, tiers },
    ...(silence === undefined ? {} : { absent: silence.alert }),
    ...alertingOf(sorted, silence, field),
  };
}

interface TierOfPolicy {
  readonly policy: UsedPolicy;
  readonly tier: Tier;
}

const byUrgency = (a: Tier, b: Tier): number =>
  Number(a.severity === "ticket") - Number(b.severity === "ticket") ||
  b.factorMilli - a.factorMilli ||
  a.longMs - b.longMs;

const shortLookbackMs = (lookbackMs: number, bucketMs: number): number =>
  Math.max(2 * bucketMs, Math.round(lookbackMs / SHORT_SHARE / bucketMs) * bucketMs);

/** What does not fit is reported. A word that says no severity is warned of here, once for both alerts. */
function fitsLookback({ condition, field }: UsedPolicy, context: PolicyContext): boolean {
  const { windowMs = Infinity, bucketMs } = context;
  const { lookbackMs, severity: word } = condition;
  if (!severityOf(word).isKnown) warnOfSeverity(word, field, SEVERITY_HINT);
  const isShort = shortLookbackMs(lookbackMs, bucketMs) >= lookbackMs;
  if (!isShort && lookbackMs <= windowMs) return true;
  const lookback = `the lookback of ${formatDuration(lookbackMs)} is`;
  const message = isShort
    ? `${lookback} under three buckets of ${formatDuration(bucketMs)}`
    : `${lookback} longer than the SLO's window, ${formatDuration(windowMs)}`;
  report(field, { code: "tier-lookback", message });
  return false;
}

function tierOf({ condition, field }: UsedPolicy, context: PolicyContext): Tier | undefined {
  const { budgetPpb, bucketMs } = context;
  const { lookbackMs, op, alertAfterMs, severity: word } = condition;
  const shortMs = shortLookbackMs(lookbackMs, bucketMs);
  const { severity } = severityOf(word);
  if (op === "lt" || op === "lte") warnOfOperator(op, condition.factor, field);
  const factorMilli = Math.max(1, Math.round(condition.factor * 1_000));
  if (budgetPpb !== undefined && !judgeFactor(factorMilli, budgetPpb, field)) return undefined;
  return {
    severity,
    factorMilli,
    longMs: millis(lookbackMs),
    shortMs: millis(shortMs),
    forMs: millis(alertAfterMs),
    keepFiringForMs: millis(0),
    minBadEvents: 0,
    significance: 1,
  };
}

/** The alert on absent data, of which an SLO has one, and the policies that ask for it at its severity. */
interface Silence {
  readonly alert: AbsentAlert;
  readonly policies: readonly UsedPolicy[];
}

/**
 * A burn rate has no value once its lookback holds no data (go-sdk alert_policy.go: "has no burn-rate value"), and that
 * must last as long as a breach must. Of several the most urgent, then the soonest; what would have come sooner is told.
 */
function silenceOf(policies: readonly UsedPolicy[]): Silence | undefined {
  const asked = policies
    .filter(({ alertsOnNoData }) => alertsOnNoData)
    .map((policy) => ({ policy, alert: absentOf(policy) }))
    .toSorted(
      (a, b) =>
        Number(a.alert.severity === "ticket") - Number(b.alert.severity === "ticket") ||
        a.alert.afterMs - b.alert.afterMs,
    );
  const [first] = asked;
  if (first === undefined) return undefined;
  const { alert } = first;
  for (const other of asked)
    if (other.alert.afterMs < alert.afterMs) warnOfLater(other.policy, other.alert, alert);
  const alike = asked.filter((each) => each.alert.severity === alert.severity);
  return { alert, policies: alike.map(({ policy }) => policy) };
}

const absentOf = ({ condition: { severity, lookbackMs, alertAfterMs } }: Policy): AbsentAlert => ({
  severity: severityOf(severity).severity,
  afterMs: millis(lookbackMs + alertAfterMs),
});

/** The file's own severities and notification targets, as labels that receivers route by. */
function alertingOf(
  tiers: readonly TierOfPolicy[],
  silence: Silence | undefined,
  field: Field,
): { readonly alerting?: Alerting } {
  const bySeverity: Partial<Record<AlertSeverity, AlertTexts>> = {};
  for (const severity of ["page", "ticket"] as const) {
    const own = tiers.filter(({ tier }) => tier.severity === severity);
    const labels = labelsOf(
      own.map(({ policy }) => policy),
      severity,
      field,
    );
    if (Object.keys(labels).length > 0) bySeverity[severity] = { labels, annotations: {} };
  }
  const absent = silence === undefined ? {} : absentTextsOf(silence, field);
  if (Object.keys({ ...bySeverity, ...absent }).length === 0) return {};
  return { alerting: { labels: {}, annotations: {}, bySeverity, ...absent } };
}

function absentTextsOf({ alert, policies }: Silence, field: Field): Pick<Alerting, "absent"> {
  const words = policies.map(({ condition }) => condition.severity);
  const word = wordOf(words, alert.severity, field);
  const labels = targetLabels(policies);
  const said = {
    ...(word === alert.severity ? {} : { severity: word }),
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
  };
  return Object.keys(said).length === 0 ? {} : { absent: said };
}

function labelsOf(
  policies: readonly UsedPolicy[],
  severity: AlertSeverity,
  field: Field,
): Readonly<Record<string, string>> {
  const words = policies.map(({ condition }) => condition.severity);
  const word = wordOf(words, severity, field);
  return { ...(word === severity ? {} : { severity: word }), ...targetLabels(policies) };
}

function targetLabels(policies: readonly Policy[]): Readonly<Record<string, string>> {
  const targets = [...new Set(policies.flatMap((policy) => policy.targets))];
  return targets.length === 0 ? {} : { notification_target: targets.join(",") };
}

function warnOfLater({ field }: UsedPolicy, asked: AbsentAlert, alert: AbsentAlert): void {
  const { document, path, findings } = field;
  const message = `an SLO has one alert on absent data: a ${absentText(alert)}, and not a ${absentText(asked)}`;
  findings.add("not-applied", document, path, message, {
    severity: "warning",
    hint: "let one policy say alertWhenNoData: true",
  });
}

/** Of an SLO that runs. */
export function warnOfSilence({ document, path, findings }: Field): void {
  findings.add("policy-empty", document, path, "no alert policy: the SLO never alerts", {
    severity: "warning",
    at: "key",
    hint: "add alertPolicies, or the annotation slowburn.dev/alerts: workbook (or none)",
  });
}

function warnOfOperator(op: string, factor: number, { document, path, findings }: Field): void {
  const message = `\`op: ${op}\` would alert while burn rates are low: it is read as above ${factor}`;
  findings.add("condition-op", document, path, message, {
    severity: "warning",
    hint: "write op: gt",
  });
}

/** What the annotation `slowburn.dev/alerts` says, in the native form of `alerts:`. `undefined` when it is not sound. */
export function annotatedAlerts(
  text: string,
  field: Field,
  context: PolicyContext,
): Alerts | undefined {
  const hint = "write workbook, none or { tiers: […] }";
  const written = writtenIn(text, field, { what: "alert policy", code: "policy-form", hint });
  if (written === undefined) return undefined;
  const policy = readAlerts(written.document.value, written, context);
  const absent = readAbsent(written.document.value, written, context.bucketMs);
  if (policy === undefined) return undefined;
  return { policy, ...(absent === undefined ? {} : { absent }) };
}
