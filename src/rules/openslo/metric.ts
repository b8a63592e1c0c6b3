/**
 * A metric of an SLI → where its data is: a query in PromQL, a native indicator over OTLP (`type: otlp`), or another
 * system, which is no fault of the file. Its type is named beside it, or by a data source that it refers to.
 */
import { readForeignShape } from "../foreign-shape.ts";
import { fieldIn, isMapping, report, type Field } from "../native/index.ts";
import { namespaceOf } from "./dialect.ts";
import { namesNear, type Links } from "./links.ts";
import {
  dataSourceSchema,
  earlySourceSchema,
  laterSourceSchema,
  metricSchema,
  sourceSchema,
} from "./schemas.ts";

/** As it is written, whatever the version. */
export interface Metric {
  readonly field: Field;
  readonly type: string | undefined;
  /** Where the type stands. */
  readonly typeField: Field;
  readonly reference: string | undefined;
  readonly referenceField: Field;
  readonly spec: unknown;
  readonly specField: Field;
}

export type Source =
  | { readonly kind: "promql"; readonly query: string; readonly field: Field }
  /** PromQL by the look of it: the data source it refers to is in no file. */
  | { readonly kind: "assumed"; readonly query: string; readonly field: Field }
  | { readonly kind: "native"; readonly value: unknown; readonly field: Field }
  | { readonly kind: "elsewhere" };

/** Its shape only; `undefined` when that is not sound (reported). */
export function readMetric({ dialect }: Links, value: unknown, field: Field): Metric | undefined {
  switch (dialect.name) {
    case "v1":
      return readV1(value, field);
    case "v2alpha":
      return readV2(value, field);
    case "v1alpha":
      return readV1alpha(value, field);
  }
}

function readV1(value: unknown, field: Field): Metric | undefined {
  const outer = readForeignShape(metricSchema, value, field, "a metric");
  if (outer?.metricSource === undefined) return undefined;
  const sourceField = fieldIn(field, "metricSource");
  const shape = readForeignShape(sourceSchema, outer.metricSource, sourceField, "a metric source");
  if (shape?.spec === undefined) return undefined;
  return {
    field: sourceField,
    type: shape.type,
    typeField: fieldIn(sourceField, "type"),
    reference: shape.metricSourceRef,
    referenceField: fieldIn(sourceField, "metricSourceRef"),
    spec: shape.spec,
    specField: fieldIn(sourceField, "spec"),
  };
}

function readV2(value: unknown, field: Field): Metric | undefined {
  const shape = readForeignShape(laterSourceSchema, value, field, "a metric");
  if (shape?.spec === undefined) return undefined;
  const inlineField = fieldIn(field, "dataSourceSpec");
  const inline = shape.dataSourceSpec;
  const type =
    inline === undefined
      ? undefined
      : readForeignShape(dataSourceSchema, inline, inlineField, "a data source")?.type;
  if (inline !== undefined && type === undefined) return undefined;
  return {
    field,
    type,
    typeField: fieldIn(inlineField, "type"),
    reference: shape.dataSourceRef,
    referenceField: fieldIn(field, "dataSourceRef"),
    spec: shape.spec,
    specField: fieldIn(field, "spec"),
  };
}

function readV1alpha(value: unknown, field: Field): Metric | undefined {
  const shape = readForeignShape(earlySourceSchema, value, field, "a metric");
  if (shape?.source === undefined || shape.queryType === undefined) return undefined;
  if (shape.query === undefined) return undefined;
  const isPromql = shape.queryType.toLowerCase() === "promql";
  return {
    field,
    type: isPromql ? PROMETHEUS : shape.source,
    typeField: fieldIn(field, "source"),
    reference: undefined,
    referenceField: field,
    spec: { query: shape.query },
    specField: field,
  };
}

const PROMETHEUS = "prometheus";
const OTLP = "otlp";

/** Where the data is. `undefined` when that cannot be told (reported). */
export function sourceOf(links: Links, metric: Metric): Source | undefined {
  const { type, spec, specField, typeField } = metric;
  const found = type === undefined ? typeOfReference(links, metric) : { type, field: typeField };
  if (found === undefined) return undefined;
  if (found.type === undefined) {
    const query = queryIn(spec);
    return query === undefined
      ? unknownSource(links, metric)
      : { kind: "assumed", ...query, field: fieldIn(specField, query.name) };
  }
  const system = found.type.trim().toLowerCase();
  if (system === OTLP) return { kind: "native", value: spec, field: specField };
  if (system !== PROMETHEUS) return elsewhere(found.type, found.field);
  const query = queryIn(spec);
  if (query !== undefined)
    return { kind: "promql", ...query, field: fieldIn(specField, query.name) };
  const message = "a Prometheus source needs `query` in its `spec`";
  report(specField, { code: "missing-field", message }, "key");
  return undefined;
}

/** What tools call the field; OpenSLO leaves it to them. */
const QUERY_FIELDS = ["query", "promql"] as const;

function queryIn(spec: unknown): { readonly name: string; readonly query: string } | undefined {
  if (!isMapping(spec)) return undefined;
  for (const name of QUERY_FIELDS) {
    const query = spec[name];
    if (typeof query === "string" && query.trim() !== "") return { name, query };
  }
  return undefined;
}

/** `type` is absent where no file has the data source. */
function typeOfReference(
  { dialect, references }: Links,
  { field, reference, referenceField }: Metric,
): { readonly type: string | undefined; readonly field: Field } | undefined {
  if (reference === undefined) {
    const message = "nothing says what system the data is in";
    const hint = "name a data source, or write its type: prometheus, otlp";
    report(field, { code: "missing-field", message, hint }, "key");
    return undefined;
  }
  const object = references.find(namespaceOf(dialect, "DataSource"), reference);
  if (object === undefined) return { type: undefined, field: referenceField };
  const { value } = object.document;
  const spec = isMapping(value) ? value["spec"] : undefined;
  const type = isMapping(spec) ? spec["type"] : undefined;
  if (typeof type === "string") return { type, field: referenceField };
  const message = `the DataSource \`${reference}\` (${object.file}:${object.line}) has no type`;
  report(referenceField, { code: "missing-field", message });
  return undefined;
}

function elsewhere(system: string, { document, path, findings }: Field): Source {
  const message = `the data is in ${system}, which slowburn does not ask: SLOs of it do not run here`;
  const hint = "slowburn computes sources of type prometheus (PromQL) and otlp (native)";
  findings.add("unsupported-source", document, path, message, { severity: "warning", hint });
  return { kind: "elsewhere" };
}

function unknownSource(links: Links, metric: Metric): Source {
  warnOfReference(links, metric, "SLOs of its data do not run here");
  return { kind: "elsewhere" };
}

/** Says that a query was taken for PromQL, or that it cannot be and the SLO does not run. */
export function warnOfAssumption(links: Links, metric: Metric, isComputed: boolean): void {
  const outcome = isComputed
    ? "the query is read as PromQL"
    : "the query is no PromQL that can be computed, and SLOs of it do not run here";
  warnOfReference(links, metric, outcome);
}

function warnOfReference(links: Links, metric: Metric, outcome: string): void {
  const { dialect, references } = links;
  const { reference = "", referenceField } = metric;
  const { document, path, findings } = referenceField;
  const message = `no DataSource of OpenSLO ${dialect.name} is named \`${reference}\` in the folder: ${outcome}`;
  const hint = namesNear(dialect, "DataSource", reference, references);
  findings.add("missing-reference", document, path, message, { severity: "warning", hint });
}
