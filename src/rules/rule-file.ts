/** One rule file's text → its SLOs and everything that is wrong with it. Pure: the caller reads the file. */
import type { Exclusion, Problem, Slo } from "../slo/index.ts";
import { Findings } from "./findings.ts";
import { nativeFormat } from "./native/reader.ts";
import { publishedTemplates } from "./native/template-file.ts";
import { isMapping, kindOf } from "./native/shape.ts";
import { nearestName } from "./nearest-name.ts";
import { openSloFormat } from "./openslo/reader.ts";
import { itemDocument } from "./part-document.ts";
import { pyrraFormat } from "./pyrra/reader.ts";
import { Catalogue, References, sharedObject, type SharedObject } from "./references.ts";
import type { RuleFormat } from "./rule-format.ts";
import type { PublishedTemplate, RuleSettings } from "./rule-set.ts";
import { slothFormat } from "./sloth/reader.ts";
import type { YamlDocument } from "./yaml-document.ts";
import { readYaml, type SourceText } from "./yaml-text.ts";

/** A further format is a further line here. */
const FORMATS: readonly RuleFormat[] = [nativeFormat, openSloFormat, slothFormat, pyrraFormat];
const VERSIONS = FORMATS.flatMap((format) => format.apiVersions);
/** What a file may begin with. */
const FIRST_LINES = FORMATS.flatMap(({ apiVersions, versions = [] }) => [
  ...apiVersions.map((version) => `apiVersion: ${version}`),
  ...versions.map((version) => `version: ${version}`),
]);

export interface RuleFileReading {
  /** The sound ones. A file with an error runs as a whole or not at all: see `loadRules`. */
  readonly slos: readonly Slo[];
  /** Of SLOs that they match, of any file. */
  readonly exclusions: readonly Exclusion[];
  /** In the order of the file. */
  readonly problems: readonly Problem[];
  readonly templates?: readonly PublishedTemplate[];
}

/** A file before its documents are read, so that what they share with others is known first. */
export interface ParsedRuleFile {
  readonly file: string;
  readonly documents: readonly YamlDocument[];
  readonly shared: readonly SharedObject[];
  /** Whether its documents can refer to others. */
  readonly isLinked: boolean;
  readonly problems: readonly Problem[];
}

const DEFAULT_SETTINGS: RuleSettings = { bucketMs: 10_000 };

/** Never throws, whatever the text is. */
export function readRuleFile(source: SourceText, settings?: RuleSettings): RuleFileReading {
  return readRuleFiles([source], settings)[0] ?? { slos: [], exclusions: [], problems: [] };
}

/** Files that may refer to objects of one another, and to none beside them. */
export function readRuleFiles(
  sources: readonly SourceText[],
  settings: RuleSettings = DEFAULT_SETTINGS,
): readonly RuleFileReading[] {
  const files = sources.map((source) => parseRuleFile(source, settings));
  const catalogue = new Catalogue(files.flatMap(({ shared }) => shared));
  return files.map((file) => readParsedFile(file, settings, new References(catalogue)));
}

export function parseRuleFile({ file, text }: SourceText, settings: RuleSettings): ParsedRuleFile {
  const yaml = readYaml({ file, text });
  const documents = yaml.documents.flatMap(listed);
  const shared = documents.flatMap((document) =>
    (formatOf(document)?.sharedIn?.(document, settings) ?? []).map((part) =>
      sharedObject(part, document, file),
    ),
  );
  const isLinked = documents.some((document) => formatOf(document)?.isLinked?.(document) === true);
  return { file, documents, shared, isLinked, problems: yaml.problems };
}

/** A document can be a list of objects, each as if it were a document. */
function listed(document: YamlDocument): readonly YamlDocument[] {
  const { value } = document;
  if (!Array.isArray(value)) return [document];
  return value.map((item: unknown, index) => itemDocument(document, item, index));
}

export function readParsedFile(
  { file, documents, shared, problems }: ParsedRuleFile,
  settings: RuleSettings,
  references: References,
): RuleFileReading {
  const findings = new Findings(file);
  const slos = documents.flatMap((document) =>
    readDocument(document, findings, settings, references),
  );
  const exclusions = documents.flatMap(
    (document) => formatOf(document)?.readExclusions?.(document, findings) ?? [],
  );
  if (documents.length === 0 && problems.length === 0) {
    const hint = `start with ${FIRST_LINES[0]}`;
    findings.addAt("empty-file", { line: 1, column: 1 }, "the file is empty", { hint });
  }
  reportTwins(slos, findings);
  const templates = publishedTemplates(shared);
  const all = [...problems, ...findings.problems];
  return { slos, exclusions, problems: all, ...(templates.length === 0 ? {} : { templates }) };
}

function formatOf({ value }: YamlDocument): RuleFormat | undefined {
  if (!isMapping(value)) return undefined;
  const { apiVersion, version } = value;
  return FORMATS.find(
    ({ apiVersions, versions = [] }) =>
      apiVersions.some((known) => known === apiVersion) ||
      (apiVersion === undefined && versions.some((known) => known === version)),
  );
}

/** Rules that were compiled are easily left beside the files that they were compiled of. */
const PROMETHEUS_HINT =
  "this looks like rules of Prometheus, not SLOs: keep them in a folder of their own";

function readDocument(
  document: YamlDocument,
  findings: Findings,
  settings: RuleSettings,
  references: References,
): readonly Slo[] {
  const format = formatOf(document);
  if (format !== undefined) return format.read(document, findings, settings, references);
  const { value } = document;
  if (!isMapping(value)) {
    findings.add("wrong-type", document, [], `an SLO file is a mapping, not ${kindOf(value)}`);
    return [];
  }
  const key = value["apiVersion"] === undefined && "version" in value ? "version" : "apiVersion";
  const version = value[key];
  if (version === undefined) {
    findings.add("missing-field", document, [], "an SLO file needs `apiVersion`", {
      hint: Array.isArray(value["groups"]) ? PROMETHEUS_HINT : `write ${FIRST_LINES[0]}`,
    });
    return [];
  }
  findings.add("unknown-format", document, [key], `${kindOf(version)} is not read`, {
    hint:
      value["kind"] === "PrometheusRule"
        ? PROMETHEUS_HINT
        : versionHint(key, typeof version === "string" ? version : ""),
  });
  return [];
}

/** The version that was probably meant, under the key it belongs to. */
function versionHint(key: string, version: string): string {
  const meant =
    FIRST_LINES.find((line) => line.endsWith(`ersion: ${version}`)) ??
    nearestName(`${key}: ${version}`, FIRST_LINES);
  if (meant === undefined) return `one of: ${VERSIONS.join(", ")}`;
  const [, nearest = ""] = meant.split(": ");
  return meant.startsWith(`${key}: `) ? `did you mean \`${nearest}\`?` : `write ${meant}`;
}

const JSON_VERSION = /"apiVersion"\s*:\s*"([^"\\]{1,100})"/g;

/** Whether a JSON file is meant to hold SLOs: other JSON may lie beside rule files, and is none of our business. */
export function isRuleJson(text: string): boolean {
  for (const [, version = ""] of text.matchAll(JSON_VERSION))
    if (nearestName(version, VERSIONS) !== undefined) return true;
  return false;
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
