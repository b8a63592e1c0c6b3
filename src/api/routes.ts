/** Every path the API answers, in one table: the router, the OpenAPI document and the landing page are made from it. */
import type { Context } from "hono";
import { alertAnswer } from "./alert-answer.ts";
import type { AlertListAnswer, DashboardListAnswer, HealthAnswer } from "./answers.ts";
import { ApiFailure } from "./failure.ts";
import { METRICS_PARAMETERS, metricsRoute } from "./metrics-route.ts";
import { planRoute } from "./plan-route.ts";
import { type Parameter, readQuery, oneOf } from "./query.ts";
import { rulesAnswer } from "./rules-answer.ts";
import { scrapeResponse } from "./scrape-response.ts";
import type { SchemaName } from "./schemas.ts";
import { SLO_LIST_PARAMETERS, sloDetail, sloList } from "./slo-routes.ts";
import type { ApiSources } from "./sources.ts";
import { statusAnswer } from "./status-answer.ts";

export interface Route {
  /** As OpenAPI writes it: `/api/v1/slos/{service}/{name}`. */
  readonly path: string;
  /** GET without it. */
  readonly method?: "post";
  /** What a POST carries, JSON. */
  readonly body?: SchemaName;
  readonly operationId: string;
  readonly summary: string;
  readonly query: readonly Parameter[];
  /** What 200 carries: a schema of the document, or another content type. */
  readonly answer: { readonly schema: SchemaName } | { readonly contentType: string };
  /** Statuses besides 200, 400, 401, 405 and 500. */
  readonly failures: readonly (404 | 413 | 415 | 503)[];
  /** Answers without a token: health checks have none. */
  readonly isOpen?: true;
  /** Passes over parameters that it does not know: probes and scrapers add some of their own. */
  readonly takesAnyQuery?: true;
  readonly handle: (c: Context, sources: ApiSources) => Response | Promise<Response>;
}

const JSON_SCHEMA = "application/schema+json";
const ALERT_STATES = ["pending", "firing", "resolved"] as const;
const SEVERITIES = ["page", "ticket"] as const;
const ALERT_PARAMETERS: readonly Parameter[] = [
  { name: "state", description: "Only alerts in this state.", schema: { enum: ALERT_STATES } },
  { name: "severity", description: "Only alerts of this severity.", schema: { enum: SEVERITIES } },
];

