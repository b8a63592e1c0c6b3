/** What an SLO of OpenSLO says beside its objectives and indicators → fields of the model. */
import {
  sliceKindOf,
  type Budgeting,
  type Indicator,
  type Objective,
  type PromqlSource,
  type Slo,
  type SloWindow,
} from "../../slo/index.ts";
import type { AlertOwner } from "../alert-texts.ts";
import { foreignLabels, type Texts } from "../foreign-labels.ts";
import {
  DEFAULT_GROUP_LIMIT,
  DEFAULT_GROUP_LIMIT_MAX,
  fieldIn,
  isMapping,
  readExtra,
  refuseBesideMembers,
  type ExtraFields,
  type Field,
} from "../native/index.ts";
import type { RuleSettings } from "../rule-set.ts";
import { alertsOf, annotatedAlerts, type Alerts } from "./alerts.ts";
import { writtenIn } from "./annotation.ts";
import type { Links } from "./links.ts";
import {
  ALERTS_ANNOTATION,
  DISPLAY_NAME_ANNOTATION,
  EXTRA_ANNOTATION,
  type Metadata,
} from "./metadata.ts";
import type { UsedPolicy } from "./policy.ts";
import type { SloConfig } from "./schemas.ts";

/** What the objectives of an SLO have in common. */
export interface SloParts {
  readonly links: Links;
  readonly metadata: Metadata;
  readonly spec: Partial<SloConfig>;
  /** Of `spec`. */
  readonly field: Field;
  readonly service: string;
  readonly window: SloWindow | undefined;
  readonly policies: readonly UsedPolicy[];
  readonly settings: RuleSettings;
}

/** One SLO of the model, as far as it is its own. */
export interface OwnParts {
  readonly name: string;
  /** Where it is said: an objective, or the whole object. */
  readonly field: Field;
  readonly objective: Objective;
  readonly indicator: Indicator;
  readonly budgeting: Budgeting;
  readonly per: readonly string[];
  readonly promql?: PromqlSource;
  readonly alerts: Alerts;
  readonly extra: Partial<ExtraFields>;
  /** Of its SLI. */
  readonly description: string | undefined;
  readonly displayName: string | undefined;
  readonly labels: Slo["labels"];
  readonly owner: string | undefined;
  readonly slothName?: string;
}

export function sloOf(parts: SloParts, window: SloWindow, own: OwnParts): Slo {
  const { metadata, spec, service, settings } = parts;
  const { name, field, objective, indicator, budgeting, per, promql, alerts, labels, owner } = own;
  const { document, path, findings } = field;
  const described = [spec.description, own.description, metadata.displayName];
  return {
    id: `${service}/${name}`,
    service,
    name,
    description: described.find((text) => text !== undefined && text !== "") ?? "",
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
    ...own.extra,
    annotations: annotationsOf(metadata, own.displayName),
    source: {
      file: findings.file ?? "",
      line: document.placeOf(path).line,
      format: "openslo",
      ...(promql === undefined ? {} : { promql }),
      ...(own.slothName === undefined ? {} : { slothName: own.slothName }),
    },
  };
}

/** Those of the object, and `texts` over them. */
export const readOwnLabels = (
  { labels, field }: Metadata,
  texts: Texts,
): Pick<OwnParts, "labels" | "owner"> => {
  const { labels: read, owner } = foreignLabels({ ...labels, ...texts }, fieldIn(field, "labels"));
  return { labels: read, owner };
};

/** What the annotation `slowburn.dev/slo` says, of an SLO that counts so. */
export function readAnnotated(
  { metadata, settings }: SloParts,
  { budgeting, indicator }: Pick<OwnParts, "budgeting" | "indicator">,
  owner: Required<AlertOwner>,
): Partial<ExtraFields> {
  const text = metadata.annotations[EXTRA_ANNOTATION];
  if (text === undefined) return {};
  const annotation = fieldIn(metadata.field, "annotations", EXTRA_ANNOTATION);
  const hint = "write { runbook: https://…, noData: bad }";
  const wanted = { what: "fields of an SLO", code: "wrong-type", hint } as const;
  const written = writtenIn(text, annotation, wanted);
  if (written === undefined) return {};
  const { value } = written.document;
  if (indicator.kind === "composite" && isMapping(value)) refuseBesideMembers(value, written);
  return readExtra(value, written, settings, budgeting, owner) ?? {};
}

export function readAlerting(
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

function annotationsOf(
  { annotations, displayName }: Metadata,
  objectiveName: string | undefined,
): Slo["annotations"] {
  const names = [displayName, objectiveName];
  const shown = names.filter((name) => name !== undefined && name !== "").join(": ");
  return shown === "" ? annotations : { ...annotations, [DISPLAY_NAME_ANNOTATION]: shown };
}
