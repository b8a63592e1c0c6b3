/**
 * Pyrra's `ServiceLevelObjective`, as its CustomResourceDefinition has it: one SLO a document. Its service is its
 * namespace. How each field is understood: README.md beside this file.
 */
import {
  OCCURRENCES,
  parseDuration,
  parseObjective,
  type Millis,
  type MetricSelector,
  type Objective,
  type Slo,
} from "../../slo/index.ts";
import { foreignLabels, readTexts, type Texts } from "../foreign-labels.ts";
import { readForeignShape } from "../foreign-shape.ts";
import {
  checkWindowLength,
  DEFAULT_GROUP_LIMIT,
  DEFAULT_GROUP_LIMIT_MAX,
  fieldIn,
  isWebLink,
  kindOf,
  report,
  SERVICE_NAME,
  type Field,
} from "../native/index.ts";
import { warnOfTemplates } from "../alert-texts.ts";
import type { RuleFormat } from "../rule-format.ts";
import type { RuleSettings } from "../rule-set.ts";
import { readAlerting } from "./alerts.ts";
import { readIndicator } from "./indicator.ts";
import { API_VERSION, KIND, metadataSchema, objectSchema, specSchema } from "./schemas.ts";

export const pyrraFormat: RuleFormat = {
  name: "pyrra",
  apiVersions: [API_VERSION],
  read(document, findings, settings) {
    const errorsBefore = findings.errorCount;
    const field: Field = { document, path: [], findings };
    const shape = readForeignShape(objectSchema, document.value, field, "an objective of Pyrra");
    if (shape?.kind !== undefined && shape.kind !== KIND) {
      const message = `${kindOf(shape.kind)} is no kind`;
      const hint = `write ${KIND}`;
      report(fieldIn(field, "kind"), { code: "unknown-kind", message, hint });
    }
    const metadata = readMetadata(shape?.metadata, fieldIn(field, "metadata"));
    const slo =
      shape?.spec === undefined
        ? undefined
        : readSpec(metadata, shape.spec, fieldIn(field, "spec"), settings);
    return slo === undefined || findings.errorCount > errorsBefore ? [] : [slo];
  },
};

interface Metadata {
  readonly name: string;
  readonly service: string;
  readonly owner: string | undefined;
  readonly labels: Texts;
  /** Those that Pyrra puts on alerts, without its prefix. */
  readonly alertAnnotations: Texts;
  readonly annotations: Texts;
}

/** What Pyrra takes over from an object to its alerts (pyrra slo/slo.go, `PropagationLabelsPrefix`). */
const PREFIX = "pyrra.dev/";
/** Where Kubernetes puts what names no namespace. */
const DEFAULT_NAMESPACE = "default";

function readMetadata(value: unknown, field: Field): Metadata | undefined {
  if (value === undefined) return undefined;
  const shape = readForeignShape(metadataSchema, value, field, "metadata");
  if (shape?.name === undefined) return undefined;
  const labelsField = fieldIn(field, "labels");
  const annotationsField = fieldIn(field, "annotations");
  const annotations = readTexts(shape.annotations, annotationsField);
  const propagates = ([name]: readonly [string, string]) => name.startsWith(PREFIX);
  const forAlerts = Object.fromEntries(Object.entries(annotations).filter(propagates));
  warnOfTemplates(forAlerts, annotationsField, true);
  const { service, ...propagated } = propagatedOf(readTexts(shape.labels, labelsField));
  const { namespace } = shape;
  const named = { ...(namespace === undefined ? {} : { namespace }), ...propagated };
  const { labels, owner } = foreignLabels(named, labelsField);
  const serviceName = service ?? namespace ?? DEFAULT_NAMESPACE;
  if (!SERVICE_NAME.test(serviceName)) {
    const message = `${kindOf(serviceName)} is no service name`;
    report(fieldIn(field, "namespace"), { code: "invalid-name", message });
  }
  const alertAnnotations = propagatedOf(annotations);
  return { name: shape.name, service: serviceName, owner, labels, alertAnnotations, annotations };
}

