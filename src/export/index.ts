/**
 * What leaves for Prometheus and Grafana: the `/metrics` exposition in both text formats, and dashboards, provisioning
 * files and monitoring rules as code. In: narrow views of engine, alerts and rules (`ExpositionSource`). Promised: all
 * numbers of one scrape are of one tick, the event loop is never blocked for long, and every name is in names.ts.
 */
export { compileRules, type CompiledRules } from "./compile/compile-rules.ts";
export type { CompileSettings, RuleGroup } from "./compile/rule.ts";
export {
  RULE_TARGETS,
  RULE_WRAPPERS,
  ruleFileText,
  type RuleFileSettings,
  type RuleTarget,
  type RuleWrapper,
} from "./compile/rule-file-text.ts";
export type { ProvisioningSettings } from "./dashboards/provisioning.ts";
export { SLO_DETAIL_UID } from "./dashboards/uids.ts";
export {
  dashboards,
  writeDashboards,
  type DashboardFile,
  type WriteSettings,
  type WrittenFile,
} from "./dashboards/write.ts";
export { Exposition } from "./exposition.ts";
export { acceptsGzip, CONTENT_TYPES, negotiateFormat, type ExpositionFormat } from "./format.ts";
export { groupLabel } from "./labels.ts";
export { LABELS, METRICS, type Metric } from "./names.ts";
export { processMetrics } from "./process-metrics.ts";
export { scrape, type ScrapeAnswer, type ScrapeRequest } from "./scrape.ts";
export type {
  AlertSample,
  ExpositionSource,
  MoreMetrics,
  RuleFileSample,
  StreamSource,
} from "./source.ts";
