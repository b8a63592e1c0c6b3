/** AlertPolicy, AlertCondition and AlertNotificationTarget: their shapes, their references, and what of them counts here. */
import { readForeignShape } from "../foreign-shape.ts";
import { fieldIn, kindOf, report, type Field } from "../native/index.ts";
import {
  burnRateSchema,
  conditionSchema,
  policySchema,
  targetSchema,
  useSchemas,
  type PolicyConfig,
  type UsedKind,
} from "./alert-schemas.ts";
import { readShorthand, shorthandMs } from "./duration.ts";
import { findObject, relay, specOf, type Links } from "./links.ts";
import { readMetadata } from "./metadata.ts";
import type { Operator } from "./schemas.ts";

/** A burn rate that alerts. */
export interface Condition {
  readonly severity: string;
  readonly op: Operator;
  readonly factor: number;
  readonly lookbackMs: number;
  readonly alertAfterMs: number;
}

export interface Policy {
  readonly name: string;
  readonly condition: Condition;
  /** `alertWhenBreaching`, true where it is not said; and `alertWhenNoData`. One of them at least. */
  readonly alertsOnBurn: boolean;
  readonly alertsOnNoData: boolean;
  /** Names of its notification targets. */
  readonly targets: readonly string[];
}

/** A policy as one SLO uses it. */
export interface UsedPolicy extends Policy {
  /** Where the SLO says so: what does not fit it is told there, since the policy may fit others. */
  readonly field: Field;
}

/** The `spec` of a policy; `undefined` when it is not sound (reported), or says not to alert. */
export function readPolicy(
  links: Links,
  value: unknown,
  field: Field,
  name: string,
): Policy | undefined {
  const shape = readForeignShape(policySchema, value, field, "an alert policy");
  if (shape === undefined) return undefined;
  const conditionField = fieldIn(field, "conditions");
  const [use, ...others] = listOf(shape.conditions, conditionField);
  if (shape.conditions !== undefined && (use === undefined || others.length > 0)) {
    const message = "a policy has one condition";
    report(conditionField, { code: "policy-form", message });
  }
  const condition =
    use === undefined
      ? undefined
      : readUse(links, "AlertCondition", use, fieldIn(conditionField, 0), readCondition);
  const targets = readTargets(shape.notificationTargets, fieldIn(field, "notificationTargets"));
  const alertsOnBurn = shape.alertWhenBreaching !== false;
  const alertsOnNoData = shape.alertWhenNoData === true;
  if (!alertsOnBurn && !alertsOnNoData) warnOfNoAlert(field);
  else if (shape.alertWhenResolved === false) warnOfResolved(field);
  if (condition === undefined || !(alertsOnBurn || alertsOnNoData)) return undefined;
  return { name, condition, alertsOnBurn, alertsOnNoData, targets };
}

/** The shape alone, without what it refers to: what a file must get right whatever uses it. */
export function checkPolicyShape(value: unknown, field: Field): void {
  const shape: Partial<PolicyConfig> | undefined = readForeignShape(
    policySchema,
    value,
    field,
    "an alert policy",
  );
  if (shape === undefined) return;
  const parts = [
    ["conditions", "AlertCondition", readCondition],
    ["notificationTargets", "AlertNotificationTarget", checkTarget],
  ] as const;
  for (const [name, kind, read] of parts) {
    for (const [index, use] of listOf(shape[name], fieldIn(field, name)).entries()) {
      const useField = fieldIn(field, name, index);
      const said = readForeignShape(useSchemas[kind], use, useField, useName(kind));
      if (said?.spec !== undefined) read(said.spec, fieldIn(useField, "spec"));
    }
  }
}

export function readCondition(value: unknown, field: Field): Condition | undefined {
  const shape = readForeignShape(conditionSchema, value, field, "an alert condition");
  if (shape?.condition === undefined) return undefined;
  const inner = fieldIn(field, "condition");
  const rate = readForeignShape(burnRateSchema, shape.condition, inner, "a condition");
  if (rate === undefined) return undefined;
  const spanOf = (name: "lookbackWindow" | "alertAfter") =>
    rate[name] === undefined ? undefined : readShorthand(rate[name], fieldIn(inner, name));
  const [lookback, after] = [spanOf("lookbackWindow"), spanOf("alertAfter")];
  const { severity } = shape;
  const { op, threshold } = rate;
  if (severity === undefined || op === undefined || threshold === undefined) return undefined;
  if (lookback === undefined || (after === undefined && rate.alertAfter !== undefined))
    return undefined;
  return {
    severity,
    op,
    factor: threshold,
    lookbackMs: shorthandMs(lookback),
    alertAfterMs: after === undefined ? 0 : shorthandMs(after),
  };
}

