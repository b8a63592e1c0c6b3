/** `where`, `good`, `bad`: attribute → value, list or condition, each read into a matcher of the model. */
import type { Matcher, MetricSelector } from "../../slo/index.ts";
import { conditionSchema, selectorSchema, type ConditionConfig } from "./sli-schema.ts";
import { fieldIn, isMapping, kindOf, readShape, report, type Field } from "./shape.ts";

const MAX_CONDITIONS = 64;
const MAX_VALUES = 1_000;

/** A metric with its conditions; `undefined` when the metric is not sound (reported). */
export function readSelector(
  value: unknown,
  field: Field,
  what: string,
): MetricSelector | undefined {
  const shape = readShape(selectorSchema, value, field, what);
  return shape?.metric === undefined ? undefined : selectorOf(shape.metric, shape.where, field);
}

export function selectorOf(metric: string, where: unknown, field: Field): MetricSelector {
  return { metric, where: where === undefined ? [] : readMatchers(where, fieldIn(field, "where")) };
}

/** All of them must hold. What is not sound is reported and left out. */
export function readMatchers(value: unknown, field: Field): readonly Matcher[] {
  if (!isMapping(value)) {
    report(field, {
      code: "wrong-type",
      message: `conditions are a mapping of attributes, not ${kindOf(value)}`,
      hint: "write { error.type: { exists: true } }",
    });
    return [];
  }
  const keys = Object.keys(value);
  if (keys.length === 0 || keys.length > MAX_CONDITIONS) {
    const message =
      keys.length === 0 ? "no condition is given" : `more than ${MAX_CONDITIONS} conditions`;
    report(field, {
      code: "empty-matcher",
      message,
      hint: "write { error.type: { exists: true } }",
    });
    return [];
  }
  return keys.flatMap((key) => readMatcher(key, value[key], fieldIn(field, key)));
}

function readMatcher(key: string, value: unknown, field: Field): readonly Matcher[] {
  if (key === "" || key.length > 255) {
    report(
      field,
      { code: "invalid-name", message: "an attribute's name has 1 to 255 characters" },
      "key",
    );
    return [];
  }
  if (value === null) {
    const hint = "write { exists: true }, or a value";
    report(field, { code: "empty-matcher", message: `nothing is said of \`${key}\``, hint });
    return [];
  }
  if (isMapping(value)) return readCondition(key, value, field);
  const values = readValues(value, field);
  return values.length === 0 ? [] : [{ kind: "in", key, values }];
}

function readCondition(key: string, value: unknown, field: Field): readonly Matcher[] {
  const condition = readShape(conditionSchema, value, field, "a condition");
  if (condition === undefined) return [];
  const matchers: Matcher[] = [];
  if (condition.not !== undefined) {
    const values = readValues(condition.not, fieldIn(field, "not"));
    if (values.length > 0) matchers.push({ kind: "notIn", key, values });
  }
  const { matches, notMatches, exists } = condition;
  if (matches !== undefined) matchers.push({ kind: "matches", key, pattern: matches });
  if (notMatches !== undefined) matchers.push({ kind: "notMatches", key, pattern: notMatches });
  if (exists !== undefined) matchers.push({ kind: "exists", key, exists });
  for (const [name, op] of COMPARISONS) {
    const bound = condition[name];
    if (bound !== undefined) matchers.push({ kind: "compare", key, op, value: bound });
  }
  if (Object.keys(value as object).length === 0) {
    const hint = `one of: ${Object.keys(conditionSchema.shape).join(", ")}`;
    report(field, { code: "empty-matcher", message: `nothing is said of \`${key}\``, hint });
  }
  checkCanHold(condition, field);
  return matchers;
}

const COMPARISONS = [
  ["above", ">"],
  ["atLeast", ">="],
  ["below", "<"],
  ["atMost", "<="],
] as const;

function checkCanHold(condition: Partial<ConditionConfig>, field: Field): void {
  const { matches, exists, above, atLeast, below, atMost } = condition;
  const lowest = Math.max(above ?? -Infinity, atLeast ?? -Infinity);
  const highest = Math.min(below ?? Infinity, atMost ?? Infinity);
  const isOpen = lowest === above || highest === below;
  if (lowest > highest || (lowest === highest && isOpen)) {
    const message = "no number is within these bounds";
    report(field, { code: "invalid-matcher", message });
  }
  const needsValue = matches !== undefined || lowest !== -Infinity || highest !== Infinity;
  if (exists === false && needsValue) {
    const message = "an attribute that is not there has no value to compare";
    report(field, { code: "invalid-matcher", message, hint: "remove exists: false" });
  }
}

/** One scalar or a list of them, as text. */
function readValues(value: unknown, field: Field): readonly string[] {
  if (!Array.isArray(value)) return readValue(value, field);
  if (value.length === 0 || value.length > MAX_VALUES) {
    const message = value.length === 0 ? "the list is empty" : `more than ${MAX_VALUES} values`;
    report(field, { code: "empty-matcher", message });
    return [];
  }
  return value.flatMap((item: unknown, index) => readValue(item, fieldIn(field, index)));
}

function readValue(value: unknown, field: Field): readonly string[] {
  const text = readScalarText(value, field);
  return text === undefined ? [] : [text];
}

/** A text, number or boolean as text; warns when the way it was written is lost. */
export function readScalarText(value: unknown, field: Field): string | undefined {
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") {
    const message = `expected a text, number or boolean, not ${kindOf(value)}`;
    report(field, { code: "wrong-type", message });
    return undefined;
  }
  const text = String(value);
  if (typeof value !== "number") return text;
  const written = field.document.textOf(field.path);
  if (written !== undefined && written !== text) {
    const message = `${written} is a number and reads as ${text}`;
    field.findings.add("ambiguous-scalar", field.document, field.path, message, {
      severity: "warning",
      hint: `write "${written}" to keep the text, or ${text}`,
    });
  }
  return text;
}
