/**
 * Factors of other tools' tiers. Their files may ask for what a native one is refused: a shared policy does not fit every
 * objective it is used with, and those tools say nothing. So here it is a warning, and the alert is what it is there.
 */
import { WHOLE_PPB, type Ppb } from "../slo/index.ts";
import type { Field } from "./native/index.ts";

/** Whether the tier is of use: one that never fires is left out. */
export function judgeFactor(factorMilli: number, budgetPpb: Ppb, field: Field): boolean {
  const { document, path, findings } = field;
  const factor = factorMilli / 1000;
  if (factorMilli * budgetPpb >= 1000 * WHOLE_PPB) {
    const highest = Number((WHOLE_PPB / budgetPpb).toPrecision(6));
    const message = `a full outage burns at ${highest}: a burn rate over ${factor} never comes, so this alert is left out`;
    const hint = `alert on less than ${highest}, or set a higher objective`;
    findings.add("tier-never-fires", document, path, message, { severity: "warning", hint });
    return false;
  }
  if (factorMilli < 1000) {
    const message = `a burn rate of ${factor} is within the budget: the alert fires although the budget lasts`;
    findings.add("tier-always-fires", document, path, message, { severity: "warning" });
  }
  return true;
}
