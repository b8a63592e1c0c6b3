/**
 * What leaves for Prometheus and Grafana: the `/metrics` exposition in both text formats, and dashboards, provisioning
 * files and monitoring rules as code. In: narrow views of engine, alerts and rules (`ExpositionSource`). Promised: all
 * numbers of one scrape are of one tick, the event loop is never blocked for long, and every name is in names.ts.
 */
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