/** Its shape: who is notified is the receivers' configuration. */
export function checkTarget(value: unknown, field: Field): void {
  readForeignShape(targetSchema, value, field, "a notification target");
}

const REFERENCES = {
  AlertPolicy: "alertPolicyRef",
  AlertCondition: "conditionRef",
  AlertNotificationTarget: "targetRef",
} as const;
const NAMES = {
  AlertPolicy: "an alert policy",
  AlertCondition: "an alert condition",
  AlertNotificationTarget: "a notification target",
} as const;
const useName = (kind: UsedKind): string => NAMES[kind];

type ReadObject<T> = (value: unknown, field: Field, name: string) => T | undefined;

/** An object that is written where it is used, or referred to by name. */
export function readUse<T>(
  links: Links,
  kind: UsedKind,
  value: unknown,
  field: Field,
  read: ReadObject<T>,
): T | undefined {
  const what = useName(kind);
  const referenceName = REFERENCES[kind];
  if (typeof value === "string") {
    const message = `${what} is a mapping, not only a name`;
    report(field, { code: "wrong-type", message, hint: `write { ${referenceName}: ${value} }` });
    return undefined;
  }
  const shape = readForeignShape(useSchemas[kind], value, field, what);
  if (shape === undefined) return undefined;
  const reference = shape[referenceName];
  if ((reference === undefined) === (shape.spec === undefined)) {
    const message = `${what} is referred to by \`${referenceName}\`, or written with \`kind\`, \`metadata\` and \`spec\``;
    report(field, { code: "policy-form", message }, "key");
    return undefined;
  }
  if (reference === undefined) {
    if (shape.kind !== undefined && shape.kind !== kind) {
      const message = `${kindOf(shape.kind)} is no ${kind}`;
      report(fieldIn(field, "kind"), { code: "unknown-kind", message, hint: `write ${kind}` });
    }
    return read(
      shape.spec,
      fieldIn(field, "spec"),
      nameIn(shape.metadata, fieldIn(field, "metadata")),
    );
  }
  const referenceField = fieldIn(field, referenceName);
  const object = findObject(links, kind, reference, referenceField);
  if (object === undefined) return undefined;
  const { value: spec, field: specField } = specOf(object);
  const found = read(spec, specField, object.name);
  relay(specField.findings, object, kind, referenceField);
  return found;
}

/** Of an object that is written where it is used; empty when it has none. */
const nameIn = (metadata: unknown, field: Field): string =>
  metadata === undefined ? "" : readMetadata(metadata, field).name;

/** Receivers are slowburn's own configuration; the names go along as a label, which receivers can route by. */
function readTargets(value: unknown, field: Field): readonly string[] {
  return listOf(value, field).flatMap((use, index) => {
    const useField = fieldIn(field, index);
    const what = useName("AlertNotificationTarget");
    const shape = readForeignShape(useSchemas.AlertNotificationTarget, use, useField, what);
    if (shape?.spec !== undefined) checkTarget(shape.spec, fieldIn(useField, "spec"));
    const name = shape?.targetRef ?? nameIn(shape?.metadata, fieldIn(useField, "metadata"));
    return name === "" ? [] : [name];
  });
}

function listOf(value: unknown, field: Field): readonly unknown[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value;
  report(field, { code: "wrong-type", message: `expected a list, not ${kindOf(value)}` });
  return [];
}

function warnOfNoAlert({ document, path, findings }: Field): void {
  const message = "`alertWhenBreaching: false`: the policy raises no alert";
  findings.add("not-applied", document, [...path, "alertWhenBreaching"], message, {
    severity: "warning",
    hint: "write alertWhenBreaching: true, or alertWhenNoData: true",
  });
}

/** To Alertmanager an alert that is not told ended ends all the same, minutes later: only its receivers can keep quiet. */
function warnOfResolved({ document, path, findings }: Field): void {
  const message =
    "`alertWhenResolved: false`: receivers are told all the same that an alert is over";
  findings.add("not-applied", document, [...path, "alertWhenResolved"], message, {
    severity: "warning",
    hint: "set send_resolved: false at Alertmanager's receiver, which decides who hears of it",
  });
}
