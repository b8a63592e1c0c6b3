/**
 * Catalogues of alert windows: for SLOs of one period, how much of the error budget may be spent within which lookbacks.
 * Sloth is told of a folder of them; here a catalogue in the rules directory counts for all of Sloth's SLOs of its period.
 */
import {
  formatDuration,
  millis,
  parseDuration,
  type AlertSeverity,
  type Millis,
} from "../../slo/index.ts";
import { Findings } from "../findings.ts";
import { fieldIn, isMapping, kindOf, report, type Field } from "../native/index.ts";
import type { References } from "../references.ts";
import { readSpelled } from "./dialect.ts";
import {
  ALERT_WINDOWS_KIND,
  alertWindowSchema,
  alertWindowsSchema,
  OBJECT_VERSION,
  pairSchema,
  type AlertWindowConfig,
} from "./schemas.ts";
import type { YamlDocument } from "../yaml-document.ts";

export interface AlertWindow {
  readonly severity: AlertSeverity;
  /** Share of the period's error budget that may be spent within the long lookback. */
  readonly budgetPercent: number;
  readonly longMs: Millis;
  readonly shortMs: Millis;
}

const NAMESPACE = `${OBJECT_VERSION} ${ALERT_WINDOWS_KIND}`;
const HOUR = 3_600_000;

const window = (
  severity: AlertSeverity,
  budgetPercent: number,
  longMs: number,
  shortMs: number,
): AlertWindow => ({ severity, budgetPercent, longMs: millis(longMs), shortMs: millis(shortMs) });

/** What Sloth has for 30 days: the workbook's. */
const OWN_WINDOWS: readonly AlertWindow[] = [
  window("page", 2, HOUR, HOUR / 12),
  window("page", 5, 6 * HOUR, HOUR / 2),
  window("ticket", 10, 24 * HOUR, 2 * HOUR),
  window("ticket", 10, 72 * HOUR, 6 * HOUR),
];

/** A catalogue goes by its period, however that is written. */
export function sharedAlertWindows({
  value,
}: YamlDocument): { readonly namespace: string; readonly name: string } | undefined {
  if (!isMapping(value) || value["kind"] !== ALERT_WINDOWS_KIND) return undefined;
  const { spec } = value;
  const sloPeriod = isMapping(spec) ? spec["sloPeriod"] : undefined;
  const windowMs = typeof sloPeriod === "string" ? parseDuration(sloPeriod) : undefined;
  return windowMs === undefined
    ? undefined
    : { namespace: NAMESPACE, name: formatDuration(windowMs) };
}

/** The windows for SLOs of the period; `undefined` when the catalogue for it is not sound. */
export function alertWindowsFor(
  windowMs: Millis,
  field: Field,
  references: References,
  bucketMs: number,
): readonly AlertWindow[] | undefined {
  const catalogue = references.find(NAMESPACE, formatDuration(windowMs));
  if (catalogue === undefined) return OWN_WINDOWS;
  const { document, file, line } = catalogue;
  const apart = new Findings(file); // what is wrong with the catalogue is told of its own file
  const spec: Field = { document, path: ["spec"], findings: apart };
  const windows = readAlertWindows(specOf(document.value), spec, bucketMs);
  if (windows !== undefined && apart.errorCount === 0) return windows;
  const message = `the alert windows for ${formatDuration(windowMs)} in ${file}:${line} are not sound`;
  report(field, { code: "missing-reference", message, hint: "mend them, or remove that file" });
  return undefined;
}

const specOf = (value: unknown): unknown => (isMapping(value) ? value["spec"] : undefined);

