/** What a reader of one format gives: documents are told apart by the version they name, so formats live side by side. */
import type { Exclusion, Slo } from "../slo/index.ts";
import type { Findings } from "./findings.ts";
import type { References, SharedPart } from "./references.ts";
import type { RuleSettings } from "./rule-set.ts";
import type { YamlDocument } from "./yaml-document.ts";

export interface RuleFormat {
  readonly name: string;
  readonly apiVersions: readonly string[];
  /** Of documents that name their version by `version:` instead. */
  readonly versions?: readonly string[];
  /** The sound SLOs; whatever is wrong is added to `findings`. Never throws. */
  read(
    document: YamlDocument,
    findings: Findings,
    settings: RuleSettings,
    references: References,
  ): readonly Slo[];
  /** What the document excludes of SLOs wherever they are; `findings` is told what is wrong with it. */
  readExclusions?(document: YamlDocument, findings: Findings): readonly Exclusion[];
  /** What of it other documents, of any file, may refer to. */
  sharedIn?(document: YamlDocument, settings: RuleSettings): readonly SharedPart[];
  /** Whether it can refer to others. */
  isLinked?(document: YamlDocument): boolean;
}
