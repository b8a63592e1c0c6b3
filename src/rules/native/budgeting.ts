/** `budgeting:` and `noData:` → what the budget counts, and what silence is. */
import {
  formatDuration,
  OCCURRENCES,
  parseDuration,
  WHOLE_PPB,
  type Budgeting,
  type Millis,
  type NoData,
  type Ppb,
} from "../../slo/index.ts";
import { judgedSlicesSchema, weighedSlicesSchema, type SlicesConfig } from "./budgeting-schema.ts";
import { nearestText, parseSliceTarget } from "./checks.ts";
import { fieldIn, isMapping, kindOf, readShape, report, type Field } from "./shape.ts";

/** What slices are judged against; absent where that field itself is not sound. */
export interface SliceContext {
  readonly windowMs: Millis | undefined;
  readonly budgetPpb: Ppb | undefined;
  readonly bucketMs: number;
}

const FORMS = "write occurrences, { slices: 1m, good: 95% } or { slices: 1m, weigh: ratio }";

/** `undefined` when it is not sound (reported). */
export function readBudgeting(
  value: unknown,
  field: Field,
  context: SliceContext,
): Budgeting | undefined {
  if (value === undefined || value === "occurrences") return OCCURRENCES;
  if (!isMapping(value)) {
    const nearest = nearestText(value, ["occurrences"]);
    const hint = nearest === undefined ? FORMS : `did you mean \`${nearest}\`?`;
    report(field, { code: "budgeting-form", message: `${kindOf(value)} is no budgeting`, hint });
    return undefined;
  }
  const said = new Set(Object.keys(value).map((key) => nearestText(key, ["good", "weigh"]) ?? key));
  if (said.has("good") === said.has("weigh")) {
    const message = said.has("good")
      ? "`good` and `weigh` at once: a slice is good or bad, or counts by its ratio"
      : "nothing says what a slice counts";
    report(field, { code: "budgeting-form", message, hint: FORMS }, "key");
    return undefined;
  }
  const schema = said.has("good") ? judgedSlicesSchema : weighedSlicesSchema;
  const shape: Partial<SlicesConfig> | undefined = readShape(schema, value, field, "budgeting");
  const widthMs = shape?.slices === undefined ? undefined : parseDuration(shape.slices);
  if (widthMs === undefined || !checkSliceWidth(widthMs, fieldIn(field, "slices"), context))
    return undefined;
  if (shape?.weigh !== undefined) return { kind: "ratioTimeslices", widthMs };
  const targetPpb = shape?.good === undefined ? undefined : parseSliceTarget(shape.good);
  return targetPpb === undefined ? undefined : { kind: "timeslices", widthMs, targetPpb };
}

/** False when it is not sound (reported). */
export function checkSliceWidth(
  widthMs: Millis,
  field: Field,
  { windowMs, budgetPpb, bucketMs }: SliceContext,
): boolean {
  const refuse = (message: string, hint?: string) =>
    report(field, { code: "slice-width", message, hint });
  if (widthMs <= 0 || widthMs % bucketMs !== 0) {
    const least = formatDuration(bucketMs);
    refuse(`no multiple of the tick, ${least}`, `write ${least}, 1m or 5m`);
    return false;
  }
  if (windowMs !== undefined && widthMs > windowMs) {
    refuse(`wider than the SLO's window, ${formatDuration(windowMs)}`);
    return false;
  }
  if (windowMs !== undefined && budgetPpb !== undefined)
    warnOfBudget(widthMs, field, windowMs, budgetPpb);
  return true;
}

/** A budget of less than a slice is spent by the first bad one. */
function warnOfBudget(widthMs: Millis, field: Field, windowMs: Millis, budgetPpb: Ppb): void {
  const allowed = (Math.floor(windowMs / widthMs) * budgetPpb) / WHOLE_PPB;
  if (allowed >= 1) return;
  const { document, path, findings } = field;
  const message = `the budget is ${Number(allowed.toPrecision(2))} slices: the first bad one overspends it`;
  const hint = "narrower slices, a longer window or a lower objective";
  findings.add("slice-budget", document, path, message, { severity: "warning", hint });
}

/** Silence can count only where there is something that counts although nothing happens. */
export function readNoData(
  noData: NoData | undefined,
  field: Field,
  budgeting: Budgeting | undefined,
  hint = "add budgeting: { slices: 1m, good: 95% }; alerts are held through silence anyway",
): NoData {
  if (noData !== undefined && noData !== "ignore" && budgeting?.kind === "occurrences") {
    const message = `\`noData: ${noData}\` counts slices of time, and this SLO counts events`;
    report(field, { code: "no-data-form", message, hint });
  }
  return noData ?? "ignore";
}
