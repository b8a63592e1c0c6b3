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
  "yaml-alias":
    "An alias without its anchor, or inside of what it stands for; or too many aliases.",
  "yaml-tag": "Custom tags are not read.",
  "yaml-directive": "Only YAML 1.2 is read.",
  "duplicate-key": "The same key twice in one mapping.",
  "forbidden-key":
    "A key that is no plain text, or one of `__proto__`, `constructor`, `prototype`.",
  "ambiguous-scalar": "A number whose text would be lost (`1.10`): quote it.",
  "empty-file": "Nothing is in the file; or it holds no SLO.",
  "unknown-format": "`apiVersion` (or `version`) names no format that is read.",
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
  "budgeting-form": "The budgeting is none of the known forms, or two of them at once.",
  "slice-width": "A slice that is no multiple of the tick, or wider than the window.",
  "slice-budget": "The error budget is less than one slice: the first bad one overspends it.",
  "no-data-form": "`noData` other than `ignore` where no slices are counted.",
  "exclusion-form": "An exclusion that says not when, or not of what; or too much at once.",
  "exclusion-time":
    "A moment without its zone, an end before its beginning, a length out of range.",
  "exclusion-rule":
    "A recurrence rule that is not RFC 5545, not read, or that never ends or never occurs.",
  "exclusion-unmatched": "An exclusion in a file of its own that matches no SLO.",
  "invalid-member":
    "A member of a composite that is itself, another composite or there twice; fewer than 2 or more than 50.",
  "unknown-member": "A composite names an SLO that no file holds.",
  "composite-field": "A field that a composite takes from its members.",
  "composite-window":
    "An SLO would be read over two calendar windows: its own and its composites'.",
  "empty-matcher": "A matcher that says nothing.",
  "invalid-matcher": "Conditions that contradict each other or can never hold.",
  "invalid-regex": "Not RE2 syntax, over 1 KiB, or too large once compiled.",
  "invalid-number": "A number outside its range.",
  "invalid-url": "A link that is not http or https.",
  "reserved-label": "A label that slowburn or Alertmanager sets itself.",
  "invalid-label": "A label name that Prometheus would not take.",
  "alert-template":
    "A template in an alert's text that is not expanded: it stays as it is written.",
  "policy-form": "The alert policy is none of the known forms, or two of them at once.",
  "tier-never-fires": "factor x error budget >= 1: even a full outage would not fire.",
  "tier-always-fires": "factor < 1: it fires although the budget lasts.",
  "tier-lookback": "Lookbacks must be: two buckets, one slice <= short < long <= window.",
  "policy-empty": "The policy is left without tiers: the SLO would never alert.",
  "duplicate-slo": "Two SLOs with one id.",
  "threshold-off-bound":
    "Lint: a latency threshold inside a bucket of the histogram's bounds: a running server's, or those that SDKs use.",
  "overlapping-slos": "Lint: two SLOs count the same events over the same window.",
  "light-member":
    "Lint: a member of a weighted SLO that could be down all the time without missing the objective.",
  "composite-objective":
    "Lint: an SLO made of others with an objective that is missed although every member meets its own.",
  "metric-unseen": "Lint beside a running server: a metric that no series has.",
  "attribute-unseen":
    "Lint beside a running server: a condition on an attribute that no series of the metric has.",
  "threshold-off-scale":
    "Lint beside a running server: a latency threshold outside the histogram's bounds, as if its unit were another.",
  "objective-unresolved":
    "Lint beside a running server: at present traffic the error budget is less than one event.",
  // Formats of other tools.
  "unknown-kind": "`kind` names no kind of object that the format has.",
  "missing-reference": "The object that is named is in no file of the folder.",
  "duplicate-object": "Two objects of one kind and name: the first is taken.",
  "unsupported-source": "The data is in another system: the SLO does not run here.",
  "not-supported": "A part of the format that slowburn cannot do yet.",
  "not-applied": "A part of the file that has no effect here.",
  "unknown-plugin": "A plugin whose queries are not in the file.",
  "promql-syntax": "The query is not PromQL.",
  "promql-selector": "A selector that does not name one metric and plain conditions.",
  "promql-range": "A range that is missing, or is not the window.",
  "promql-scale": "Counts, rates and steps in one ratio: their scales do not cancel.",
  "promql-labels": "Both sides of an operator are not aggregated by the same labels.",
  "promql-unsupported": "The query cannot be computed from increments.",
  "promql-form": "The query comes to no ratio of counts.",
  "invalid-calendar": "A calendar window whose start, zone or length is none.",
  "ambiguous-duration": "`1m` is a minute; it was read as a month.",
  "invalid-slice": "A slice of time that is no whole number of buckets, or too wide.",
  "condition-op": "An alert on a low burn rate: it is read as one on a high one.",
  "unknown-severity": "A severity that says neither page nor ticket: it pages.",
  "template-form": "A template, or a use of one, that is not written as templates are.",
  "template-unsound":
    "The template has errors, told where it stands, and no earlier version is known.",
  "template-deprecated": "The template says what to use instead.",
  "newer-template": "Lint: a newer version of the template is published.",
  "invalid-argument": "An argument that the template's parameter does not take.",
  "unused-parameter": "A parameter that stands nowhere in its template.",
  "fixed-by-template": "What the template fixes for all who use it.",
  "slo-retired": "Of a server: no file holds the SLO any more; it is counted on for a day, unseen.",
  "promql-note": "A query that is computed otherwise than Prometheus would.",
} as const;

export type RuleProblemCode = keyof typeof RULE_PROBLEM_CODES;
