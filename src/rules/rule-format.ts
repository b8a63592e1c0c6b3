/** What a reader of one format gives: documents are told apart by their `apiVersion`, so formats live side by side. */
import type { Slo } from "../slo/index.ts";
import type { Findings } from "./findings.ts";
import type { RuleSettings } from "./rule-set.ts";
import type { YamlDocument } from "./yaml-document.ts";

export interface RuleFormat {
  readonly name: string;
  readonly apiVersions: readonly string[];
  /** The sound SLOs; whatever is wrong is added to `findings`. Never throws. */
  read(document: YamlDocument, findings: Findings, settings: RuleSettings): readonly Slo[];
}
