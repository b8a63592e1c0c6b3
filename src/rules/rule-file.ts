/** One rule file's text → its SLOs and everything that is wrong with it. Pure: the caller reads the file. */
import type { Problem, Slo } from "../slo/index.ts";
import { Findings } from "./findings.ts";
import { nativeFormat } from "./native/reader.ts";
import { isMapping, kindOf } from "./native/shape.ts";
import { nearestName } from "./nearest-name.ts";
import type { RuleFormat } from "./rule-format.ts";
import type { RuleSettings } from "./rule-set.ts";
import type { YamlDocument } from "./yaml-document.ts";
import { readYaml, type SourceText } from "./yaml-text.ts";

/** A further format is a further line here. */
const FORMATS: readonly RuleFormat[] = [nativeFormat];
const VERSIONS = FORMATS.flatMap((format) => format.apiVersions);

export interface RuleFileReading {
  /** The sound ones. A file with an error runs as a whole or not at all: see `loadRules`. */
  readonly slos: readonly Slo[];
  /** In the order of the file. */
  readonly problems: readonly Problem[];
}

/** Never throws, whatever the text is. */
export function readRuleFile(
  source: SourceText,
  settings: RuleSettings = { bucketMs: 10_000 },
): RuleFileReading {
  const yaml = readYaml(source);
  const findings = new Findings(source.file);
  const slos = yaml.documents.flatMap((document) => readDocument(document, findings, settings));
  if (yaml.documents.length === 0 && yaml.problems.length === 0) {
    const hint = `start with apiVersion: ${VERSIONS[0]}`;
    findings.addAt("empty-file", { line: 1, column: 1 }, "the file is empty", { hint });
  }
  reportTwins(slos, findings);
  return { slos, problems: [...yaml.problems, ...findings.problems] };
}

function readDocument(
  document: YamlDocument,
  findings: Findings,
  settings: RuleSettings,
): readonly Slo[] {
  const { value } = document;
  if (!isMapping(value)) {
    findings.add("wrong-type", document, [], `an SLO file is a mapping, not ${kindOf(value)}`);
    return [];
  }
  const version = value["apiVersion"];
  const format = FORMATS.find(({ apiVersions }) => apiVersions.some((known) => known === version));
  if (format !== undefined) return format.read(document, findings, settings);
  if (version === undefined) {
    findings.add("missing-field", document, [], "an SLO file needs `apiVersion`", {
      hint: `write apiVersion: ${VERSIONS[0]}`,
    });
    return [];
  }
  const nearest = typeof version === "string" ? nearestName(version, VERSIONS) : undefined;
  findings.add("unknown-format", document, ["apiVersion"], `${kindOf(version)} is not read`, {
    hint: nearest === undefined ? `one of: ${VERSIONS.join(", ")}` : `did you mean \`${nearest}\`?`,
  });
  return [];
}

/** Two documents of one file can declare the same SLO. */
function reportTwins(slos: readonly Slo[], findings: Findings): void {
  const lines = new Map<string, number>();
  for (const { id, source } of slos) {
    const first = lines.get(id);
    if (first === undefined) lines.set(id, source.line);
    else {
      const message = `${id} is in line ${first} already`;
      findings.addAt("duplicate-slo", { line: source.line, column: 1 }, message);
    }
  }
}
