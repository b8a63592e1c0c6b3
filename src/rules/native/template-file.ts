/** A document of `templates:`: what it publishes, and what is wrong in it. */
import { Findings } from "../findings.ts";
import type { References, SharedObject, SharedPart } from "../references.ts";
import type { PublishedTemplate, RuleSettings } from "../rule-set.ts";
import type { YamlDocument } from "../yaml-document.ts";
import { fieldIn, isMapping, kindOf, readShape, report, type Field } from "./shape.ts";
import { readTemplate } from "./template.ts";
import { parseKey, TEMPLATE_KEY, TEMPLATES } from "./template-name.ts";
import { templateFileSchema } from "./template-schema.ts";

/** All of them, the unsound ones too. */
export function sharedTemplates(
  document: YamlDocument,
  settings: RuleSettings,
): readonly SharedPart[] {
  const templates = isMapping(document.value) ? document.value["templates"] : undefined;
  if (!isMapping(templates)) return [];
  return Object.entries(templates).map(([name, value]) => {
    const path = ["templates", name];
    const field: Field = { document, path, findings: new Findings(undefined) };
    const { isSound } = readTemplate(name, value, field, settings);
    return { namespace: TEMPLATES, name, path, isSound };
  });
}

export function publishedTemplates(shared: readonly SharedObject[]): readonly PublishedTemplate[] {
  return shared
    .filter(({ namespace, name }) => namespace === TEMPLATES && TEMPLATE_KEY.test(name))
    .map(({ name, file, line }) => ({ ...parseKey(name), file, line }));
}

export function readTemplates(
  value: Readonly<Record<string, unknown>>,
  field: Field,
  settings: RuleSettings,
  references: References,
): void {
  refuseSlos(value, field);
  readShape(templateFileSchema, withoutSlos(value), field, "a file of templates");
  const { templates } = value;
  const all = fieldIn(field, "templates");
  if (!isMapping(templates)) {
    const message = `templates are a mapping of names, not ${kindOf(templates)}`;
    report(all, { code: "wrong-type", message, hint: "write templates: { http-server@1: { … } }" });
    return;
  }
  const names = Object.keys(templates);
  if (names.length === 0) report(all, { code: "empty-file", message: "no template is given" });
  for (const name of names) {
    const each = fieldIn(all, name);
    readTemplate(name, templates[name], each, settings);
    refuseTwin(name, each, references);
  }
}

const OF_SLOS: readonly string[] = ["service", "slos", "use", "with", "labels"];

function refuseSlos(value: Readonly<Record<string, unknown>>, field: Field): void {
  for (const name of OF_SLOS) {
    if (!(name in value)) continue;
    const message = `\`${name}\` beside \`templates\`: a document declares SLOs or publishes templates`;
    const hint = "put --- and apiVersion: slowburn/v1 between them";
    report(fieldIn(field, name), { code: "template-form", message, hint }, "key");
    return;
  }
}

const withoutSlos = (value: Readonly<Record<string, unknown>>): object =>
  Object.fromEntries(Object.entries(value).filter(([name]) => !OF_SLOS.includes(name)));

/** The first file that publishes a version keeps it. */
function refuseTwin(
  name: string,
  { document, path, findings }: Field,
  references: References,
): void {
  const first = references.find(TEMPLATES, name);
  const { line } = document.placeOf(path, "key");
  if (first === undefined || (first.file === findings.file && first.line === line)) return;
  const message = `the template \`${name}\` is in ${first.file}:${first.line} already`;
  findings.add("duplicate-object", document, path, message, {
    at: "key",
    hint: "give it the next version, or another name",
  });
}
