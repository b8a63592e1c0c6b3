/** Annotations of slowburn's own: YAML or JSON in a text, with the native format's words. Other tools pass them by. */
import { report, type Explanation, type Field } from "../native/index.ts";
import { writtenInText } from "../part-document.ts";
import { readYaml } from "../yaml-text.ts";

interface Wanted extends Pick<Explanation, "code" | "hint"> {
  readonly what: string;
}

/** The document that the text holds, as a field whose problems stand at their own lines. `undefined`: it is none (reported). */
export function writtenIn(
  text: string,
  field: Field,
  { what, code, hint }: Wanted,
): Field | undefined {
  const { documents, problems } = readYaml({ file: field.findings.file ?? "", text });
  const [parsed] = documents;
  if (parsed !== undefined && documents.length === 1)
    return { ...field, document: writtenInText(parsed, text, field), path: [] };
  const why = problems[0]?.message ?? "nothing, or more than one document";
  report(field, { code, message: `the annotation holds no ${what}: ${why}`, hint });
  return undefined;
}
