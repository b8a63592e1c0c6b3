/** An OpenSLO SLO → one SLO of the model for each of its objectives. */
import {
  sliceKindOf,
  WHOLE_PPB,
  type Budgeting,
  type CompositeIndicator,
  type Slo,
  type SloWindow,
} from "../../slo/index.ts";
import { foreignLabels, readTexts } from "../foreign-labels.ts";
import { readForeignShape } from "../foreign-shape.ts";
import {
  DEFAULT_GROUP_LIMIT,
  DEFAULT_GROUP_LIMIT_MAX,
  fieldIn,
  isMapping,
  kindOf,
  readExtra,
  report,
  SERVICE_NAME,
  type ExtraFields,
  type Field,
} from "../native/index.ts";
import type { AlertOwner } from "../alert-texts.ts";
import type { RuleSettings } from "../rule-set.ts";
import { alertsOf, annotatedAlerts, readPolicies, warnOfSilence, type Alerts } from "./alerts.ts";
import { writtenIn } from "./annotation.ts";
import { namespaceOf } from "./dialect.ts";
import { namesNear, type Links } from "./links.ts";
import {
  ALERTS_ANNOTATION,
  DISPLAY_NAME_ANNOTATION,
  EXTRA_ANNOTATION,
  type Metadata,
} from "./metadata.ts";
import { readBudgeting, readObjective, type ObjectivePart } from "./objective.ts";
import type { UsedPolicy } from "./policy.ts";
import { objectiveSchemas, sloSchemas, type SloConfig } from "./schemas.ts";
import { sliUseOf, type SliUse } from "./sli-use.ts";
import { readWindow } from "./window.ts";

/** What the objectives of an SLO have in common. */
interface SloParts {
  readonly links: Links;
  readonly metadata: Metadata;
  readonly spec: Partial<SloConfig>;
  /** Of `spec`. */
  readonly field: Field;
  readonly service: string;
  readonly window: SloWindow | undefined;
  readonly sli: SliUse | undefined;
  readonly policies: readonly UsedPolicy[];
  readonly settings: RuleSettings;
}

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
  const isComposite = refuseComposite(objectives);
  const isAnnotated = Object.hasOwn(metadata.annotations, ALERTS_ANNOTATION);
  const policiesField = fieldIn(field, "alertPolicies");
  const service = readService(links, spec, field);
  const parts: SloParts = {
    links,
    metadata,
    spec,
    field,
    service,
    window: readWindow(links.dialect, spec, field, settings),
    sli: isComposite ? undefined : sliUseOf({ ...links, service }, spec, field),
    policies: isAnnotated ? [] : readPolicies(links, spec.alertPolicies, policiesField),
    settings,
  };
  const suffixes = suffixesOf(objectives.map(({ shape }) => shape.displayName));
  const slos = objectives.flatMap((objective, index) => {
    const name = `${metadata.name}${suffixes[index]}`.slice(0, MAX_NAME_LENGTH);
    return sloOf(parts, objective, name) ?? [];
  });
  if (root.findings.errorCount > errorsBefore) return [];
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

const COMPOSITE_FIELDS = ["indicator", "indicatorRef", "sli", "sliRef", "compositeWeight"] as const;

