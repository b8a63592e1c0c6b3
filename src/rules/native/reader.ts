/** A `slowburn/v1` document → SLOs of the model. Every SLO is read, whatever is wrong with the others. */
import { parseObjective, sliceKindOf, type Exclusion, type Slo } from "../../slo/index.ts";
import type { RuleFormat } from "../rule-format.ts";
import { readAlerts } from "./alerts.ts";
import { readBudgeting, readNoData } from "./budgeting.ts";
import { explainSloName, SLO_NAME } from "./checks.ts";
import { readExclusions } from "./exclusions.ts";
import { readLabels } from "./labels.ts";
import {
  API_VERSION,
  DEFAULT_GROUP_LIMIT,
  DEFAULT_GROUP_LIMIT_MAX,
  exclusionFileSchema,
  fileSchema,
  sloSchema,
  type FileConfig,
  type SloConfig,
} from "./schema.ts";
import {
  fieldIn,
  isMapping,
  kindOf,
  readShape,
  report,
  type Explanation,
  type Field,
} from "./shape.ts";
import { readSli } from "./sli.ts";
import type { RuleSettings } from "../rule-set.ts";
import { readWindow } from "./window.ts";

export const nativeFormat: RuleFormat = {
  name: "slowburn",
  apiVersions: [API_VERSION],
  read(document, findings, settings) {
    const field: Field = { document, path: [], findings };
    if (isExclusionFile(document.value)) return [];
    const file = readShape(fileSchema, document.value, field, "an SLO file");
    if (file === undefined) return [];
    const context: FileContext = {
      service: file.service ?? "",
      owner: file.owner,
      labels: readLabels(file.labels, fieldIn(field, "labels")),
      exclusions: readExclusions(file.exclude, fieldIn(field, "exclude")),
      settings,
    };
    return readSlos(file.slos, fieldIn(field, "slos"), context);
  },
  readExclusions(document, findings) {
    if (!isExclusionFile(document.value)) return [];
    const field: Field = { document, path: [], findings };
    const file = readShape(exclusionFileSchema, document.value, field, "a file of exclusions");
    return readExclusions(file?.exclude, fieldIn(field, "exclude"), true);
  },
};

/** It has no SLOs of its own. */
const isExclusionFile = (value: unknown): boolean =>
  isMapping(value) && "exclude" in value && !("slos" in value) && !("service" in value);

interface FileContext extends Pick<FileConfig, "service" | "owner"> {
  readonly labels: Readonly<Record<string, string>>;
  readonly exclusions: readonly Exclusion[];
  readonly settings: RuleSettings;
}

function readSlos(value: unknown, field: Field, context: FileContext): readonly Slo[] {
  if (value === undefined) return [];
  if (!isMapping(value)) {
    const message = `slos are a mapping of names, not ${kindOf(value)}`;
    report(field, { code: "wrong-type", message, hint: "write slos: { availability: { … } }" });
    return [];
  }
  const names = Object.keys(value);
  if (names.length === 0) report(field, { code: "empty-file", message: "no SLO is given" });
  return names.flatMap((name) => {
    const slo = readSlo(name, value[name], fieldIn(field, name), context);
    return slo === undefined ? [] : [slo];
  });
}

