/** A template as it is published: its parameters and the SLOs they stand in, checked with defaults and examples. */
import { Findings } from "../findings.ts";
import { nearestName } from "../nearest-name.ts";
import { valueAt, type SharedObject } from "../references.ts";
import type { RuleSettings } from "../rule-set.ts";
import { expandSlo, originOf, parameterIn, type Arguments, type Placement } from "./expansion.ts";
import { readParameters, type Parameter } from "./parameter.ts";
import { fieldIn, isMapping, kindOf, readShape, report, type Field } from "./shape.ts";
import { readSlo } from "./slo.ts";
import { explainKey, parseKey, TEMPLATE_KEY } from "./template-name.ts";
import { templateSchema } from "./template-schema.ts";

export interface Template {
  readonly name: string;
  readonly version: number;
  /** What to use instead. */
  readonly deprecated: string | undefined;
  readonly parameters: ReadonlyMap<string, Parameter>;
  /** By name. */
  readonly slos: ReadonlyMap<string, TemplateSlo>;
  readonly isSound: boolean;
}

export interface TemplateSlo extends Placement {
  /** Parameters that stand in it. */
  readonly parameters: ReadonlySet<string>;
}

/** Reports what is wrong with the template, whoever uses it. */
export function readTemplate(
  key: string,
  value: unknown,
  field: Field,
  settings: RuleSettings,
): Template {
  const errorsBefore = field.findings.errorCount;
  if (!TEMPLATE_KEY.test(key)) report(field, explainKey(key), "key");
  const shape = readShape(templateSchema, value, field, "a template");
  const parameters = readParameters(shape?.parameters, fieldIn(field, "parameters"));
  const declared = isMapping(shape?.parameters) ? Object.keys(shape.parameters) : [];
  const slos = readBodies(shape?.slos, fieldIn(field, "slos"), declared);
  const stands = new Set([...slos.values()].flatMap((slo) => [...slo.parameters]));
  for (const name of declared) {
    if (stands.has(name)) continue;
    const { document, path, findings } = fieldIn(field, "parameters", name);
    const message = `\`${name}\` stands nowhere in the template`;
    const hint = `write { param: ${name} } in place of a value, or remove it`;
    findings.add("unused-parameter", document, path, message, {
      severity: "warning",
      at: "key",
      hint,
    });
  }
  if (field.findings.errorCount === errorsBefore) checkSlos(slos, parameters, field, settings);
  const isSound = field.findings.errorCount === errorsBefore;
  return { ...parseKey(key), deprecated: shape?.deprecated, parameters, slos, isSound };
}

const read = new WeakMap<SharedObject, Template>();

/** What is wrong with it is told where it is published. */
export function templateOf(object: SharedObject, settings: RuleSettings): Template {
  const known = read.get(object);
  if (known !== undefined) return known;
  const { document, path, name, file } = object;
  const field: Field = { document, path, findings: new Findings(file) };
  const template = readTemplate(name, valueAt(document, path), field, settings);
  read.set(object, template);
  return template;
}

function readBodies(
  value: unknown,
  field: Field,
  declared: readonly string[],
): ReadonlyMap<string, TemplateSlo> {
  if (value === undefined) return new Map();
  if (!isMapping(value)) {
    const message = `slos are a mapping of names, not ${kindOf(value)}`;
    report(field, { code: "wrong-type", message, hint: "write slos: { availability: { … } }" });
    return new Map();
  }
  const names = Object.keys(value);
  if (names.length === 0) report(field, { code: "empty-file", message: "no SLO is given" });
  return new Map(
    names.map((name) => {
      const body = value[name];
      const slo = fieldIn(field, name);
      refuseFields(body, slo);
      const parameters = new Set<string>();
      notePlaces(body, slo, declared, parameters);
      return [name, { value: body, origin: originOf(slo), parameters }];
    }),
  );
}

/** A template that used another would have to be followed to be understood, and could go in circles. */
const REFUSED: Readonly<Record<string, string>> = {
  use: "a template uses no template",
  with: "a template uses no template",
  owner: "an SLO belongs to the owner of the service that uses the template",
};

function refuseFields(body: unknown, field: Field): void {
  if (!isMapping(body)) return;
  for (const [name, message] of Object.entries(REFUSED)) {
    if (!(name in body)) continue;
    report(fieldIn(field, name), { code: "template-form", message, hint: `remove ${name}` }, "key");
  }
}

/** Adds the parameters that stand in `value`; one that is not declared is reported. */
function notePlaces(
  value: unknown,
  field: Field,
  declared: readonly string[],
  found: Set<string>,
): void {
  const name = parameterIn(value);
  if (name !== undefined) {
    found.add(name);
    if (declared.includes(name)) return;
    const nearest = nearestName(name, declared);
    const hint =
      nearest === undefined ? `add ${name} to parameters` : `did you mean \`${nearest}\`?`;
    const message = `the template has no parameter \`${name}\``;
    report(fieldIn(field, "param"), { code: "template-form", message, hint });
    return;
  }
  refuseMistyped(value, field, declared);
  if (Array.isArray(value))
    value.forEach((item: unknown, index) =>
      notePlaces(item, fieldIn(field, index), declared, found),
    );
  else if (isMapping(value))
    for (const [key, part] of Object.entries(value))
      notePlaces(part, fieldIn(field, key), declared, found);
}

/** `{ parm: threshold }` is a mapping like any other, and its reader would say that it has no such field. */
function refuseMistyped(value: unknown, field: Field, declared: readonly string[]): void {
  if (!isMapping(value)) return;
  const [first, ...others] = Object.entries(value);
  if (first === undefined || others.length > 0) return;
  const [key, name] = first;
  if (typeof name !== "string" || !declared.includes(name)) return;
  if (nearestName(key, ["param"]) === undefined) return;
  const message = `\`${key}\` puts no parameter in place of a value`;
  report(
    fieldIn(field, key),
    { code: "template-form", message, hint: "did you mean `param`?" },
    "key",
  );
}

/** With all optional parameters, and with none of them. */
function checkSlos(
  slos: ReadonlyMap<string, TemplateSlo>,
  parameters: ReadonlyMap<string, Parameter>,
  field: Field,
  settings: RuleSettings,
): void {
  const all = samplesOf([...parameters.values()]);
  const least = samplesOf([...parameters.values()].filter(({ absence }) => absence !== "optional"));
  const context = { service: "template", owner: undefined, labels: {}, exclusions: [], settings };
  for (const [name, body] of slos) {
    const at = [...field.path, "slos", name];
    for (const samples of all.size === least.size ? [all] : [all, least]) {
      const document = expandSlo(body, samples, [], at);
      readSlo(name, valueAt(document, at), { ...field, document, path: at }, context);
    }
  }
}

function samplesOf(parameters: readonly Parameter[]): Arguments {
  return new Map(parameters.map(({ name, sample, origin }) => [name, { value: sample, origin }]));
}