/** True when the SLO is made of several indicators, each with an objective. */
function refuseComposite(objectives: readonly ObjectivePart[]): boolean {
  let isComposite = false;
  for (const { shape, field } of objectives) {
    const name = COMPOSITE_FIELDS.find((each) => shape[each] !== undefined);
    if (name === undefined) continue;
    isComposite = true;
    const message =
      "slowburn has no composite SLOs yet: objectives with an indicator or weight of their own";
    const hint = "write an SLO for each of them, with its indicator in `spec`";
    report(fieldIn(field, name), { code: "not-supported", message, hint }, "key");
  }
  return isComposite;
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

/** `undefined` when something is not sound (reported), or the data is in another system (warned of). */
function sloOf(parts: SloParts, part: ObjectivePart, name: string): Slo | undefined {
  const { shape, field } = part;
  const { links, metadata, spec, service, window, sli, settings } = parts;
  const objective = readObjective(part);
  const method = spec.budgetingMethod;
  const budgeting =
    method === undefined
      ? undefined
      : readBudgeting(links.dialect, method, shape, field, window?.lengthMs, settings);
  const reading = sli?.indicatorFor(part);
  const alerts = readAlerting(parts, objective?.budgetPpb, budgeting);
  const labelTexts = { ...metadata.labels, ...readTexts(shape.labels, fieldIn(field, "labels")) };
  const { labels, owner } = foreignLabels(labelTexts, fieldIn(metadata.field, "labels"));
  if (objective === undefined || window === undefined || budgeting === undefined) return undefined;
  if (reading === undefined || alerts === undefined) return undefined;
  if (reading.kind === "elsewhere") return undefined;
  const { indicator, per, promql } = reading;
  if (indicator.kind === "composite" && !countsMembers(parts, indicator, budgeting))
    return undefined;
  const isOnly = name === metadata.name;
  const id = `${service}/${name}`;
  const { document, path, findings } = isOnly ? { ...field, path: [] } : field;
  return {
    id,
    service,
    name,
    description: descriptionOf(parts),
    ...(owner === undefined ? {} : { owner }),
    labels,
    objective,
    window,
    indicator,
    budgeting,
    noData: "ignore",
    per,
    groupLimit: Math.min(DEFAULT_GROUP_LIMIT, settings.groupLimitMax ?? DEFAULT_GROUP_LIMIT_MAX),
    alerts: alerts.policy,
    ...(alerts.absent === undefined ? {} : { absent: alerts.absent }),
    ...(alerts.alerting === undefined ? {} : { alerting: alerts.alerting }),
    ...readAnnotated(parts, budgeting, { id, service, per }),
    annotations: annotationsOf(metadata, shape.displayName, isOnly),
    source: {
      file: findings.file ?? "",
      line: document.placeOf(path).line,
      format: "openslo",
      ...(promql === undefined ? {} : { promql }),
    },
  };
}

/** What is made of other SLOs counts what its rule says, and splits and excludes nothing itself; reported where it is otherwise. */
function countsMembers(
  { field }: SloParts,
  { rule }: CompositeIndicator,
  budgeting: Budgeting,
): boolean {
  const isSliced = budgeting.kind === "timeslices" && budgeting.targetPpb === WHOLE_PPB;
  const isRight = rule === "all" ? isSliced : budgeting.kind === "occurrences";
  if (isRight) return true;
  const message =
    rule === "all"
      ? "`allOf` counts slices of time in which every member holds"
      : "`weighted` and `worstOf` count no slices of time of their own";
  const hint =
    rule === "all"
      ? "write budgetingMethod: Timeslices, with timeSliceTarget: 1"
      : "write budgetingMethod: Occurrences";
  report(fieldIn(field, "budgetingMethod"), { code: "composite-field", message, hint });
  return false;
}

/** What the annotation `slowburn.dev/slo` says. */
function readAnnotated(
  { metadata, settings }: SloParts,
  budgeting: Budgeting,
  owner: Required<AlertOwner>,
): ExtraFields | undefined {
  const text = metadata.annotations[EXTRA_ANNOTATION];
  if (text === undefined) return undefined;
  const annotation = fieldIn(metadata.field, "annotations", EXTRA_ANNOTATION);
  const hint = "write { runbook: https://…, noData: bad }";
  const wanted = { what: "fields of an SLO", code: "wrong-type", hint } as const;
  const written = writtenIn(text, annotation, wanted);
  if (written === undefined) return undefined;
  return readExtra(written.document.value, written, settings, budgeting, owner);
}

function readAlerting(
  { metadata, field, policies, window, settings }: SloParts,
  budgetPpb: Slo["objective"]["budgetPpb"] | undefined,
  budgeting: Budgeting | undefined,
): Alerts | undefined {
  const context = {
    windowMs: window?.lengthMs,
    budgetPpb,
    bucketMs: settings.bucketMs,
    sliceMs: budgeting && sliceKindOf(budgeting)?.widthMs,
  };
  const annotated = metadata.annotations[ALERTS_ANNOTATION];
  if (annotated === undefined) return alertsOf(policies, fieldIn(field, "alertPolicies"), context);
  const annotation = fieldIn(metadata.field, "annotations", ALERTS_ANNOTATION);
  return annotatedAlerts(annotated, annotation, context);
}

const descriptionOf = ({ spec, sli, metadata }: SloParts): string =>
  [spec.description, sli?.description, metadata.displayName].find(
    (text) => text !== undefined && text !== "",
  ) ?? "";

function annotationsOf(
  { annotations, displayName }: Metadata,
  objectiveName: string | undefined,
  isOnly: boolean,
): Slo["annotations"] {
  const names = isOnly ? [displayName] : [displayName, objectiveName];
  const shown = names.filter((name) => name !== undefined && name !== "").join(": ");
  return shown === "" ? annotations : { ...annotations, [DISPLAY_NAME_ANNOTATION]: shown };
}