function readSlo(name: string, value: unknown, field: Field, file: FileContext): Slo | undefined {
  const errorsBefore = field.findings.errorCount;
  if (!SLO_NAME.test(name)) report(field, explainSloName(name), "key");
  const shape = readShape(sloSchema, value, field, "an SLO");
  if (shape === undefined) return undefined;
  const objective = shape.objective === undefined ? undefined : parseObjective(shape.objective);
  const window = readWindow(shape.window, fieldIn(field, "window"), file.settings);
  const context = {
    windowMs: window?.lengthMs,
    budgetPpb: objective?.budgetPpb,
    bucketMs: file.settings.bucketMs,
  };
  const budgeting = readBudgeting(shape.budgeting, fieldIn(field, "budgeting"), context);
  const noData = readNoData(shape.noData, fieldIn(field, "noData"), budgeting);
  const sliceMs = budgeting && sliceKindOf(budgeting)?.widthMs;
  const alerts = readAlerts(shape.alerts, fieldIn(field, "alerts"), { ...context, sliceMs });
  const indicator = shape.sli === undefined ? undefined : readSli(shape.sli, fieldIn(field, "sli"));
  const labels = { ...file.labels, ...readLabels(shape.labels, fieldIn(field, "labels")) };
  const groups = readGroups(shape, field, file.settings);
  const ownExclusions = readExclusions(shape.exclude, fieldIn(field, "exclude"));
  const exclusions = [...file.exclusions, ...ownExclusions];
  if (field.findings.errorCount > errorsBefore || file.service === "") return undefined;
  if (objective === undefined || window === undefined) return undefined;
  if (alerts === undefined || indicator === undefined || budgeting === undefined) return undefined;
  return {
    id: `${file.service}/${name}`,
    service: file.service,
    name,
    description: shape.description ?? "",
    ...ownerOf(shape.owner ?? file.owner),
    ...(shape.runbook === undefined ? {} : { runbook: shape.runbook }),
    labels,
    annotations: {},
    objective,
    window,
    indicator,
    budgeting,
    noData,
    ...groups,
    alerts,
    ...(exclusions.length === 0 ? {} : { exclusions }),
    source: {
      file: field.findings.file ?? "",
      line: field.document.placeOf(field.path, "key").line,
      format: "slowburn",
    },
  };
}

const ownerOf = (owner: string | undefined) => (owner === undefined ? {} : { owner });

function readGroups(
  shape: Partial<SloConfig>,
  field: Field,
  settings: RuleSettings,
): Pick<Slo, "per" | "groupLimit"> {
  const most = settings.groupLimitMax ?? DEFAULT_GROUP_LIMIT_MAX;
  const groupLimit = shape.groupLimit ?? Math.min(DEFAULT_GROUP_LIMIT, most);
  if (groupLimit > most) {
    const message = `the configuration allows at most ${most} groups`;
    report(fieldIn(field, "groupLimit"), { code: "invalid-number", message });
  }
  if (shape.groupLimit !== undefined && shape.per === undefined) {
    const message = "`groupLimit` says nothing without `per`";
    report(
      fieldIn(field, "groupLimit"),
      { code: "missing-field", message, hint: "add per: [http.route]" },
      "key",
    );
  }
  return { per: readPer(shape.per, fieldIn(field, "per")), groupLimit };
}

const MAX_GROUP_ATTRIBUTES = 8;

function readPer(value: unknown, field: Field): readonly string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_GROUP_ATTRIBUTES) {
    report(field, explainPer(value));
    return [];
  }
  const attributes: string[] = [];
  for (const [index, name] of value.entries()) {
    const isName = typeof name === "string" && name !== "" && name.length <= 255;
    if (!isName || attributes.includes(name)) {
      const message = isName
        ? `${name} is listed twice`
        : `expected an attribute's name, not ${kindOf(name)}`;
      report(fieldIn(field, index), { code: "wrong-type", message });
    } else attributes.push(name);
  }
  return attributes;
}

function explainPer(value: unknown): Explanation {
  const code = "wrong-type";
  if (!Array.isArray(value)) {
    const message = `expected a list of 1 to ${MAX_GROUP_ATTRIBUTES} attributes, not ${kindOf(value)}`;
    return { code, message, hint: `write [${typeof value === "string" ? value : "http.route"}]` };
  }
  if (value.length === 0) {
    const hint = "write [http.route], or leave `per` out: then there is one budget";
    return { code, message: "`per` lists no attribute to split by", hint };
  }
  return { code, message: `${value.length} attributes are more than ${MAX_GROUP_ATTRIBUTES}` };
}
