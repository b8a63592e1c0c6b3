/**
 * Sloth's files → SLOs of the model: `prometheus/v1`, the Kubernetes object of the same content, and catalogues of alert
 * windows. How each field is understood: README.md beside this file.
 */
import { millis, OCCURRENCES, type Millis, type Slo } from "../../slo/index.ts";
import { foreignLabels, type ForeignLabels } from "../foreign-labels.ts";
import {
  DEFAULT_GROUP_LIMIT,
  DEFAULT_GROUP_LIMIT_MAX,
  fieldIn,
  isMapping,
  kindOf,
  report,
  type Field,
} from "../native/index.ts";
import type { References } from "../references.ts";
import type { RuleFormat } from "../rule-format.ts";
import type { RuleSettings } from "../rule-set.ts";
import {
  alertWindowsFor,
  checkCatalogue,
  sharedAlertWindows,
  type AlertWindow,
} from "./alert-windows.ts";
import { policyOf, readAlerting, readSaid } from "./alerting.ts";
import { readSpelled, spelled, type Dialect } from "./dialect.ts";
import { readObjective } from "./objective.ts";
import {
  ALERT_WINDOWS_KIND,
  FILE_VERSION,
  fileSchema,
  OBJECT_VERSION,
  objectSchema,
  SERVICE_LEVEL_KIND,
  sloSchema,
  specSchema,
  type SloConfig,
  type SpecConfig,
} from "./schemas.ts";
import { readSli } from "./sli.ts";
import { makesAlerts, readPluginChain, type PluginChain } from "./slo-plugins.ts";

/** Sloth has one for all, 30 days unless its command line says otherwise. */
const WINDOW_MS: Millis = millis(30 * 86_400_000);

export const slothFormat: RuleFormat = {
  name: "sloth",
  apiVersions: [OBJECT_VERSION],
  versions: [FILE_VERSION],
  read(document, findings, settings, references) {
    const field: Field = { document, path: [], findings };
    const { value } = document;
    const from = { settings, references };
    if (isMapping(value) && value["apiVersion"] === undefined) {
      const file = readSpelled(fileSchema, value, field, "a file of Sloth", "file");
      return file === undefined ? [] : readSpec(file, field, "file", from);
    }
    const object = readSpelled(objectSchema, value, field, "an object of Sloth", "object");
    const spec = fieldIn(field, "spec");
    if (object?.kind === undefined || object.spec === undefined) return [];
    switch (object.kind) {
      case SERVICE_LEVEL_KIND: {
        const config = readSpelled(specSchema, object.spec, spec, "`spec`", "object");
        return config === undefined ? [] : readSpec(config, spec, "object", from);
      }
      case ALERT_WINDOWS_KIND:
        checkCatalogue(object.spec, field, { references, bucketMs: settings.bucketMs });
        return [];
      default: {
        const message = `${kindOf(object.kind)} is no kind of Sloth`;
        const hint = `write ${SERVICE_LEVEL_KIND}, or ${ALERT_WINDOWS_KIND}`;
        report(fieldIn(field, "kind"), { code: "unknown-kind", message, hint });
        return [];
      }
    }
  },
  isLinked: () => true,
  sharedIn(document) {
    const shared = sharedAlertWindows(document);
    return shared === undefined ? [] : [{ ...shared, path: [] }];
  },
};

interface Context {
  readonly settings: RuleSettings;
  readonly references: References;
}

/** What all SLOs of a file share. */
interface Group extends ForeignLabels {
  readonly service: string;
  readonly plugins: PluginChain;
  readonly windows: readonly AlertWindow[];
  readonly dialect: Dialect;
  readonly groupLimit: number;
}

function readSpec(
  spec: Partial<SpecConfig>,
  field: Field,
  dialect: Dialect,
  { settings, references }: Context,
): readonly Slo[] {
  const labels = fieldIn(field, "labels");
  const plugins = fieldIn(field, spelled("sloPlugins", dialect));
  const windows = alertWindowsFor(WINDOW_MS, field, references, settings.bucketMs);
  const group: Group = {
    ...foreignLabels(readSaid(spec.labels, labels), labels),
    service: spec.service ?? "",
    plugins: readPluginChain(spec.sloPlugins, plugins, dialect),
    windows: windows ?? [],
    dialect,
    groupLimit: Math.min(DEFAULT_GROUP_LIMIT, settings.groupLimitMax ?? DEFAULT_GROUP_LIMIT_MAX),
  };
  const slosField = fieldIn(field, "slos");
  if (spec.slos === undefined) return []; // said to be missing
  if (!Array.isArray(spec.slos) || spec.slos.length === 0) {
    const message = Array.isArray(spec.slos)
      ? "no SLO is given"
      : `slos are a list, not ${kindOf(spec.slos)}`;
    const code = Array.isArray(spec.slos) ? "empty-file" : "wrong-type";
    report(slosField, { code, message, hint: "write - name: availability" });
    return [];
  }
  return spec.slos.flatMap((item: unknown, index) => {
    const slo = readSlo(item, fieldIn(slosField, index), group);
    return slo === undefined ? [] : [slo];
  });
}

function readSlo(value: unknown, field: Field, group: Group): Slo | undefined {
  const { document, findings } = field;
  const errorsBefore = findings.errorCount;
  const { dialect, service } = group;
  const shape: Partial<SloConfig> | undefined = readSpelled(
    sloSchema,
    value,
    field,
    "an SLO",
    dialect,
  );
  if (shape === undefined) return undefined;
  const objectiveField = fieldIn(field, "objective");
  const objective = readObjective(shape.objective, objectiveField);
  const sli =
    shape.sli === undefined ? undefined : readSli(shape.sli, fieldIn(field, "sli"), dialect);
  const alerting = readAlerting(shape.alerting, fieldIn(field, "alerting"), dialect, {
    id: `${service}/${shape.name}`,
    service,
    per: sli?.per ?? [],
  });
  const labelsField = fieldIn(field, "labels");
  const own = foreignLabels(readSaid(shape.labels, labelsField), labelsField);
  const plugins = readPluginChain(shape.plugins, fieldIn(field, "plugins"), dialect);
  const owner = own.owner ?? group.owner;
  if (findings.errorCount > errorsBefore || shape.name === undefined || service === "")
    return undefined;
  if (objective === undefined || sli === undefined || alerting === undefined) return undefined;
  const windows = makesAlerts(group.plugins, plugins) ? group.windows : [];
  return {
    id: `${service}/${shape.name}`,
    service,
    name: shape.name,
    description: shape.description ?? "",
    ...(owner === undefined ? {} : { owner }),
    labels: { ...group.labels, ...own.labels },
    objective,
    window: { kind: "rolling", lengthMs: WINDOW_MS },
    indicator: sli.indicator,
    budgeting: OCCURRENCES,
    noData: "ignore",
    per: sli.per,
    groupLimit: group.groupLimit,
    alerts: policyOf(windows, alerting, objective, WINDOW_MS, objectiveField),
    alerting: alerting.alerting,
    annotations: {},
    source: {
      file: findings.file ?? "",
      line: document.placeOf(field.path).line,
      format: "sloth",
      promql: sli.promql,
    },
  };
}
