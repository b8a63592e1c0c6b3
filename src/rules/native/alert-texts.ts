/** What of the templates in texts of alerts is not expanded. */
import { unknownActions } from "../../slo/index.ts";
import type { Field } from "./shape.ts";

/** `takesValue`: annotations may say `$value`, labels not. */
export function warnOfTemplates(
  texts: Readonly<Record<string, string>>,
  { document, path, findings }: Field,
  takesValue: boolean,
): void {
  for (const [name, text] of Object.entries(texts))
    for (const action of unknownActions(text, takesValue)) {
      const why = takesValue
        ? "is not expanded"
        : "is not expanded in a label: labels are the alert's identity and hold no values";
      const message = `\`${action}\` ${why}; it stays as it is written`;
      findings.add("alert-template", document, [...path, name], message, {
        severity: "warning",
        hint: takesValue
          ? "$labels.<name>, $value, humanize, humanizePercentage, printf, toUpper and toLower are"
          : "$labels.<name> is",
      });
    }
}
