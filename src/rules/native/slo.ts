/** One SLO of the native format → the model; also of a template, once its parameters are placed. */
import {
  parseObjective,
  sliceKindOf,
  type Budgeting,
  type Exclusion,
  type NoData,
  type Slo,
} from "../../slo/index.ts";
import type { RuleSettings } from "../rule-set.ts";
import { readAbsent } from "./absent.ts";
import { readAlerting } from "./alerting.ts";
import { readAlerts } from "./alerts.ts";
import { readAnnotations, readLinks } from "./annotations.ts";
import { readBudgeting, readNoData, type SliceContext } from "./budgeting.ts";
import { explainSloName, SLO_NAME } from "./checks.ts";
import { isCompositeSli, refuseBesideMembers } from "./composite.ts";
import { readExclusions } from "./exclusions.ts";
import { readLabels } from "./labels.ts";
import {
  DEFAULT_GROUP_LIMIT,
  DEFAULT_GROUP_LIMIT_MAX,
  sloSchema,
  type FileConfig,
  type SloConfig,
} from "./schema.ts";
import { fieldIn, kindOf, readShape, report, type Explanation, type Field } from "./shape.ts";
import type { SliReading } from "./promql-sli.ts";
import { readSli } from "./sli.ts";
import { readWindow } from "./window.ts";

/** What the SLOs of a document share. */
export interface FileContext extends Pick<FileConfig, "service" | "owner"> {
  readonly labels: Readonly<Record<string, string>>;
  /** Of all SLOs of the document. */
  readonly exclusions: readonly Exclusion[];
  readonly settings: RuleSettings;
}

/** `undefined` when it is not sound (reported). */
export function readSlo(
  name: string,
  value: unknown,
  field: Field,
  file: FileContext,
): Slo | undefined {
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
  const counted = readCounted(shape, field, file, context);
  const { sli, budgeting, noData, groups, exclusions } = counted;
  const sliceMs = budgeting && sliceKindOf(budgeting)?.widthMs;
  const alerts = readAlerts(shape.alerts, fieldIn(field, "alerts"), { ...context, sliceMs });
  const absent = readAbsent(shape.alerts, fieldIn(field, "alerts"), file.settings.bucketMs);
  const labels = { ...file.labels, ...readLabels(shape.labels, fieldIn(field, "labels")) };
  const annotations = readAnnotations(shape.annotations, fieldIn(field, "annotations"));
  const links = readLinks(shape.links, fieldIn(field, "links"));
  const id = `${file.service}/${name}`;
  const owner = { id, service: file.service, per: groups.per };
  const alerting = readAlerting(shape.alerting, fieldIn(field, "alerting"), owner);
  if (field.findings.errorCount > errorsBefore || file.service === "") return undefined;
  if (objective === undefined || window === undefined) return undefined;
  if (alerts === undefined || sli === undefined || budgeting === undefined) return undefined;
  return {
    id,
    service: file.service,
    name,
    description: shape.description ?? "",
    ...ownerOf(shape.owner ?? file.owner),
    ...(shape.runbook === undefined ? {} : { runbook: shape.runbook }),
    labels,
    ...(shape.links === undefined ? {} : { links }),
    annotations,
    objective,
    window,
    indicator: sli.indicator,
    budgeting,
    noData,
    ...groups,
    alerts,
    ...(absent === undefined ? {} : { absent }),
    ...(alerting === undefined ? {} : { alerting }),
    ...(exclusions.length === 0 ? {} : { exclusions }),
    source: {
      file: field.findings.file ?? "",
      line: field.document.placeOf(field.path, "key").line,
      format: "slowburn",
      ...(sli.promql === undefined ? {} : { promql: sli.promql }),
    },
  };
}

/** What an SLO counts, and of what. */
interface Counted {
  readonly sli: SliReading | undefined;
  readonly budgeting: Budgeting | undefined;
  readonly noData: NoData;
  readonly groups: Pick<Slo, "per" | "groupLimit">;
  readonly exclusions: readonly Exclusion[];
}

function readCounted(
  shape: Partial<SloConfig>,
  field: Field,
  file: FileContext,
  slices: SliceContext,
): Counted {
  const { service, settings } = file;
  const readIt = () => readSli(shape.sli, fieldIn(field, "sli"), { service, slices });
  const sli = shape.sli === undefined ? undefined : readIt();
  const noDataField = fieldIn(field, "noData");
  if (isCompositeSli(shape.sli)) {
    refuseBesideMembers(shape, field);
    const budgeting = sli?.budgeting;
    const noData = readNoData(
      shape.noData,
      noDataField,
      budgeting,
      "of these, `allOf` counts slices",
    );
    return { sli, budgeting, noData, groups: readGroups({}, field, settings, []), exclusions: [] };
  }
  const budgeting = readBudgeting(shape.budgeting, fieldIn(field, "budgeting"), slices);
  return {
    sli,
    budgeting,
    noData: readNoData(shape.noData, noDataField, budgeting),
    groups: readGroups(shape, field, settings, sli?.per ?? []),
    exclusions: [...file.exclusions, ...readExclusions(shape.exclude, fieldIn(field, "exclude"))],
  };
}

const ownerOf = (owner: string | undefined) => (owner === undefined ? {} : { owner });

/** `summedBy`: the groups that an SLI in PromQL makes itself. */
export function readGroups(
  shape: Pick<Partial<SloConfig>, "per" | "groupLimit">,
  field: Field,
  settings: RuleSettings,
  summedBy: readonly string[],
): Pick<Slo, "per" | "groupLimit"> {
  const most = settings.groupLimitMax ?? DEFAULT_GROUP_LIMIT_MAX;
  const groupLimit = shape.groupLimit ?? Math.min(DEFAULT_GROUP_LIMIT, most);
  if (groupLimit > most) {
    const message = `the configuration allows at most ${most} groups`;
    report(fieldIn(field, "groupLimit"), { code: "invalid-number", message });
  }
  if (shape.groupLimit !== undefined && shape.per === undefined && summedBy.length === 0) {
    const message = "`groupLimit` says nothing without `per`";
    report(
      fieldIn(field, "groupLimit"),
      { code: "missing-field", message, hint: "add per: [http.route]" },
      "key",
    );
  }
  if (shape.per !== undefined && summedBy.length > 0) {
    const message = `the queries are summed by (${summedBy.join(", ")}): that is what splits the SLO`;
    report(fieldIn(field, "per"), { code: "sli-form", message, hint: "remove `per`" }, "key");
  }
  const per = readPer(shape.per, fieldIn(field, "per"));
  return { per: summedBy.length > 0 ? summedBy : per, groupLimit };
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
