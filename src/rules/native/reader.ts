/** A `slowburn/v1` document → SLOs of the model, or templates for them. All is read, whatever is wrong with one of them. */
import { templateKey, type Slo } from "../../slo/index.ts";
import { nearestName } from "../nearest-name.ts";
import type { References } from "../references.ts";
import type { RuleFormat } from "../rule-format.ts";
import { readExclusions } from "./exclusions.ts";
import { readLabels } from "./labels.ts";
import { API_VERSION, exclusionFileSchema, fileSchema } from "./schema.ts";
import { fieldIn, isMapping, kindOf, readShape, report, type Field } from "./shape.ts";
import { readSlo, type FileContext } from "./slo.ts";
import { readTemplates, sharedTemplates } from "./template-file.ts";
import { readUse, type TemplateInUse } from "./template-use.ts";
import { checkOverrides, readUsedSlo } from "./used-slo.ts";

export const nativeFormat: RuleFormat = {
  name: "slowburn",
  apiVersions: [API_VERSION],

  isLinked({ value }) {
    if (!isMapping(value)) return false;
    const { slos } = value;
    const isUsing = (each: unknown) => isMapping(each) && "use" in each;
    return (
      "templates" in value ||
      isUsing(value) ||
      (isMapping(slos) && Object.values(slos).some(isUsing))
    );
  },

  sharedIn: sharedTemplates,

  read(document, findings, settings, references) {
    const field: Field = { document, path: [], findings };
    const { value } = document;
    if (isMapping(value) && "templates" in value) {
      readTemplates(value, field, settings, references);
      return [];
    }
    if (isExclusionFile(value)) return [];
    const file = readShape(fileSchema, value, field, "an SLO file");
    if (file === undefined || !isMapping(value)) return [];
    const context: FileContext = {
      service: file.service ?? "",
      owner: file.owner,
      labels: readLabels(file.labels, fieldIn(field, "labels")),
      exclusions: readExclusions(file.exclude, fieldIn(field, "exclude")),
      settings,
    };
    if (!("use" in value) && !("slos" in value)) {
      const message = "an SLO file needs `slos`, or a template to `use`";
      report(field, { code: "missing-field", message }, "key");
    }
    const inUse = "use" in value ? readUse(value, field, references, context) : undefined;
    const { slos } = file;
    return [
      ...readUsedSlos(inUse, slos, field, context),
      ...readSlos(slos, fieldIn(field, "slos"), {
        ...context,
        references,
        inUse,
        isUsing: "use" in value,
      }),
    ];
  },

  readExclusions(document, findings) {
    if (!isExclusionFile(document.value)) return [];
    const field: Field = { document, path: [], findings };
    const file = readShape(exclusionFileSchema, document.value, field, "a file of exclusions");
    return readExclusions(file?.exclude, fieldIn(field, "exclude"), true);
  },
};

const OF_SLOS = ["slos", "service", "use", "templates"] as const;

/** It has no SLOs of its own. */
const isExclusionFile = (value: unknown): boolean =>
  isMapping(value) && "exclude" in value && !OF_SLOS.some((name) => name in value);

/** All that the file's template has, each with what the file says of the SLO of that name. */
function readUsedSlos(
  inUse: TemplateInUse | undefined,
  slos: unknown,
  field: Field,
  context: FileContext,
): readonly Slo[] {
  return [...(inUse?.slos.keys() ?? [])].flatMap((name) => {
    const isNamed = isMapping(slos) && name in slos;
    const at = isNamed ? fieldIn(field, "slos", name) : fieldIn(field, "use");
    const overrides = isNamed ? slos[name] : undefined;
    if (inUse === undefined || (isMapping(overrides) && "use" in overrides)) return [];
    const slo = readUsedSlo(name, inUse, name, overrides, at, context);
    return slo === undefined ? [] : [slo];
  });
}

interface SlosContext extends FileContext {
  readonly references: References;
  /** Used by the whole file: its SLOs are read apart. */
  readonly inUse: TemplateInUse | undefined;
  /** Whether the file says that it uses one: it may not have been found. */
  readonly isUsing: boolean;
}

function readSlos(value: unknown, field: Field, context: SlosContext): readonly Slo[] {
  if (value === undefined) return [];
  if (!isMapping(value)) {
    const message = `slos are a mapping of names, not ${kindOf(value)}`;
    report(field, { code: "wrong-type", message, hint: "write slos: { availability: { … } }" });
    return [];
  }
  const names = Object.keys(value);
  if (names.length === 0) report(field, { code: "empty-file", message: "no SLO is given" });
  return names.flatMap((name) => {
    const slo = readOne(name, value[name], fieldIn(field, name), context);
    return slo === undefined ? [] : [slo];
  });
}

function readOne(
  name: string,
  value: unknown,
  field: Field,
  context: SlosContext,
): Slo | undefined {
  const { inUse, references } = context;
  const isUsing = isMapping(value) && "use" in value;
  const isOverride = isMapping(value) && !isUsing && !("sli" in value);
  if (isOverride && context.isUsing && inUse?.slos.has(name) !== true) {
    const saysSli = Object.keys(value).some((key) => nearestName(key, ["sli"]) !== undefined);
    if (inUse === undefined || !saysSli) {
      if (inUse !== undefined) refuseStranger(name, inUse, field);
      checkOverrides(value, field);
      return undefined;
    }
  }
  if (inUse?.slos.has(name) === true) {
    if (isUsing) refuseSecondUse(name, field);
    return undefined;
  }
  if (!isUsing) return readSlo(name, value, field, context);
  const own = readUse(value, field, references, context);
  const names = [...(own?.slos.keys() ?? [])];
  const [first = ""] = names;
  if (own !== undefined && names.length === 1)
    return readUsedSlo(name, own, first, value, field, context);
  if (own !== undefined) refuseSeveral(String(value["use"]), name, names, fieldIn(field, "use"));
  checkOverrides(value, field);
  return undefined;
}

/** Of a file that uses a template, an SLO that is not there, and says nothing of what is good either. */
function refuseStranger(name: string, { template, slos }: TemplateInUse, field: Field): void {
  const names = [...slos.keys()];
  const nearest = nearestName(name, names);
  const has = `it has: ${names.join(", ")}; an SLO of your own needs \`sli\``;
  const hint = nearest === undefined ? has : `did you mean \`${nearest}\`?`;
  const message = `the template \`${templateKey(template)}\` has no SLO \`${name}\``;
  report(field, { code: "missing-reference", message, hint }, "key");
}

function refuseSecondUse(name: string, field: Field): void {
  const message = `the template that the file uses has \`${name}\` already`;
  report(fieldIn(field, "use"), { code: "template-form", message, hint: "give it another name" });
}

function refuseSeveral(use: string, name: string, names: readonly string[], field: Field): void {
  const meant = nearestName(name, names) ?? names[0] ?? "";
  const message = `the template \`${use}\` has several SLOs: ${names.join(", ")}`;
  const hint = `write ${use.replace("@", `/${meant}@`)}; or use it for the whole file`;
  report(field, { code: "template-form", message, hint });
}
