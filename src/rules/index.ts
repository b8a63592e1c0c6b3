/**
 * SLO files → the model. In: a directory of YAML files that people edit while slowburn runs. Out: the SLOs that run,
 * what became of each file, and every problem at its line. Promised: reading never throws, a broken file never stops
 * what ran before, and no file leads out of the directory.
 */
export { Findings, formatPath, type FindingOptions } from "./findings.ts";
export { lostMembers } from "./composite-members.ts";
export { lintSlos } from "./lint.ts";
export { loadRules, readRuleTexts } from "./load-rules.ts";
export { DEFAULT_GROUP_LIMIT } from "./native/index.ts";
export { readNamedFiles } from "./named-files.ts";
export { nearestName } from "./nearest-name.ts";
export {
  ALERTS_ANNOTATION,
  DISPLAY_NAME_ANNOTATION,
  EXTRA_ANNOTATION,
} from "./openslo/metadata.ts";
export { githubProblems, sarifProblems } from "./problem-formats.ts";
export { RULE_PROBLEM_CODES, type RuleProblemCode } from "./problem-codes.ts";
export { problemsToJson, renderProblems, type RenderSettings } from "./render-problems.ts";
export { readRuleFile, readRuleFiles, type RuleFileReading } from "./rule-file.ts";
export { listRuleFiles, readRuleText, type FileText } from "./rule-folder.ts";
export { metricsOf, rateOf, type MetricFacts, type RunningFacts } from "./running-lints.ts";
export { ruleSchema } from "./rule-schema.ts";
export { withExclusions } from "./scoped-exclusions.ts";
export type {
  LoadSettings,
  PublishedTemplate,
  RuleFile,
  RuleSet,
  RuleSettings,
} from "./rule-set.ts";
export { watchRules, type RulesWatch, type WatchSettings } from "./watch-rules.ts";
export type { FieldPath, YamlDocument } from "./yaml-document.ts";
export { readYaml, type SourceText, type YamlText } from "./yaml-text.ts";
