/** `objective: 99.9`: a percentage without its sign, above 0 and, in Sloth, up to 100. */
import { parseObjective, type Objective } from "../../slo/index.ts";
import { report, type Field } from "../native/index.ts";

/** Exact to the decimals that the file has; `undefined` when it is refused. */
export function readObjective(value: number | undefined, field: Field): Objective | undefined {
  if (value === undefined) return undefined;
  const { document, path, findings } = field;
  const objective =
    value > 0
      ? (parseObjective(`${document.textOf(path) ?? ""}%`) ?? parseObjective(`${value}%`))
      : undefined;
  if (objective === undefined) {
    const message =
      value === 100
        ? "100 leaves no error budget: one bad event would be over it for ever"
        : value > 0 && value < 100
          ? `${value} has more than 7 decimals`
          : `${value} is no percentage above 0 and below 100`;
    report(field, { code: "objective-range", message, hint: "write 99.9" });
  } else if (value < 1) {
    const message = `${value} is a percentage: the SLO asks for ${value}% good events`;
    const hint = `write ${Number((value * 100).toPrecision(12))} if that was meant`;
    findings.add("objective-sign", document, path, message, { severity: "warning", hint });
  }
  return objective;
}
