/** What a reader of PromQL found, told of the fields of the file that hold the queries, each at its part of the text. */
import type { IndicatorReading, QueryName } from "../promql/index.ts";
import type { Field } from "./native/index.ts";

export function reportReading(
  { problems, notes }: IndicatorReading,
  fieldOf: (query: QueryName) => Field,
): void {
  for (const { query, code, message, hint, from, to } of problems) {
    const { document, path, findings } = fieldOf(query);
    findings.add(code, document, path, message, { hint, index: from, endIndex: to });
  }
  for (const { query, message, from, to } of notes) {
    const { document, path, findings } = fieldOf(query);
    const place = { index: from, endIndex: to };
    findings.add("promql-note", document, path, message, { severity: "warning", ...place });
  }
}
