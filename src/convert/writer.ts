/** What a target format gives: each SLO in one form after the other, and the documents that they stand in. */
import type { Slo } from "../slo/index.ts";
import type { Written } from "./native-conditions.ts";

export interface WrittenSlo {
  readonly slo: Slo;
  readonly fields: Written;
}

export interface ConvertWriter {
  /** The plainest first. Making one throws `NotConvertible` when the SLO has no such form. */
  forms(slo: Slo): readonly (() => Written)[];
  /** YAML documents of a service's SLOs; the first begins with the head's lines as a comment. */
  documents(written: readonly WrittenSlo[], head: readonly string[]): readonly string[];
}
