/** An OpenSLO SLO → one SLO of the model for each of its objectives. */
import type { Slo } from "../../slo/index.ts";
import { readTexts } from "../foreign-labels.ts";
import { readForeignShape } from "../foreign-shape.ts";
import { fieldIn, isMapping, kindOf, report, SERVICE_NAME, type Field } from "../native/index.ts";
import type { RuleSettings } from "../rule-set.ts";
import { readPolicies, warnOfSilence } from "./alerts.ts";
import { compositeOf, countsMembers, isMadeOf, warnOfComposition, SILENT } from "./composite.ts";
import { namespaceOf } from "./dialect.ts";
import { namesNear, type Links } from "./links.ts";
import { ALERTS_ANNOTATION, type Metadata } from "./metadata.ts";
import { readBudgeting, readObjective, type ObjectivePart } from "./objective.ts";
import { objectiveSchemas, sloSchemas, type SloConfig } from "./schemas.ts";
import { sliFields, sliUseOf, type SliUse } from "./sli-use.ts";
import { readAlerting, readAnnotated, readOwnLabels, sloOf, type SloParts } from "./slo-fields.ts";
import { readWindow } from "./window.ts";

/** `root` is the object; `value` its `spec`. */
export function readSlo(
  links: Links,
  metadata: Metadata,
  value: unknown,
  root: Field,
  settings: RuleSettings,
): readonly Slo[] {
  const errorsBefore = root.findings.errorCount;
  const field = fieldIn(root, "spec");
  const spec = readForeignShape(sloSchemas[links.dialect.name], value, field, "an SLO");
  if (spec === undefined) return [];
  const objectives = readObjectives(links, spec.objectives, fieldIn(field, "objectives"));
  const isComposite = isMadeOf(objectives);
  const isAnnotated = Object.hasOwn(metadata.annotations, ALERTS_ANNOTATION);
  const policiesField = fieldIn(field, "alertPolicies");
  const service = readService(links, spec, field);
  const parts: SloParts = {
    links: { ...links, service },
    metadata,
    spec,
    field,
    service,
    window: readWindow(links.dialect, spec, field, settings),
    policies: isAnnotated ? [] : readPolicies(links, spec.alertPolicies, policiesField),
    settings,
  };
  const suffixes = suffixesOf(objectives.map(({ shape }) => shape.displayName));
  const uses = slisOf(parts, objectives);
  const each = objectives.map((objective, index) => {
    const name = `${metadata.name}${suffixes[index]}`.slice(0, MAX_NAME_LENGTH);
    return objectiveSlo(parts, objective, { name, index, use: uses[index], isMember: isComposite });
  });
  const place = { root, errorsBefore };
  const composite = isComposite ? compositeOf(parts, objectives, each, place) : undefined;
  if (!isComposite) warnOfComposition(metadata, objectives);
  if (root.findings.errorCount > errorsBefore) return [];
  const slos = [...each, composite].filter((slo) => slo !== undefined);
  if (slos.length > 0 && parts.policies.length === 0 && !isAnnotated) warnOfSilence(policiesField);
  return slos;
}

const MAX_NAME_LENGTH = 128;

const MAX_OBJECTIVES = 100;

function readObjectives(
  { dialect }: Links,
  value: unknown,
  field: Field,
): readonly ObjectivePart[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_OBJECTIVES) {
    const message = `expected a list of 1 to ${MAX_OBJECTIVES} objectives, not ${Array.isArray(value) ? value.length : kindOf(value)}`;
    report(field, { code: "wrong-type", message });
    return [];
  }
  return value.flatMap((item: unknown, index) => {
    const itemField = fieldIn(field, index);
    const shape = readForeignShape(objectiveSchemas[dialect.name], item, itemField, "an objective");
    const said = new Set(isMapping(item) ? Object.keys(item) : []);
    return shape === undefined ? [] : [{ shape, said, field: itemField }];
  });
}