export const ROUTES: readonly Route[] = [
  {
    path: "/-/healthy",
    operationId: "healthy",
    summary: "The process is alive.",
    query: [],
    takesAnyQuery: true,
    answer: { schema: "Health" },
    failures: [],
    isOpen: true,
    handle: (c) => c.json({ status: "ok" } satisfies HealthAnswer),
  },
  {
    path: "/-/ready",
    operationId: "ready",
    summary: "It takes and answers data; 503 with the reason while it cannot, recovers or stops.",
    query: [],
    takesAnyQuery: true,
    answer: { schema: "Health" },
    failures: [503],
    isOpen: true,
    handle: (c, { readiness }) => {
      const state = readiness();
      if (state.kind === "ready") return c.json({ status: "ok" } satisfies HealthAnswer);
      const headers = { "retry-after": "1" };
      throw new ApiFailure(503, `${state.kind}: ${state.reason}`, { headers });
    },
  },
  {
    path: "/api/v1/slos",
    operationId: "listSlos",
    summary: "All SLOs with their SLI, error budget, burn rates and alerts.",
    query: SLO_LIST_PARAMETERS,
    answer: { schema: "SloList" },
    failures: [],
    handle: (c, sources) => c.json(sloList(sources, readQuery(c.req.url, SLO_LIST_PARAMETERS))),
  },
  {
    path: "/api/v1/slos/{service}/{name}",
    operationId: "readSlo",
    summary: "One SLO in full: groups, bounds, alert policy, what it counts.",
    query: [],
    answer: { schema: "SloDetail" },
    failures: [404],
    handle: (c, sources) =>
      c.json(sloDetail(sources, `${c.req.param("service")}/${c.req.param("name")}`)),
  },
  {
    path: "/api/v1/alerts",
    operationId: "listAlerts",
    summary: "Alerts that are pending, firing or lately resolved.",
    query: ALERT_PARAMETERS,
    answer: { schema: "AlertList" },
    failures: [],
    handle: (c, sources) => {
      const query = readQuery(c.req.url, ALERT_PARAMETERS);
      const state = oneOf(query, "state", ALERT_STATES);
      const severity = oneOf(query, "severity", SEVERITIES);
      const chosen = sources
        .alerts()
        .filter((alert) => (state ?? alert.state) === alert.state)
        .filter((alert) => (severity ?? alert.severity) === alert.severity);
      return c.json({ alerts: chosen.map(alertAnswer) } satisfies AlertListAnswer);
    },
  },
  {
    path: "/api/v1/rules",
    operationId: "readRules",
    summary: "Rule files: which run, which are broken, and what is wrong in them.",
    query: [],
    answer: { schema: "Rules" },
    failures: [],
    handle: (c, sources) => c.json(rulesAnswer(sources.rules())),
  },
  {
    path: "/api/v1/metrics",
    operationId: "readMetrics",
    summary: "What the known series show of metrics: unit, attribute keys, bucket bounds.",
    query: METRICS_PARAMETERS,
    answer: { schema: "Metrics" },
    failures: [503],
    handle: metricsRoute,
  },
  {
    path: "/api/v1/plan",
    method: "post",
    body: "PlanRequest",
    operationId: "plan",
    summary: "What rule files would do if they were put in force. Changes nothing.",
    query: [],
    answer: { schema: "Plan" },
    failures: [413, 415, 503],
    handle: planRoute,
  },
  {
    path: "/api/v1/status",
    operationId: "readStatus",
    summary: "The process: version, listeners, data directory, what was taken in.",
    query: [],
    answer: { schema: "Status" },
    failures: [],
    handle: async (c, sources) => c.json(statusAnswer(sources, await sources.status())),
  },
  {
    path: "/metrics",
    operationId: "scrape",
    summary: "For Prometheus: text 0.0.4 or OpenMetrics 1.0, as `Accept` asks.",
    query: [],
    takesAnyQuery: true,
    answer: { contentType: "text/plain" },
    failures: [],
    handle: scrapeResponse,
  },
  {
    path: "/dashboards",
    operationId: "listDashboards",
    summary: "Grafana dashboards that can be fetched here.",
    query: [],
    answer: { schema: "DashboardList" },
    failures: [],
    handle: (c, { dashboards }) =>
      c.json({
        dashboards: dashboards().map(({ uid, fileName }) => ({
          uid,
          path: `/dashboards/${fileName}`,
        })),
      } satisfies DashboardListAnswer),
  },
  {
    path: "/dashboards/{file}",
    operationId: "readDashboard",
    summary: "One dashboard as Grafana imports it.",
    query: [],
    answer: { contentType: "application/json" },
    failures: [404],
    handle: (c, sources) => {
      const file = c.req.param("file") ?? "";
      const all = sources.dashboards();
      const found = all.find(({ fileName }) => fileName === file);
      if (found !== undefined) return c.json(found.json);
      const near = sources.nearestName(
        file,
        all.map(({ fileName }) => fileName),
      );
      const hint = near === undefined ? "GET /dashboards lists them" : `did you mean ${near}?`;
      throw new ApiFailure(404, `no dashboard ${JSON.stringify(file)}`, { hint });
    },
  },
  {
    path: "/schema/slowburn-v1.json",
    operationId: "readRuleSchema",
    summary: "JSON Schema of rule files, for editors.",
    query: [],
    answer: { contentType: JSON_SCHEMA },
    failures: [],
    handle: (c, { ruleSchema }) => c.json(ruleSchema(), 200, { "content-type": JSON_SCHEMA }),
  },
];
