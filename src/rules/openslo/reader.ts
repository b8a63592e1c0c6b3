/**
 * OpenSLO (`openslo/v1`, `openslo.com/v1`, `openslo/v1alpha`, `openslo.com/v2alpha`): one object a document. SLOs run;
 * the others are what SLOs refer to, in any file of the folder. How each field is understood: README.md beside this file.
 */
import { Findings } from "../findings.ts";
import { readForeignShape } from "../foreign-shape.ts";
import { fieldIn, isMapping, kindOf, report, type Field } from "../native/index.ts";
import { nearestName } from "../nearest-name.ts";
import type { RuleFormat } from "../rule-format.ts";
import { API_VERSIONS, dialectOf, isKind, namespaceOf, type Kind } from "./dialect.ts";
import { indicatorOf } from "./indicator.ts";
import type { Links } from "./links.ts";
import { readMetadata } from "./metadata.ts";
import { checkPolicyShape, checkTarget, readCondition, readPolicy } from "./policy.ts";
import { dataSourceSchema, objectSchema, serviceSchema } from "./schemas.ts";
import { readSli } from "./sli.ts";
import { readSlo } from "./slo.ts";

export const openSloFormat: RuleFormat = {
  name: "openslo",
  apiVersions: API_VERSIONS,

  isLinked: () => true,

  sharedIn({ value }) {
    if (!isMapping(value)) return [];
    const { apiVersion, kind, metadata } = value as Readonly<Record<string, unknown>>;
    const dialect = dialectOf(apiVersion);
    const name = isMapping(metadata) ? metadata["name"] : undefined;
    if (dialect === undefined || !isKind(dialect, kind) || kind === "SLO") return [];
    if (typeof name !== "string") return [];
    return [{ namespace: namespaceOf(dialect, kind), name, path: [] }];
  },

  read(document, findings, settings, references) {
    const field: Field = { document, path: [], findings };
    const shape = readForeignShape(objectSchema, document.value, field, "an OpenSLO object");
    const dialect = dialectOf(shape?.apiVersion);
    if (shape === undefined || dialect === undefined) return [];
    if (!isKind(dialect, shape.kind)) {
      if (shape.kind !== undefined) refuseKind(shape.kind, dialect.kinds, fieldIn(field, "kind"));
      return [];
    }
    const links: Links = { dialect, references };
    const errorsBefore = findings.errorCount;
    const metadata = readMetadata(shape.metadata, fieldIn(field, "metadata"));
    if (shape.kind === "SLO") {
      const slos = readSlo(links, metadata, shape.spec, field, settings);
      return findings.errorCount > errorsBefore ? [] : slos;
    }
    if (metadata.name !== "") refuseTwin(links, shape.kind, metadata.name, field);
    checkObject(links, shape.kind, shape.spec, fieldIn(field, "spec"));
    return [];
  },
};

function refuseKind(kind: unknown, kinds: readonly Kind[], field: Field): void {
  const nearest = typeof kind === "string" ? nearestName(kind, kinds) : undefined;
  const hint =
    nearest === undefined ? `one of: ${kinds.join(", ")}` : `did you mean \`${nearest}\`?`;
  report(field, { code: "unknown-kind", message: `${kindOf(kind)} is no kind`, hint });
}

/** A service says nothing that another of its name could contradict. */
function refuseTwin({ dialect, references }: Links, kind: Kind, name: string, field: Field): void {
  const { document, findings } = field;
  const first = references.find(namespaceOf(dialect, kind), name);
  const { line } = document.placeOf([]);
  if (first === undefined || (first.file === findings.file && first.line === line)) return;
  const message = `the ${kind} \`${name}\` is in ${first.file}:${first.line} already`;
  const severity = kind === "Service" ? "warning" : "error";
  findings.add("duplicate-object", document, ["metadata", "name"], message, { severity });
}

/**
 * An object that SLOs may refer to. Its shape must be right; what it refers to itself, and whether its queries can be
 * computed, matters to the SLOs that use it: here it is a warning.
 */
function checkObject(links: Links, kind: Exclude<Kind, "SLO">, spec: unknown, field: Field): void {
  if (spec === undefined) {
    if (kind !== "Service")
      report(field, { code: "missing-field", message: `${kind} needs \`spec\`` }, "key");
    return;
  }
  const before = field.findings.errorCount;
  const apart: Field = { ...field, findings: new Findings(field.findings.file) };
  switch (kind) {
    case "Service":
      readForeignShape(serviceSchema, spec, field, "a service");
      return;
    case "DataSource":
      readForeignShape(dataSourceSchema, spec, field, "a data source");
      return;
    case "AlertNotificationTarget":
      checkTarget(spec, field);
      return;
    case "AlertCondition":
      readCondition(spec, field);
      return;
    case "AlertPolicy":
      checkPolicyShape(spec, field);
      if (field.findings.errorCount === before) readPolicy(links, spec, apart, "");
      break;
    case "SLI":
      readSli(links, spec, field);
      if (field.findings.errorCount === before) checkSli(links, spec, apart);
      break;
  }
  field.findings.adoptAsWarnings(apart.findings.problems);
}

function checkSli(links: Links, spec: unknown, field: Field): void {
  const sli = readSli(links, spec, field);
  if (sli !== undefined) indicatorOf(links, sli, () => ({ op: "lte", value: 0 }));
}
