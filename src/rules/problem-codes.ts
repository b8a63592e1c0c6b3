/**
 * Every code a rule file can be refused or warned with. Scripts and tests match on codes, never on prose, so a code is
 * never renamed. README.md's table is made of this one, and a test compares them.
 */
export const RULE_PROBLEM_CODES = {
  "file-unreadable":
    "The file cannot be opened, is no regular file, or is a link that leads to nothing.",
  "file-too-large": "The file is over 1 MiB.",
  "file-not-text": "The file is not UTF-8 text.",
  "file-outside-root": "The file is a link that leaves the rules directory.",
  "too-many-files": "The rules directory holds more files than allowed.",
  "directory-unreadable": "The rules directory is missing or cannot be listed.",
  "yaml-syntax": "The text is not YAML 1.2.",
  "yaml-tab": "YAML does not indent with tabs.",
  "yaml-depth": "Nested deeper than 64 levels.",
  "yaml-size": "More than 100 000 values, once aliases are followed.",
  "yaml-alias": "An alias without its anchor, or too many aliases.",
  "yaml-tag": "Custom tags are not read.",
  "yaml-directive": "Only YAML 1.2 is read.",
  "duplicate-key": "The same key twice in one mapping.",
  "forbidden-key":
    "A key that is no plain text, or one of `__proto__`, `constructor`, `prototype`.",
  "ambiguous-scalar": "A number whose text would be lost (`1.10`): quote it.",
  "empty-file": "Nothing is in the file; or it holds no SLO.",
  "unknown-format": "`apiVersion` names no format that is read.",
  "unknown-key": "A field that does not exist.",
  "missing-field": "A field that must be there.",
  "wrong-type": "A value of the wrong kind.",
  "invalid-name": "A name with characters that names cannot have.",
  "objective-sign": "An objective without its percent sign: it could mean two things.",
  "objective-range": "An objective that is no percentage from 0 % to below 100 %.",
  "window-range": "A window outside 1d to 1y, or shorter than two buckets.",
  "unknown-time-zone": "No time zone of the IANA database.",
  "invalid-wall-time": "A date that is not written as `2024-04-01` or `2024-01-01T09:00`.",
  "invalid-duration": "A span that is not written as `5m`, `1h30m`, `250ms`.",
  "sli-form": "The SLI is none of the known forms, or two of them at once.",
  "empty-matcher": "A matcher that says nothing.",
  "invalid-matcher": "Conditions that contradict each other or can never hold.",
  "invalid-regex": "Not RE2 syntax, over 1 KiB, or too large once compiled.",
  "invalid-number": "A number outside its range.",
  "invalid-url": "A link that is not http or https.",
  "reserved-label": "A label that slowburn or Alertmanager sets itself.",
  "invalid-label": "A label name that Prometheus would not take.",
  "policy-form": "The alert policy is none of the known forms, or two of them at once.",
  "tier-never-fires": "factor x error budget >= 1: even a full outage would not fire.",
  "tier-always-fires": "factor < 1: it fires although the budget lasts.",
  "tier-lookback": "Lookbacks must be: two buckets <= short < long <= window.",
  "policy-empty": "The policy is left without tiers: the SLO would never alert.",
  "duplicate-slo": "Two SLOs with one id.",
  "threshold-off-bound":
    "Lint: a latency threshold inside a bucket of the bounds that SDKs use for the metric.",
  "overlapping-slos": "Lint: two SLOs count the same events over the same window.",
} as const;

export type RuleProblemCode = keyof typeof RULE_PROBLEM_CODES;
