/**
 * Parameters of templates: what each takes, and what is wrong with an argument. An argument keeps its type: a duration
 * stands where a duration is read, and nothing is ever pasted into a text.
 */
import { RE2JS } from "re2js";
import { nearestText } from "./checks.ts";
import { originOf, type Origin } from "./expansion.ts";
import { TYPES } from "./parameter-type.ts";
import { fieldIn, isMapping, kindOf, readShape, report, type Field } from "./shape.ts";
import { PARAMETER_NAME } from "./template-name.ts";
import { parameterSchema, type ParameterConfig, type ParameterType } from "./template-schema.ts";

/** What a template asks of those who use it. */
export interface Parameter {
  readonly name: string;
  readonly type: ParameterType;
  /** How a value is given when no argument is. */
  readonly absence: "default" | "required" | "optional";
  /** The default, else the example: what the template is checked with. */
  readonly sample: unknown;
  /** Where that stands. */
  readonly origin: Origin;
  readonly options: readonly unknown[] | undefined;
  readonly pattern: string | undefined;
  readonly min: Bound | undefined;
  readonly max: Bound | undefined;
}

/** Of a number, a percentage, a duration, or the items of a list. */
interface Bound {
  readonly size: number;
  /** As the template has it. */
  readonly text: string;
}

/** The sound ones by name; all others are reported. */
export function readParameters(value: unknown, field: Field): ReadonlyMap<string, Parameter> {
  const parameters = new Map<string, Parameter>();
  if (value === undefined) return parameters;
  if (!isMapping(value)) {
    const message = `parameters are a mapping of names, not ${kindOf(value)}`;
    report(field, { code: "wrong-type", message, hint: "write threshold: { type: duration, … }" });
    return parameters;
  }
  for (const name of Object.keys(value)) {
    const each = fieldIn(field, name);
    if (!PARAMETER_NAME.test(name)) {
      const message = `${JSON.stringify(name)} is no parameter's name`;
      report(each, { code: "invalid-name", message, hint: "letters and digits" }, "key");
    }
    const parameter = readParameter(name, value[name], each);
    if (parameter !== undefined) parameters.set(name, parameter);
  }
  return parameters;
}

function readParameter(name: string, value: unknown, field: Field): Parameter | undefined {
  const errorsBefore = field.findings.errorCount;
  const shape = readShape(parameterSchema, value, field, "a parameter");
  if (shape?.type === undefined) return undefined;
  const given = shape.default !== undefined;
  const parameter: Parameter = {
    name,
    type: shape.type,
    absence: given ? "default" : shape.optional === true ? "optional" : "required",
    sample: shape.default ?? shape.example,
    origin: originOf(fieldIn(field, given ? "default" : "example")),
    options: readOptions(shape, field),
    pattern: shape.pattern,
    min: readBound(shape, "min", field),
    max: readBound(shape, "max", field),
  };
  if (given && shape.optional === true) {
    const message = "with a default there is always a value";
    report(
      fieldIn(field, "optional"),
      { code: "template-form", message, hint: "remove one" },
      "key",
    );
  }
  for (const key of ["default", "example"] as const)
    if (shape[key] !== undefined) checkArgument(parameter, shape[key], fieldIn(field, key));
  if (parameter.sample === undefined) {
    const message = `\`${name}\` has neither \`default\` nor \`example\`: the template cannot be checked`;
    report(field, { code: "missing-field", message, hint: "add example: …" }, "key");
  }
  return field.findings.errorCount > errorsBefore ? undefined : parameter;
}

function readOptions(
  shape: Partial<ParameterConfig>,
  field: Field,
): readonly unknown[] | undefined {
  const { enum: options, type } = shape;
  if (options === undefined || type === undefined) return undefined;
  const optionsField = fieldIn(field, "enum");
  if (!Array.isArray(options) || options.length === 0 || options.length > 100) {
    const message = `expected a list of 1 to 100 arguments, not ${kindOf(options)}`;
    report(optionsField, { code: "wrong-type", message });
    return undefined;
  }
  const rule = TYPES[type === "strings" ? "string" : type];
  for (const [index, option] of options.entries()) {
    if (rule.isRight(option)) continue;
    const message = `expected ${rule.title}, not ${kindOf(option)}`;
    report(fieldIn(optionsField, index), {
      code: "wrong-type",
      message,
      hint: rule.hint(option),
    });
  }
  return options;
}

function readBound(
  shape: Partial<ParameterConfig>,
  key: "min" | "max",
  field: Field,
): Bound | undefined {
  const { type, [key]: value } = shape;
  if (value === undefined || type === undefined) return undefined;
  const { measure } = TYPES[type];
  const boundField = fieldIn(field, key);
  if (measure === undefined) {
    const message = `${TYPES[type].title} has no \`${key}\``;
    report(boundField, { code: "template-form", message, hint: "write enum or pattern" }, "key");
    return undefined;
  }
  const rule = TYPES[type === "strings" ? "number" : type];
  const size = rule.isRight(value) ? rule.measure?.(value) : undefined;
  if (size !== undefined) return { size, text: String(value as string | number) };
  const message = `expected ${rule.title}, not ${kindOf(value)}`;
  report(boundField, { code: "wrong-type", message, hint: rule.hint(value) });
  return undefined;
}

/** Whether the parameter takes the value; reported at `field` when it does not. */
export function checkArgument(parameter: Parameter, value: unknown, field: Field): boolean {
  const { type } = parameter;
  const rule = TYPES[type];
  if (!rule.isRight(value)) {
    const message = `is ${rule.title}, not ${kindOf(value)}`;
    return refuse(parameter, message, rule.hint(value), field);
  }
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  return (
    isWithin(parameter, rule.measure?.(value), field) &&
    items.every((item, index) =>
      isOneOf(parameter, item, Array.isArray(value) ? fieldIn(field, index) : field),
    )
  );
}

function refuse({ name }: Parameter, what: string, hint: string | undefined, field: Field): false {
  report(field, { code: "invalid-argument", message: `\`${name}\` ${what}`, hint });
  return false;
}

function isWithin(parameter: Parameter, size: number | undefined, field: Field): boolean {
  const { type, min, max } = parameter;
  const unit = type === "strings" ? " items" : "";
  if (size !== undefined && min !== undefined && size < min.size)
    return refuse(parameter, `is at least ${min.text}${unit}`, undefined, field);
  if (size !== undefined && max !== undefined && size > max.size)
    return refuse(parameter, `is at most ${max.text}${unit}`, undefined, field);
  return true;
}

function isOneOf(parameter: Parameter, item: unknown, field: Field): boolean {
  const { options, pattern } = parameter;
  if (options?.includes(item) === false) {
    const isMistyped = parameter.type !== "duration" && parameter.type !== "percentage";
    const nearest = isMistyped ? nearestText(item, options.map(String)) : undefined;
    const hint =
      nearest === undefined ? `one of: ${options.join(", ")}` : `did you mean \`${nearest}\`?`;
    return refuse(parameter, `cannot be ${kindOf(item)}`, hint, field);
  }
  if (pattern !== undefined && !RE2JS.compile(pattern).matches(String(item)))
    return refuse(parameter, `must match ${pattern}`, undefined, field);
  return true;
}
