/** Lookbacks of a tier: `long` and `short`, which must both burn, or `lookbacks:`, of which all must, or any. */
import { formatDuration, parseDuration, type Millis } from "../../slo/index.ts";
import { nearestName } from "../nearest-name.ts";
import type { PolicyContext } from "./alerts.ts";
import type { TierConfig } from "./policy-schema.ts";
import { fieldIn, isMapping, kindOf, report, type Field } from "./shape.ts";

const MAX_LOOKBACKS = 4;

export interface Lookbacks {
  /** Longest first. */
  readonly spansMs: readonly Millis[];
  /** Each alone is a condition of its own. */
  readonly isAny: boolean;
}

/** `undefined` when they are not sound (reported). */
export function readLookbacks(
  shape: Partial<TierConfig>,
  raw: unknown,
  field: Field,
  context: PolicyContext,
): Lookbacks | undefined {
  const names = isMapping(raw) ? Object.keys(raw) : [];
  const said = (name: string): boolean => names.includes(name);
  const isMistyped = (name: string) =>
    // said already, as a field that does not exist
    names.some((each) => nearestName(each, ["lookbacks", "long", "short"]) === name);
  if (said("lookbacks")) {
    if (said("long") || said("short")) {
      const name = said("long") ? "long" : "short";
      const message = "`lookbacks` and `long` or `short` at once";
      report(fieldIn(field, name), { code: "policy-form", message, hint: "remove one" }, "key");
      return undefined;
    }
    const spansMs = readList(shape.lookbacks, fieldIn(field, "lookbacks"), context);
    return spansMs && { spansMs, isAny: shape.match === "any" };
  }
  for (const name of ["long", "short"] as const)
    if (!said(name) && !isMistyped(name) && !isMistyped("lookbacks")) {
      const code = "missing-field";
      const hint = "or give lookbacks: [1h, 5m]";
      report(field, { code, message: `a tier needs \`${name}\``, hint }, "key");
    }
  if (said("match")) {
    const message = "`match` says nothing without `lookbacks`";
    report(fieldIn(field, "match"), { code: "policy-form", message, hint: "remove it" }, "key");
  }
  const [longMs, shortMs] = [spanOf(shape.long), spanOf(shape.short)];
  checkPair(longMs, shortMs, field, context);
  return longMs === undefined || shortMs === undefined
    ? undefined
    : { spansMs: [longMs, shortMs], isAny: false };
}

const spanOf = (text: string | undefined): Millis | undefined =>
  text === undefined ? undefined : parseDuration(text);

function readList(
  value: unknown,
  field: Field,
  context: PolicyContext,
): readonly Millis[] | undefined {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_LOOKBACKS) {
    const what = Array.isArray(value) ? `${value.length} of them` : kindOf(value);
    const message = `lookbacks are a list of 1 to ${MAX_LOOKBACKS} durations, not ${what}`;
    report(field, { code: "wrong-type", message, hint: "write [1h, 5m]" });
    return undefined;
  }
  const spans: Millis[] = [];
  for (const [index, item] of value.entries()) {
    const spanMs = typeof item === "string" ? parseDuration(item) : undefined;
    const itemField = fieldIn(field, index);
    if (spanMs === undefined) {
      const message = `${kindOf(item)} is no duration`;
      report(itemField, { code: "invalid-duration", message, hint: "write 5m or 1h" });
    } else if (spans.includes(spanMs)) {
      const message = `${formatDuration(spanMs)} is there already`;
      report(itemField, { code: "tier-lookback", message, hint: "remove it" });
    } else {
      checkSpan(spanMs, itemField, context);
      spans.push(spanMs);
    }
  }
  return spans.length === value.length ? spans.toSorted((a, b) => b - a) : undefined;
}

function checkSpan(
  spanMs: Millis,
  field: Field,
  { windowMs, bucketMs, sliceMs }: PolicyContext,
): void {
  const refuse = (message: string, hint?: string) =>
    report(field, { code: "tier-lookback", message, hint });
  if (spanMs < 2 * bucketMs) {
    const least = formatDuration(2 * bucketMs);
    refuse(`shorter than two buckets of ${formatDuration(bucketMs)}`, `write ${least} or more`);
  }
  if (sliceMs !== undefined && spanMs < sliceMs) {
    const width = formatDuration(sliceMs);
    refuse(`shorter than a slice, ${width}`, `write ${width} or more`);
  }
  if (windowMs !== undefined && spanMs > windowMs)
    refuse(`longer than the SLO's window, ${formatDuration(windowMs)}`);
}

function checkPair(
  longMs: Millis | undefined,
  shortMs: Millis | undefined,
  field: Field,
  context: PolicyContext,
): void {
  if (shortMs !== undefined)
    checkSpan(shortMs, fieldIn(field, "short"), { ...context, windowMs: undefined });
  if (longMs === undefined) return;
  if (shortMs !== undefined && shortMs >= longMs) {
    const message = `not shorter than the long lookback, ${formatDuration(longMs)}`;
    const hint =
      "the workbook takes a twelfth of the long one; for a single one write lookbacks: [1h]";
    report(fieldIn(field, "short"), { code: "tier-lookback", message, hint });
  }
  const { windowMs } = context;
  if (windowMs !== undefined && longMs > windowMs) {
    const message = `longer than the SLO's window, ${formatDuration(windowMs)}`;
    report(fieldIn(field, "long"), { code: "tier-lookback", message });
  }
}