const propagatedOf = (texts: Texts): Texts =>
  Object.fromEntries(
    Object.entries(texts).flatMap(([name, text]) =>
      name.startsWith(PREFIX) ? [[name.slice(PREFIX.length), text]] : [],
    ),
  );

function readSpec(
  metadata: Metadata | undefined,
  value: unknown,
  field: Field,
  settings: RuleSettings,
): Slo | undefined {
  const shape = readForeignShape(specSchema, value, field, "an objective's `spec`");
  if (shape === undefined) return undefined;
  const targetField = fieldIn(field, "target");
  const objective = readTarget(shape.target, targetField);
  const windowMs = readWindow(shape.window, fieldIn(field, "window"), settings);
  const reading = readIndicator(shape.indicator, fieldIn(field, "indicator"));
  if (objective === undefined || windowMs === undefined) return undefined;
  if (metadata === undefined || reading === undefined) return undefined;
  const { indicator, per, promql, total } = reading;
  const context = { windowMs, budgetPpb: objective.budgetPpb, bucketMs: settings.bucketMs };
  const { policy, absent, alerting } = readAlerting(
    shape.alerting,
    fieldIn(field, "alerting"),
    targetField,
    context,
    { labels: equalityLabels(total, per), annotations: metadata.alertAnnotations },
  );
  const { document, findings } = field;
  return {
    ...identityOf(metadata),
    description: shape.description ?? "",
    objective,
    window: { kind: "rolling", lengthMs: windowMs },
    indicator,
    budgeting: OCCURRENCES,
    noData: "ignore",
    per,
    groupLimit: Math.min(DEFAULT_GROUP_LIMIT, settings.groupLimitMax ?? DEFAULT_GROUP_LIMIT_MAX),
    alerts: policy,
    ...(absent === undefined ? {} : { absent }),
    alerting,
    annotations: metadata.annotations,
    source: {
      file: findings.file ?? "",
      line: document.placeOf([]).line,
      format: "pyrra",
      promql,
    },
  };
}

function identityOf({ service, name, owner, labels, alertAnnotations }: Metadata) {
  const runbook = [alertAnnotations["runbook_url"], alertAnnotations["runbook"]].find(
    (link) => link !== undefined && isWebLink(link),
  );
  return {
    id: `${service}/${name}`,
    service,
    name,
    ...(owner === undefined ? {} : { owner }),
    ...(runbook === undefined ? {} : { runbook }),
    labels,
  };
}

/** Pyrra's alerts carry what the metric's labels are asked to be, but for those it groups by and its own `severity`. */
function equalityLabels({ where }: MetricSelector, per: readonly string[]): Texts {
  return Object.fromEntries(
    where.flatMap((matcher) => {
      if (matcher.kind !== "in" || [...per, "severity"].includes(matcher.key)) return [];
      const [value = ""] = matcher.values;
      return value === "" ? [] : [[matcher.key, value]];
    }),
  );
}

/** `"99.5"`: a percentage without its sign. */
function readTarget(value: string | undefined, field: Field): Objective | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  const objective = parseObjective(`${text}%`);
  if (objective === undefined) {
    const message = `${kindOf(text)} is no percentage from 0 to below 100, with at most 7 decimals`;
    report(field, { code: "objective-range", message, hint: 'write "99.5"' });
  } else if (objective.goodPpb > 0 && Number(text) < 1) {
    const message = `${text} is a percentage: the SLO asks for ${text}% good events`;
    const hint = `write "${Number((Number(text) * 100).toPrecision(12))}" if that was meant`;
    field.findings.add("objective-sign", field.document, field.path, message, {
      severity: "warning",
      hint,
    });
  }
  return objective;
}

/** Prometheus's durations. */
function readWindow(
  value: string | undefined,
  field: Field,
  settings: RuleSettings,
): Millis | undefined {
  if (value === undefined) return undefined;
  const lengthMs = parseDuration(value);
  if (lengthMs === undefined || value.includes(".")) {
    const message = `${kindOf(value)} is no duration`;
    report(field, { code: "invalid-duration", message, hint: "write 4w or 28d" });
    return undefined;
  }
  return checkWindowLength(lengthMs, field, settings, "write 4w") ? lengthMs : undefined;
}