/** `spec:` of a catalogue; `undefined` when something in it is refused. */
function readAlertWindows(
  value: unknown,
  field: Field,
  bucketMs: number,
): readonly AlertWindow[] | undefined {
  const shape = readSpelled(alertWindowsSchema, value, field, "a catalogue's `spec`", "object");
  if (shape === undefined) return undefined;
  const windowMs = readSpan(shape.sloPeriod, fieldIn(field, "sloPeriod"));
  const windows = (["page", "ticket"] as const).flatMap((severity) => {
    const pairField = fieldIn(field, severity);
    if (shape[severity] === undefined) return [undefined];
    const pair = readSpelled(pairSchema, shape[severity], pairField, `\`${severity}\``, "object");
    return (["quick", "slow"] as const).map((name) => {
      const windowField = fieldIn(pairField, name);
      return readAlertWindow(pair?.[name], severity, windowField, { windowMs, bucketMs });
    });
  });
  const sound = windows.filter((each) => each !== undefined);
  return windowMs === undefined || sound.length < windows.length ? undefined : sound;
}

interface Limits {
  readonly windowMs: Millis | undefined;
  readonly bucketMs: number;
}

function readAlertWindow(
  value: unknown,
  severity: AlertSeverity,
  field: Field,
  limits: Limits,
): AlertWindow | undefined {
  if (value === undefined) return undefined;
  const shape = readSpelled(alertWindowSchema, value, field, "an alert window", "object");
  if (shape === undefined) return undefined;
  const budgetPercent = readPercent(shape, field);
  const longMs = readSpan(shape.longWindow, fieldIn(field, "longWindow"));
  const shortMs = readSpan(shape.shortWindow, fieldIn(field, "shortWindow"));
  if (longMs === undefined || shortMs === undefined) return undefined;
  checkLookbacks(longMs, shortMs, field, limits);
  return budgetPercent === undefined ? undefined : { severity, budgetPercent, longMs, shortMs };
}

function readPercent(
  { errorBudgetPercent: percent }: Partial<AlertWindowConfig>,
  field: Field,
): number | undefined {
  if (percent === undefined || (percent > 0 && percent <= 100)) return percent;
  const message = `${percent} is no share of the error budget above 0 and up to 100 percent`;
  const hint = "write errorBudgetPercent: 2";
  report(fieldIn(field, "errorBudgetPercent"), { code: "invalid-number", message, hint });
  return undefined;
}

function readSpan(text: string | undefined, field: Field): Millis | undefined {
  if (text === undefined) return undefined;
  const spanMs = parseDuration(text);
  if (spanMs !== undefined && spanMs > 0) return spanMs;
  const message = `${kindOf(text)} is no duration`;
  report(field, { code: "invalid-duration", message, hint: "write 5m, 1h or 30d" });
  return undefined;
}

function checkLookbacks(
  longMs: Millis,
  shortMs: Millis,
  field: Field,
  { windowMs, bucketMs }: Limits,
): void {
  const refuse = (name: string, message: string) =>
    report(fieldIn(field, name), { code: "tier-lookback", message });
  if (shortMs < 2 * bucketMs)
    refuse("shortWindow", `shorter than two buckets of ${formatDuration(bucketMs)}`);
  if (shortMs >= longMs)
    refuse("shortWindow", `not shorter than the long window, ${formatDuration(longMs)}`);
  if (windowMs !== undefined && longMs > windowMs)
    refuse("longWindow", `longer than the period, ${formatDuration(windowMs)}`);
}

/** A whole document that is a catalogue: what is wrong with it, and whether another one has its period already. */
export function checkCatalogue(value: unknown, field: Field, context: CatalogueContext): void {
  const spec = fieldIn(field, "spec");
  const windows = readAlertWindows(value, spec, context.bucketMs);
  const shared = sharedAlertWindows(field.document);
  if (windows === undefined || shared === undefined) return;
  const first = context.references.find(shared.namespace, shared.name);
  if (first === undefined || first.document === field.document) return;
  if (JSON.stringify(specOf(first.document.value)) === JSON.stringify(value)) return;
  const message = `the alert windows for ${shared.name} are in ${first.file}:${first.line} already`;
  report(spec, { code: "duplicate-object", message, hint: "remove one of them" });
}

interface CatalogueContext {
  readonly references: References;
  readonly bucketMs: number;
}
