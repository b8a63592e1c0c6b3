/** `alerts:` → policy. A tier that can never fire, or always would, is refused here and not found out at night. */
import {
  millis,
  PAGE_SIGNIFICANCE,
  parseDuration,
  WHOLE_PPB,
  workbookPolicy,
  type AlertPolicy,
  type Millis,
  type Ppb,
  type Tier,
} from "../../slo/index.ts";
import { nearestName } from "../nearest-name.ts";
import { parseBudgetShare } from "./checks.ts";
import { readLookbacks } from "./lookbacks.ts";
import {
  fullPolicySchema,
  overridesSchema,
  tierSchema,
  type OverridesConfig,
  type TierConfig,
} from "./policy-schema.ts";
import { fieldIn, isMapping, kindOf, readShape, report, type Field } from "./shape.ts";

/** What a policy is judged against; absent where that field itself is not sound. */
export interface PolicyContext {
  readonly windowMs: Millis | undefined;
  readonly budgetPpb: Ppb | undefined;
  readonly bucketMs: number;
  /** Width of a slice, where slices of time are counted. */
  readonly sliceMs: Millis | undefined;
}

const MAX_TIERS = 16;
const MAX_CONDITIONS = 31;

/** `undefined` when it is not sound (reported), or when the window or objective is not. */
export function readAlerts(
  value: unknown,
  field: Field,
  context: PolicyContext,
): AlertPolicy | undefined {
  if (value === undefined || value === "workbook") return workbook({}, field, context);
  if (value === "none") return { name: "none", tiers: [] };
  if (!isMapping(value)) {
    const nearest =
      typeof value === "string" ? nearestName(value, ["workbook", "none"]) : undefined;
    const hint =
      nearest === undefined ? "write workbook, none or tiers" : `did you mean \`${nearest}\`?`;
    report(field, { code: "policy-form", message: `${kindOf(value)} is no alert policy`, hint });
    return undefined;
  }
  if (Object.keys(value).some((key) => nearestName(key, ["tiers"]) !== undefined))
    return fullPolicy(value, field, context);
  const overrides = readShape(overridesSchema, value, field, "an alert policy");
  if (Object.keys(value).length === 0) {
    const hint = "write workbook, none or tiers";
    report(field, { code: "policy-form", message: "nothing is said", hint });
  }
  return overrides === undefined ? undefined : workbook(overrides, field, context);
}

/** The default policy, with `overrides` on its tiers. */
function workbook(
  overrides: Partial<OverridesConfig>,
  field: Field,
  { windowMs, budgetPpb, sliceMs }: PolicyContext,
): AlertPolicy | undefined {
  const significance = readSignificance(overrides.significance, field);
  if (windowMs === undefined || budgetPpb === undefined) return undefined;
  const { name, tiers } = workbookPolicy(windowMs, budgetPpb, sliceMs);
  const wanted = tiers.filter((tier) => overrides[tier.severity] !== "off");
  warnOfSilence(tiers, wanted, overrides, field);
  return {
    name,
    ...holdOf(overrides.noDataHold),
    tiers: wanted.map((tier) => ({
      ...tier,
      forMs: spanOf(overrides.for) ?? tier.forMs,
      keepFiringForMs: spanOf(overrides.keepFiringFor) ?? tier.keepFiringForMs,
      minBadEvents: overrides.minBadEvents ?? tier.minBadEvents,
      significance:
        significance !== undefined && (tier.severity === "page" || significance === 1)
          ? significance
          : tier.significance,
    })),
  };
}

/** The workbook's tiers are left out where they could not fire; said when that leaves nobody paged. */
function warnOfSilence(
  tiers: readonly Tier[],
  wanted: readonly Tier[],
  overrides: Partial<OverridesConfig>,
  field: Field,
): void {
  const hasPages = tiers.some((tier) => tier.severity === "page");
  if (tiers.length > 0 && wanted.length === 0 && overrides.absent !== undefined) return;
  if (wanted.length > 0 && (hasPages || overrides.page === "off")) return;
  const { document, path, findings } = field;
  const [message, hint] =
    wanted.length > 0
      ? ["no page can fire: even a full outage burns too slowly for the workbook's pages"]
      : tiers.length > 0
        ? ["all tiers are off: the SLO never alerts", "write alerts: none"]
        : ["the workbook's tiers do not fit this window and objective: the SLO never alerts"];
  findings.add("policy-empty", document, path, message ?? "", {
    severity: "warning",
    hint: hint ?? "give tiers of your own",
  });
}

function fullPolicy(value: unknown, field: Field, context: PolicyContext): AlertPolicy | undefined {
  const shape = readShape(fullPolicySchema, value, field, "an alert policy");
  if (shape?.tiers === undefined) return undefined;
  const tiersField = fieldIn(field, "tiers");
  if (!Array.isArray(shape.tiers) || shape.tiers.length === 0 || shape.tiers.length > MAX_TIERS) {
    const message = `tiers are a list of 1 to ${MAX_TIERS}, not ${Array.isArray(shape.tiers) ? shape.tiers.length : kindOf(shape.tiers)}`;
    report(tiersField, { code: "policy-form", message, hint: "write alerts: none to have none" });
    return undefined;
  }
  const tiers = shape.tiers.flatMap((item: unknown, index) => {
    return readTier(item, fieldIn(tiersField, index), context);
  });
  if (tiers.length > MAX_CONDITIONS) {
    const message = `${tiers.length} conditions, each lookback of \`match: any\` counted: at most ${MAX_CONDITIONS}`;
    report(tiersField, { code: "policy-form", message });
  }
  return { name: shape.name ?? "custom", ...holdOf(shape.noDataHold), tiers };
}