function readService(
  { dialect, references }: Links,
  spec: Partial<SloConfig>,
  field: Field,
): string {
  const name = spec.serviceRef === undefined ? "service" : "serviceRef";
  const service = spec[name];
  if (service === undefined) {
    if (dialect.name === "v2alpha")
      report(field, { code: "missing-field", message: "an SLO needs `serviceRef`" }, "key");
    return "";
  }
  const serviceField = fieldIn(field, name);
  if (!SERVICE_NAME.test(service)) {
    const hint = "letters, digits, - _ : .; starting with a letter or digit; at most 128";
    report(serviceField, {
      code: "invalid-name",
      message: `${kindOf(service)} is no service name`,
      hint,
    });
  }
  const known = references.names(namespaceOf(dialect, "Service"));
  if (known.length > 0 && !known.includes(service)) {
    const { document, path, findings } = serviceField;
    const message = `the folder declares services, but none is named \`${service}\``;
    const hint = namesNear(dialect, "Service", service, references);
    findings.add("missing-reference", document, path, message, { severity: "warning", hint });
  }
  return service;
}

/** Behind the SLO's name, when it has several objectives: what each is called, or its number. */
export function suffixesOf(names: readonly (string | undefined)[]): readonly string[] {
  if (names.length < 2) return names.map(() => "");
  const words = names.map((name) =>
    (name ?? "")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_.]+/gu, "-")
      .replaceAll(/^-+|-+$/g, ""),
  );
  return words.map((word, index) => {
    const isUnique = word !== "" && words.filter((each) => each === word).length === 1;
    return `-${isUnique ? word : index + 1}`;
  });
}

interface ObjectiveUse {
  readonly name: string;
  /** From 0. */
  readonly index: number;
  readonly use: SliUse | undefined;
  /** The SLO that is made of it alerts. */
  readonly isMember: boolean;
}

/** `undefined` when something is not sound (reported), or the data is in another system (warned of). */
function objectiveSlo(
  parts: SloParts,
  part: ObjectivePart,
  { name, index, use, isMember }: ObjectiveUse,
): Slo | undefined {
  const { shape, field } = part;
  const { links, metadata, spec, service, window, settings } = parts;
  const objective = readObjective(part);
  const method = spec.budgetingMethod;
  const budgeting =
    method === undefined
      ? undefined
      : readBudgeting(links.dialect, method, shape, field, window?.lengthMs, settings);
  const reading = use?.indicatorFor(part);
  const alerts = isMember ? SILENT : readAlerting(parts, objective?.budgetPpb, budgeting);
  const labels = readOwnLabels(metadata, readTexts(shape.labels, fieldIn(field, "labels")));
  if (objective === undefined || window === undefined || budgeting === undefined) return undefined;
  if (reading === undefined || alerts === undefined) return undefined;
  if (reading.kind === "elsewhere") return undefined;
  const { indicator, per, promql } = reading;
  if (indicator.kind === "composite" && !countsMembers(parts, indicator, budgeting))
    return undefined;
  const isOnly = name === metadata.name;
  const { alerting, ...extra } = readAnnotated(
    parts,
    { budgeting, indicator },
    {
      id: `${service}/${name}`,
      service,
      per,
    },
  );
  return sloOf(parts, window, {
    name,
    field: isOnly ? { ...field, path: [] } : field,
    objective,
    indicator,
    budgeting,
    per,
    ...(promql === undefined ? {} : { promql }),
    alerts,
    extra: isMember || alerting === undefined ? extra : { ...extra, alerting },
    description: use?.description,
    displayName: isOnly ? undefined : shape.displayName,
    ...(links.dialect.name === "v1alpha" ? { slothName: `${metadata.name}-${index}` } : {}),
    ...labels,
  });
}

/** Of each objective: its own, or the SLO's. */
function slisOf(
  { links, spec, field }: SloParts,
  objectives: readonly ObjectivePart[],
): readonly (SliUse | undefined)[] {
  const [inline, reference] = sliFields(links.dialect);
  const hasOwn = ({ said }: ObjectivePart) => said.has(inline) || said.has(reference);
  const isSaid = spec[inline] !== undefined || spec[reference] !== undefined;
  const areAllOwn = objectives.length > 0 && objectives.every(hasOwn);
  if (areAllOwn && isSaid) {
    const { document, path, findings } = fieldIn(
      field,
      spec[inline] === undefined ? reference : inline,
    );
    const message = "every objective has an indicator of its own";
    findings.add("not-applied", document, path, message, { severity: "warning", at: "key" });
  }
  const isShared = isSaid || !objectives.some(hasOwn);
  const shared = areAllOwn || !isShared ? undefined : sliUseOf(links, spec, field);
  return objectives.map((objective) =>
    hasOwn(objective) || !isShared ? sliUseOf(links, objective.shape, objective.field) : shared,
  );
}
