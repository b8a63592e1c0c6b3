/**
 * The question's way: HTTP in, JSON, `/metrics` and dashboards out. In: narrow views of the engine, alerts, rules and the
 * process (`ApiSources`). Promised: numbers are the engine's own (DESIGN 4.9), an absent number is `null` and never NaN,
 * every answer is described by the OpenAPI document made from the schemas below, every error has one shape.
 *
 *     const api = createApi(sources, { bearerTokens: [] });
 *     const running = await listenApi(api, { host: "127.0.0.1", port: 4319 });
 */
export { createApi, type ApiSettings } from "./app.ts";
export { listenApi, type ApiListenSettings, type RunningApi } from "./listener.ts";
export { listenFailure } from "./listen-failure.ts";
export { bearerCheck } from "./authorization.ts";
export { openApiDocument } from "./openapi.ts";
export type {
  AlertAnswer,
  AlertListAnswer,
  BurnAnswer,
  ProblemAnswer,
  ReadingAnswer,
  RulesAnswer,
  SloAnswer,
  SloDetailAnswer,
  SloListAnswer,
  StreamAlertAnswer,
} from "./answers.ts";
export { rebuiltNote } from "./slo-answer.ts";
export type { ReceiverAnswer, StatusAnswer } from "./status-answer.ts";
export type { MetricAnswer, MetricsAnswer } from "./metrics-route.ts";
export type { PlanAnswer, PlanRequest, PlanStateAnswer, SloPlanAnswer } from "./plan-answer.ts";
export type {
  ApiSources,
  DashboardSample,
  EngineSource,
  MetricsSample,
  PlanSample,
  Readiness,
  ReceiverSample,
  RulesSample,
  StatusSample,
} from "./sources.ts";
