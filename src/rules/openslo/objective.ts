/** `target` and `targetPercent` → objective; slices of time → budgeting. */
import {
  formatDuration,
  millis,
  OCCURRENCES,
  parseObjective,
  ppb,
  WHOLE_PPB,
  type Budgeting,
  type Millis,
  type Objective,
  type Ppb,
} from "../../slo/index.ts";
import { fieldIn, report, type Field } from "../native/index.ts";
import type { RuleSettings } from "../rule-set.ts";
import type { Dialect } from "./dialect.ts";
import { readShorthand, shorthandMs } from "./duration.ts";
import type { ObjectiveConfig, SloConfig } from "./schemas.ts";

/** One of an SLO's objectives: its sound fields, and which it has, sound or not. */
export interface ObjectivePart {
  readonly shape: Partial<ObjectiveConfig>;
  readonly said: ReadonlySet<string>;
  readonly field: Field;
}

/** `undefined` when it is not sound (reported). */
export function readObjective({ shape, said, field }: ObjectivePart): Objective | undefined {
  const { target, targetPercent } = shape;
  if (
    target === undefined &&
    targetPercent === undefined &&
    (said.has("target") || said.has("targetPercent"))
  )
    return undefined; // of the wrong type, as reported
  if ((target === undefined) === (targetPercent === undefined)) {
    const message =
      target === undefined
        ? "an objective needs `target` or `targetPercent`"
        : "`target` and `targetPercent` at once: one of them is the objective";
    const code = target === undefined ? "missing-field" : "policy-form";
    report(field, { code, message, hint: "write target: 0.999, or targetPercent: 99.9" }, "key");
    return undefined;
  }
  const name = target === undefined ? "targetPercent" : "target";
  const percent = targetPercent ?? decimal((target ?? 0) * 100);
  const objective = parseObjective(`${percent}%`);
  if (objective === undefined) {
    const isPercent = target !== undefined && target > 1 && target < 100;
    const message =
      target === undefined
        ? `${targetPercent} is no percentage from 0 to below 100, with at most 7 decimals`
        : `${target} is no ratio from 0 to below 1, with at most 9 decimals`;
    const hint = isPercent
      ? `write target: ${decimal(target / 100)}, or targetPercent: ${target}`
      : "write target: 0.999, or targetPercent: 99.9";
    report(fieldIn(field, name), { code: "objective-range", message, hint });
  }
  return objective;
}

/** Binary noise off: 0.995 x 100 is 99.5. */
const decimal = (value: number): number => Number(value.toPrecision(12));

/** v1alpha has no field for it; a minute is what its implementations took. */
const EARLY_SLICE_MS = 60_000;

/** `undefined` when it is not sound (reported). */
export function readBudgeting(
  dialect: Dialect,
  method: SloConfig["budgetingMethod"],
  shape: Partial<ObjectiveConfig>,
  field: Field,
  windowMs: number | undefined,
  settings: RuleSettings,
): Budgeting | undefined {
  if (method === "Occurrences") return OCCURRENCES;
  const widthMs =
    dialect.name === "v1alpha"
      ? millis(EARLY_SLICE_MS)
      : readSliceWidth(shape.timeSliceWindow, field, windowMs, settings);
  if (method === "RatioTimeslices")
    return widthMs === undefined ? undefined : { kind: "ratioTimeslices", widthMs };
  const targetPpb = readSliceTarget(shape.timeSliceTarget, field);
  if (widthMs === undefined || targetPpb === undefined) return undefined;
  return { kind: "timeslices", widthMs, targetPpb };
}

function readSliceWidth(
  value: unknown,
  field: Field,
  windowMs: number | undefined,
  { bucketMs }: RuleSettings,
): Millis | undefined {
  const widthField = fieldIn(field, "timeSliceWindow");
  if (value === undefined) {
    const message = "slices of time need `timeSliceWindow`, their width";
    report(field, { code: "missing-field", message, hint: "write timeSliceWindow: 1m" }, "key");
    return undefined;
  }
  const isMinutes = typeof value === "number" && Number.isInteger(value) && value > 0;
  const shorthand = readShorthand(isMinutes ? `${value}m` : value, widthField);
  if (shorthand === undefined) return undefined;
  const widthMs = shorthandMs(shorthand);
  if (widthMs > 0 && widthMs % bucketMs === 0 && widthMs < (windowMs ?? Infinity)) return widthMs;
  const message = `${formatDuration(widthMs)} is no whole number of buckets of ${formatDuration(bucketMs)}, or not shorter than the window`;
  report(widthField, { code: "invalid-slice", message, hint: "write timeSliceWindow: 1m" });
  return undefined;
}

function readSliceTarget(value: number | undefined, field: Field): Ppb | undefined {
  if (value === undefined) {
    const message = "Timeslices need `timeSliceTarget`: the ratio from which a slice is good";
    report(field, { code: "missing-field", message, hint: "write timeSliceTarget: 0.95" }, "key");
    return undefined;
  }
  const targetPpb = Math.round(value * WHOLE_PPB);
  if (targetPpb > 0 && targetPpb <= WHOLE_PPB) return ppb(targetPpb);
  const message = `${value} is no ratio above 0 and up to 1`;
  report(fieldIn(field, "timeSliceTarget"), { code: "invalid-slice", message });
  return undefined;
}
