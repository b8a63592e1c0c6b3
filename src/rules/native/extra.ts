/** Fields of an SLO that other formats have no word for, as they carry them in an annotation. */
import type { Budgeting, Slo } from "../../slo/index.ts";
import type { AlertOwner } from "../alert-texts.ts";
import type { RuleSettings } from "../rule-set.ts";
import { readAlerting } from "./alerting.ts";
import { readLinks } from "./annotations.ts";
import { readNoData } from "./budgeting.ts";
import { readExclusions } from "./exclusions.ts";
import { readGroups } from "./slo.ts";
import { extraSchema } from "./schema.ts";
import { fieldIn, readShape, type Field } from "./shape.ts";

export type ExtraFields = Pick<
  Slo,
  "noData" | "per" | "groupLimit" | "alerting" | "exclusions" | "runbook" | "links"
>;

/** `undefined` when `value` is no mapping (reported). `owner.per`: the groups that the SLI makes itself. */
export function readExtra(
  value: unknown,
  field: Field,
  settings: RuleSettings,
  budgeting: Budgeting | undefined,
  owner: Required<AlertOwner>,
): ExtraFields | undefined {
  const shape = readShape(extraSchema, value, field, "the annotation");
  if (shape === undefined) return undefined;
  const groups = readGroups(shape, field, settings, owner.per);
  const alertOwner = { ...owner, per: groups.per };
  const alerting = readAlerting(shape.alerting, fieldIn(field, "alerting"), alertOwner);
  const exclusions = readExclusions(shape.exclude, fieldIn(field, "exclude"));
  return {
    noData: readNoData(shape.noData, fieldIn(field, "noData"), budgeting),
    ...groups,
    ...(alerting === undefined ? {} : { alerting }),
    ...(exclusions.length === 0 ? {} : { exclusions }),
    ...(shape.runbook === undefined ? {} : { runbook: shape.runbook }),
    ...(shape.links === undefined
      ? {}
      : { links: readLinks(shape.links, fieldIn(field, "links")) }),
  };
}
