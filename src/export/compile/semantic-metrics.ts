/**
 * Kind and unit of the metrics that the OpenTelemetry semantic conventions name: a rule file holds neither, and a Prometheus
 * name is made of both (research/otlp.md sections 5 and 6).
 */
import type { MetricShape } from "../../slo/index.ts";

export interface SemanticMetric {
  readonly unit: string;
  readonly shape: MetricShape;
}

const DURATION: SemanticMetric = { unit: "s", shape: "histogram" };
const counter = (unit: string): SemanticMetric => ({ unit, shape: "counter" });

export const SEMANTIC_METRICS: ReadonlyMap<string, SemanticMetric> = new Map([
  ["http.server.request.duration", DURATION],
  ["http.client.request.duration", DURATION],
  ["rpc.server.call.duration", DURATION],
  ["rpc.client.call.duration", DURATION],
  ["db.client.operation.duration", DURATION],
  ["messaging.client.operation.duration", DURATION],
  ["messaging.process.duration", DURATION],
  ["faas.invoke_duration", DURATION],
  ["faas.init_duration", DURATION],
  ["gen_ai.client.operation.duration", DURATION],
  ["cicd.pipeline.run.duration", DURATION],
  ["messaging.client.sent.messages", counter("{message}")],
  ["messaging.client.consumed.messages", counter("{message}")],
  ["faas.invocations", counter("{invocation}")],
  ["faas.errors", counter("{error}")],
  ["faas.timeouts", counter("{timeout}")],
  ["cicd.pipeline.run.errors", counter("{error}")],
  ["cicd.system.errors", counter("{error}")],
]);