const holdOf = (text: string | undefined): Pick<AlertPolicy, "noDataHoldMs"> => {
  const noDataHoldMs = spanOf(text);
  return noDataHoldMs === undefined ? {} : { noDataHoldMs };
};

/** One tier; of lookbacks any of which is enough, one for each, the shortest first, since tiers of a severity are OR-ed anyway. */
function readTier(value: unknown, field: Field, context: PolicyContext): readonly Tier[] {
  const shape = readShape(tierSchema, value, field, "a tier");
  if (shape === undefined) return [];
  const significance = readSignificance(shape.significance, field);
  const lookbacks = readLookbacks(shape, value, field, context);
  const { severity } = shape;
  const conditions =
    lookbacks?.isAny === true
      ? lookbacks.spansMs.toReversed().map((spanMs) => [spanMs])
      : [lookbacks?.spansMs];
  return conditions.flatMap((spansMs): readonly Tier[] => {
    const [longMs] = spansMs ?? [];
    const factorMilli = readFactor(shape, longMs, field, context);
    const shortMs = spansMs?.at(-1);
    if (severity === undefined || longMs === undefined) return [];
    if (shortMs === undefined || factorMilli === undefined) return [];
    const betweenMs = spansMs?.slice(1, -1) ?? [];
    return [
      {
        severity,
        factorMilli,
        longMs,
        ...(betweenMs.length === 0 ? {} : { betweenMs }),
        shortMs,
        forMs: spanOf(shape.for) ?? millis(0),
        keepFiringForMs: spanOf(shape.keepFiringFor) ?? millis(0),
        minBadEvents: shape.minBadEvents ?? 0,
        significance: significance ?? (severity === "page" ? PAGE_SIGNIFICANCE : 1),
      },
    ];
  });
}

const spanOf = (text: string | undefined): Millis | undefined =>
  text === undefined ? undefined : parseDuration(text);

/** Burn rate x 1000, from `factor` or from the share of the budget: share x window / long. */
function readFactor(
  shape: Partial<TierConfig>,
  longMs: Millis | undefined,
  field: Field,
  { windowMs, budgetPpb }: PolicyContext,
): number | undefined {
  const { factor, budget } = shape;
  if (factor === undefined && budget === undefined) {
    if ("factor" in rawOf(field) || "budget" in rawOf(field)) return undefined; // reported by its own check
    const message = "a tier needs `factor` or `budget`";
    report(field, { code: "policy-form", message, hint: "write factor: 14.4, or budget: 2%" });
    return undefined;
  }
  if (factor !== undefined && budget !== undefined) {
    const message = "`factor` and `budget` at once: one of them says the burn rate";
    report(fieldIn(field, "budget"), { code: "policy-form", message, hint: "remove one" }, "key");
    return undefined;
  }
  const share = budget === undefined ? undefined : parseBudgetShare(budget);
  const exact =
    factor !== undefined
      ? Number((factor * 1000).toPrecision(15))
      : share === undefined || longMs === undefined || windowMs === undefined
        ? undefined
        : (share * windowMs) / (100 * longMs);
  if (exact === undefined) return undefined;
  const factorField = fieldIn(field, factor === undefined ? "budget" : "factor");
  if (factor !== undefined && !Number.isSafeInteger(exact)) {
    const message = `${factor} has more than 3 decimals, or is too large`;
    report(factorField, { code: "invalid-number", message });
    return undefined;
  }
  checkFactor(Math.round(exact), budgetPpb, factorField);
  return Math.round(exact);
}

function checkFactor(factorMilli: number, budgetPpb: Ppb | undefined, field: Field): void {
  const factor = factorMilli / 1000;
  if (factorMilli < 1000) {
    const message = `a burn rate of ${factor} is within the budget: the alert would fire all the time`;
    report(field, { code: "tier-always-fires", message, hint: "write a factor of 1 or more" });
  } else if (budgetPpb !== undefined && factorMilli * budgetPpb >= 1000 * WHOLE_PPB) {
    const highest = WHOLE_PPB / budgetPpb;
    const message = `a full outage burns at ${Number(highest.toPrecision(6))}: ${factor} is never exceeded`;
    const hint = `write less than ${Number(highest.toPrecision(6))}, or set a higher objective`;
    report(field, { code: "tier-never-fires", message, hint });
  }
}

function rawOf(field: Field): object {
  let value: unknown = field.document.value;
  for (const part of field.path) value = (value as Record<string | number, unknown>)[part];
  return value as object; // the tier's mapping: its shape was read from it
}

/** 1 turns the gate off. */
function readSignificance(value: unknown, field: Field): number | undefined {
  if (value === undefined) return undefined;
  if (value === "off") return 1;
  if (typeof value === "number" && value > 0 && value < 1) return value;
  report(fieldIn(field, "significance"), {
    code: typeof value === "number" ? "invalid-number" : "wrong-type",
    message: `expected a probability between 0 and 1, or off, not ${kindOf(value)}`,
    hint: "write 1e-4",
  });
  return undefined;
}
