/** Fields of an SLO that other formats have no word for, as they carry them in an annotation. */
import type { Budgeting, Slo } from "../../slo/index.ts";
import type { RuleSettings } from "../rule-set.ts";
import { readAlerting } from "./alerting.ts";
import { readLinks } from "./annotations.ts";
import { readNoData } from "./budgeting.ts";
import { readGroups } from "./slo.ts";
import { extraSchema } from "./schema.ts";
import { fieldIn, readShape, type Field } from "./shape.ts";

export type ExtraFields = Pick<
  Slo,
  "noData" | "per" | "groupLimit" | "alerting" | "runbook" | "links"
>;

/** `undefined` when `value` is no mapping (reported). `summedBy`: the groups that the SLI makes itself. */
export function readExtra(
  value: unknown,
  field: Field,
  settings: RuleSettings,
  budgeting: Budgeting | undefined,
  summedBy: readonly string[],
): ExtraFields | undefined {
  const shape = readShape(extraSchema, value, field, "the annotation");
  if (shape === undefined) return undefined;
  const alerting = readAlerting(shape.alerting, fieldIn(field, "alerting"));
  return {
    noData: readNoData(shape.noData, fieldIn(field, "noData"), budgeting),
    ...readGroups(shape, field, settings, summedBy),
    ...(alerting === undefined ? {} : { alerting }),
    ...(shape.runbook === undefined ? {} : { runbook: shape.runbook }),
    ...(shape.links === undefined
      ? {}
      : { links: readLinks(shape.links, fieldIn(field, "links")) }),
  };
}
