/** `exclude:` → stretches of time whose events do not count. */
import {
  formatDuration,
  parseDuration,
  parseMoment,
  recurrenceNonsense,
  type Exclusion,
  type ExclusionScope,
  type OneOff,
  type Recurring,
} from "../../slo/index.ts";
import { nearestText } from "./checks.ts";
import {
  MAX_EXCLUSIONS,
  oneOffSchema,
  recurringSchema,
  scopedOneOffSchema,
  scopedRecurringSchema,
  scopeSchema,
  type OneOffConfig,
  type RecurringConfig,
} from "./exclusion-schema.ts";
import { readLabels } from "./labels.ts";
import { fieldIn, isMapping, kindOf, readShape, report, type Field } from "./shape.ts";

const MAX_LENGTH_MS = 366 * 86_400_000;
const FORMS = "write from and to, or rrule, start, timeZone and duration";
const RECURRING = ["rrule", "start", "timeZone", "duration"];

/** The sound ones; all others are reported. `isScoped`: each says which SLOs it is of. */
export function readExclusions(
  value: unknown,
  field: Field,
  isScoped = false,
): readonly Exclusion[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    const message = `exclusions are a list, not ${kindOf(value)}`;
    report(field, { code: "wrong-type", message, hint: "write - reason: …, and from and to" });
    return [];
  }
  if (value.length > MAX_EXCLUSIONS) {
    const message = `${value.length} exclusions are more than ${MAX_EXCLUSIONS}`;
    report(field, { code: "exclusion-form", message, hint: "use an rrule for what recurs" });
    return [];
  }
  if (isScoped && value.length === 0)
    report(field, { code: "empty-file", message: "no exclusion is given" });
  return value.flatMap((item: unknown, index) => {
    const exclusion = readExclusion(item, fieldIn(field, index), isScoped);
    return exclusion === undefined ? [] : [exclusion];
  });
}

function readExclusion(value: unknown, field: Field, isScoped: boolean): Exclusion | undefined {
  if (!isMapping(value)) {
    report(field, {
      code: "wrong-type",
      message: `an exclusion is a mapping, not ${kindOf(value)}`,
    });
    return undefined;
  }
  const errorsBefore = field.findings.errorCount;
  const keys = Object.keys(value).map(
    (key) => nearestText(key, [...RECURRING, "from", "to"]) ?? key,
  );
  const isOneOff = keys.includes("from") || keys.includes("to");
  const isRecurring = keys.some((key) => RECURRING.includes(key));
  if (isOneOff === isRecurring) {
    const message = isOneOff
      ? "an exclusion has its own times or recurs, not both"
      : "nothing says when";
    report(field, { code: "exclusion-form", message, hint: FORMS }, "key");
    return undefined;
  }
  const when = isOneOff
    ? readOneOff(value, field, isScoped)
    : readRecurring(value, field, isScoped);
  const scope = isScoped ? readScope(value["match"], fieldIn(field, "match")) : undefined;
  const { reason, approvedBy } = value;
  const { file = field.findings.file ?? "", line } = field.document.placeOf(field.path);
  if (field.findings.errorCount > errorsBefore || when === undefined) return undefined;
  return {
    reason: String(reason),
    ...(typeof approvedBy === "string" ? { approvedBy } : {}),
    when,
    ...(scope === undefined ? {} : { scope }),
    source: { file, line },
  };
}

function readOneOff(value: unknown, field: Field, isScoped: boolean): OneOff | undefined {
  const schema = isScoped ? scopedOneOffSchema : oneOffSchema;
  const shape: Partial<OneOffConfig> | undefined = readShape(schema, value, field, "an exclusion");
  const startMs = parseMoment(shape?.from ?? "");
  const endMs = parseMoment(shape?.to ?? "");
  if (startMs === undefined || endMs === undefined) return undefined;
  if (endMs > startMs && endMs - startMs <= MAX_LENGTH_MS) return { kind: "once", startMs, endMs };
  const message =
    endMs > startMs
      ? `longer than ${formatDuration(MAX_LENGTH_MS)}`
      : "`to` is not after `from`: it excludes nothing";
  report(fieldIn(field, "to"), { code: "exclusion-time", message });
  return undefined;
}

function readRecurring(value: unknown, field: Field, isScoped: boolean): Recurring | undefined {
  const schema = isScoped ? scopedRecurringSchema : recurringSchema;
  const shape: Partial<RecurringConfig> | undefined = readShape(
    schema,
    value,
    field,
    "an exclusion that recurs",
  );
  const durationMs = parseDuration(shape?.duration ?? "");
  const { rrule: rule, start, timeZone } = shape ?? {};
  if (rule === undefined || start === undefined || timeZone === undefined) return undefined;
  if (durationMs === undefined) return undefined;
  if (durationMs < 1000 || durationMs > MAX_LENGTH_MS) {
    const message = `not from 1s to ${formatDuration(MAX_LENGTH_MS)}`;
    report(fieldIn(field, "duration"), { code: "exclusion-time", message });
    return undefined;
  }
  const nonsense = recurrenceNonsense({ rule, start, timeZone }, durationMs);
  if (nonsense !== undefined) {
    report(fieldIn(field, "rrule"), { code: "exclusion-rule", message: nonsense });
    return undefined;
  }
  return { kind: "recurring", rule, start, timeZone, durationMs };
}

function readScope(value: unknown, field: Field): ExclusionScope | undefined {
  if (value === undefined) return undefined; // its schema has said so
  const errorsBefore = field.findings.errorCount;
  const shape = readShape(scopeSchema, value, field, "`match`");
  const labels = readLabels(shape?.labels, fieldIn(field, "labels"));
  if (shape === undefined || field.findings.errorCount > errorsBefore) return undefined;
  const { service, slo } = shape;
  if (service === undefined && slo === undefined && Object.keys(labels).length === 0) {
    const message = "`match` says nothing, and so matches no SLO";
    const hint = 'write { service: checkout } or { labels: { tier: "1" } }';
    report(field, { code: "exclusion-form", message, hint });
    return undefined;
  }
  return {
    ...(service === undefined ? {} : { service }),
    ...(slo === undefined ? {} : { slo }),
    labels,
  };
}
