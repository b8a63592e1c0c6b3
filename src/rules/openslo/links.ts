/** References between OpenSLO's objects, and what is said of one that leads nowhere or to something that is not sound. */
import type { Problem } from "../../slo/index.ts";
import { Findings } from "../findings.ts";
import { isMapping, report, type Field } from "../native/index.ts";
import { nearestName } from "../nearest-name.ts";
import type { RuleProblemCode } from "../problem-codes.ts";
import type { References, SharedObject } from "../references.ts";
import { namespaceOf, type Dialect, type Kind } from "./dialect.ts";

export interface Links {
  readonly dialect: Dialect;
  readonly references: References;
  /** Of the SLO that asks: members of a composite without a service are of this one. */
  readonly service?: string;
}

/** The object of that name; `undefined` when there is none (reported). */
export function findObject(
  { dialect, references }: Links,
  kind: Kind,
  name: string,
  field: Field,
): SharedObject | undefined {
  const object = references.find(namespaceOf(dialect, kind), name);
  if (object === undefined) {
    const message = `no ${kind} of OpenSLO ${dialect.name} is named \`${name}\` in the folder`;
    report(field, {
      code: "missing-reference",
      message,
      hint: namesNear(dialect, kind, name, references),
    });
  }
  return object;
}

/** What to write instead of a name that leads nowhere. */
export function namesNear(
  dialect: Dialect,
  kind: Kind,
  name: string,
  references: References,
): string {
  const names = references.names(namespaceOf(dialect, kind));
  const nearest = nearestName(name, names);
  if (nearest !== undefined) return `did you mean \`${nearest}\`?`;
  return names.length === 0
    ? `add a document of kind: ${kind}`
    : `one of: ${names.slice(0, 10).join(", ")}`;
}

/** The `spec` of the object; what is found wrong there is to be told by `relay`. */
export function specOf(object: SharedObject): { readonly value: unknown; readonly field: Field } {
  const { document, file } = object;
  const value = isMapping(document.value) ? document.value["spec"] : undefined;
  return { value, field: { document, path: ["spec"], findings: new Findings(file) } };
}

/** Says at the reference what is wrong with the object: the first error, or else the first warning. */
export function relay(findings: Findings, object: SharedObject, kind: Kind, field: Field): void {
  const { problems } = findings;
  const worst = problems.find(({ severity }) => severity === "error") ?? problems[0];
  if (worst === undefined) return;
  const { document, path } = field;
  const { severity, hint } = worst;
  const place = `${object.file}:${worst.line ?? object.line}`;
  const message = `the ${kind} \`${object.name}\` (${place}): ${worst.message}`;
  field.findings.add(codeOf(worst), document, path, message, { severity, hint });
}

/** Findings of rule files have no other codes. */
const codeOf = ({ code }: Problem): RuleProblemCode => code as RuleProblemCode;
