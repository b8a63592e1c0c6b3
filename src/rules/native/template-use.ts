/** `use:` and `with:` → SLOs of a template, each as if it had been written where it is used. */
import { templateKey } from "../../slo/index.ts";
import { nearestName } from "../nearest-name.ts";
import type { References, SharedObject } from "../references.ts";
import { originOf, type Arguments, type Placement } from "./expansion.ts";
import { checkArgument } from "./parameter.ts";
import { fieldIn, isMapping, kindOf, report, type Field } from "./shape.ts";
import type { FileContext } from "./slo.ts";
import { templateOf, type Template, type TemplateSlo } from "./template.ts";
import {
  explainMissing,
  explainReference,
  parseReference,
  TEMPLATE_REFERENCE,
  TEMPLATES,
} from "./template-name.ts";

/** What is used, with its arguments. */
export interface TemplateInUse {
  readonly template: Template;
  readonly object: SharedObject;
  /** Those that the reference names: one, or all. */
  readonly slos: ReadonlyMap<string, TemplateSlo>;
  readonly parameters: Arguments;
}

/** Of the mapping at `field`, which has `use`. `undefined` when it leads to nothing sound (reported). */
export function readUse(
  value: Readonly<Record<string, unknown>>,
  field: Field,
  references: References,
  { settings }: FileContext,
): TemplateInUse | undefined {
  const use = fieldIn(field, "use");
  const said = value["use"];
  if (typeof said !== "string" || !TEMPLATE_REFERENCE.test(said)) {
    report(use, explainReference(said, references));
    return undefined;
  }
  const { key, slo } = parseReference(said);
  const object = references.find(TEMPLATES, key);
  if (object === undefined) {
    report(use, explainMissing(key, references));
    return undefined;
  }
  const template = templateOf(object, settings);
  if (!template.isSound) {
    const message = `the template \`${key}\` (${object.file}:${object.line}) is not sound, and no version of it that was is known`;
    report(use, { code: "template-unsound", message, hint: "mend it there" });
    return undefined;
  }
  warnIfDeprecated(template, use);
  const slos = pick(template, slo, use);
  const errorsBefore = field.findings.errorCount;
  const parameters = readArguments(template, slos, value["with"], fieldIn(field, "with"), use);
  return slos === undefined || field.findings.errorCount > errorsBefore
    ? undefined
    : { template, object, slos, parameters };
}

function warnIfDeprecated(template: Template, { document, path, findings }: Field): void {
  if (template.deprecated === undefined) return;
  const message = `the template \`${templateKey(template)}\` is deprecated`;
  const hint = template.deprecated;
  findings.add("template-deprecated", document, path, message, { severity: "warning", hint });
}

function pick(
  { slos, ...template }: Template,
  name: string | undefined,
  field: Field,
): TemplateInUse["slos"] | undefined {
  if (name === undefined) return slos;
  const slo = slos.get(name);
  if (slo !== undefined) return new Map([[name, slo]]);
  const names = [...slos.keys()];
  const nearest = nearestName(name, names);
  const hint =
    nearest === undefined ? `it has: ${names.join(", ")}` : `did you mean \`${nearest}\`?`;
  const message = `the template \`${templateKey(template)}\` has no SLO \`${name}\``;
  report(field, { code: "missing-reference", message, hint });
  return undefined;
}

/** Defaults where no argument is given. */
function readArguments(
  template: Template,
  slos: TemplateInUse["slos"] | undefined,
  value: unknown,
  field: Field,
  use: Field,
): Arguments {
  if (value !== undefined && !isMapping(value)) {
    const message = `\`with\` is a mapping of parameters, not ${kindOf(value)}`;
    report(field, { code: "wrong-type", message, hint: "write with: { threshold: 250ms }" });
  }
  const given = isMapping(value) ? value : {};
  const mistyped = refuseUnknown(template, given, field);
  const standing = new Set([...(slos?.values() ?? [])].flatMap((slo) => [...slo.parameters]));
  const placements = new Map<string, Placement>();
  for (const parameter of template.parameters.values()) {
    const { name, absence, sample, origin } = parameter;
    const argument = fieldIn(field, name);
    if (name in given) {
      const isRight = checkArgument(parameter, given[name], argument);
      if (isRight) placements.set(name, { value: given[name], origin: originOf(argument) });
      if (slos !== undefined && !standing.has(name)) warnOfIdle(name, argument);
    } else if (absence === "default") placements.set(name, { value: sample, origin });
    else if (absence === "required" && standing.has(name) && !mistyped.has(name)) {
      const message = `the template \`${templateKey(template)}\` needs \`${name}\``;
      const example = typeof sample === "string" ? sample : JSON.stringify(sample);
      report(use, { code: "missing-field", message, hint: `write with: { ${name}: ${example} }` });
    }
  }
  return placements;
}

/** The parameters that were probably meant. */
function refuseUnknown(
  template: Template,
  given: Readonly<Record<string, unknown>>,
  field: Field,
): ReadonlySet<string> {
  const names = [...template.parameters.keys()];
  const meant = new Set<string>();
  for (const key of Object.keys(given)) {
    if (template.parameters.has(key)) continue;
    const nearest = nearestName(key, names);
    if (nearest !== undefined) meant.add(nearest);
    const has = names.length === 0 ? "it has none" : `it has: ${names.join(", ")}`;
    const hint = nearest === undefined ? has : `did you mean \`${nearest}\`?`;
    const message = `the template \`${templateKey(template)}\` has no parameter \`${key}\``;
    report(fieldIn(field, key), { code: "unknown-key", message, hint }, "key");
  }
  return meant;
}

/** An argument that none of the SLOs in use has a place for. */
function warnOfIdle(name: string, { document, path, findings }: Field): void {
  const message = `\`${name}\` stands in no SLO that is used here`;
  findings.add("not-applied", document, path, message, { severity: "warning", at: "key" });
}
