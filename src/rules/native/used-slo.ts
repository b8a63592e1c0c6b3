/** One SLO of a template, as a service uses it: with its own objective, window, alerts and owner if it likes. */
import type { Problem, Slo } from "../../slo/index.ts";
import { Findings } from "../findings.ts";
import { valueAt } from "../references.ts";
import { explainSloName, SLO_NAME } from "./checks.ts";
import { expandSlo, originOf, type Override } from "./expansion.ts";
import { usedSloSchema } from "./schema.ts";
import { fieldIn, isMapping, readShape, report, type Field } from "./shape.ts";
import { readSlo, type FileContext } from "./slo.ts";
import type { TemplateInUse } from "./template-use.ts";

/** What good is, is the template's: it is the same for all who use it. */
const FIXED = ["sli", "budgeting", "noData", "per"] as const;
/** Entry by entry over the template's. */
const MERGED: ReadonlySet<string> = new Set(["labels", "links", "annotations"]);

/**
 * `overrides` stands at `field`, whose line is the SLO's; `undefined` of an SLO that the file only names by using all of
 * the template, whose `use` is at `field`. `undefined` when it is not sound (reported).
 */
export function readUsedSlo(
  name: string,
  inUse: TemplateInUse,
  templateSlo: string,
  overrides: unknown,
  field: Field,
  file: FileContext,
): Slo | undefined {
  const { template, object, slos, parameters } = inUse;
  const body = slos.get(templateSlo);
  if (body === undefined) return undefined;
  if (!SLO_NAME.test(name)) {
    report(field, explainSloName(name), "key");
    return undefined;
  }
  const errorsBefore = field.findings.errorCount;
  const at = ["slos", name];
  const own = overrides === undefined ? [] : readOverrides(overrides, field, body.value);
  const document = expandSlo(
    body,
    parameters,
    [...fileLabels(body.value, field, file), ...own],
    at,
  );
  const findings = new Findings(field.findings.file);
  const slo = readSlo(name, valueAt(document, at), { document, path: at, findings }, file);
  const by = `${file.service}/${name}`;
  field.findings.adopt(findings.problems.map((problem) => attributed(problem, inUse, by, field)));
  if (slo === undefined || field.findings.errorCount > errorsBefore) return undefined;
  const { line } = field.document.placeOf(field.path, "key");
  const { name: templateName, version } = template;
  const source = {
    name: templateName,
    version,
    slo: templateSlo,
    file: object.file,
    line: object.line,
  };
  return { ...slo, source: { ...slo.source, line, template: source } };
}

/** The fields alone, whatever they are put over: what a user must get right though the template is not found. */
export function checkOverrides(value: unknown, field: Field): void {
  if (!isMapping(value)) {
    readShape(usedSloSchema, value, field, "an SLO");
    return;
  }
  for (const name of FIXED) {
    if (!(name in value)) continue;
    const message = `\`${name}\` is the template's: what is good is the same for all who use it`;
    const hint = "remove it, give the template a parameter, or write the SLO without `use`";
    report(fieldIn(field, name), { code: "fixed-by-template", message, hint }, "key");
  }
  readShape(usedSloSchema, Object.fromEntries(openFields(value)), field, "an SLO of a template");
}

const openFields = (value: Readonly<Record<string, unknown>>): readonly [string, unknown][] =>
  Object.entries(value).filter(([name]) => !FIXED.some((fixed) => fixed === name));

function readOverrides(value: unknown, field: Field, body: unknown): readonly Override[] {
  checkOverrides(value, field);
  if (!isMapping(value)) return [];
  return openFields(value).flatMap(([name, each]): readonly Override[] => {
    if (name === "use" || name === "with" || !(name in usedSloSchema.shape)) return [];
    const at = fieldIn(field, name);
    const isMerged =
      MERGED.has(name) && isMapping(each) && isMapping(body) && isMapping(body[name]);
    if (!isMerged) return [{ path: [name], value: each, origin: originOf(at) }];
    return Object.entries(each).map(([key, entry]) => ({
      path: [name, key],
      value: entry,
      origin: originOf(fieldIn(at, key)),
    }));
  });
}

/** A label of the file counts more than the template's: it is nearer to the service. */
function fileLabels(body: unknown, field: Field, file: FileContext): readonly Override[] {
  const labels = isMapping(body) ? body["labels"] : undefined;
  if (!isMapping(labels)) return [];
  return Object.entries(file.labels)
    .filter(([name]) => name in labels)
    .map(([name, value]) => {
      const path = ["labels", name];
      return { path, value, origin: originOf({ ...field, path }) };
    });
}

/** A problem in the template's file says who has it: by itself the template is sound. */
function attributed(
  problem: Problem,
  { object }: TemplateInUse,
  by: string,
  { document, path, findings }: Field,
): Problem {
  if (problem.file === findings.file) return problem;
  const { line } = document.placeOf(path, "key");
  const where = `as ${by} (${findings.file}:${line}) uses \`${object.name}\``;
  return { ...problem, message: `${problem.message}, ${where}` };
}
