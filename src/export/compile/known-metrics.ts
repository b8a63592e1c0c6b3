/**
 * Kind and unit of metrics whose name says both: those that the OpenTelemetry semantic conventions name, today's and the
 * older ones that are still sent, and slowburn's own. A rule file holds neither, and a Prometheus name is made of both
 * (research/otlp.md sections 5 and 6).
 */
import type { MetricShape } from "../../slo/index.ts";
import { INSTRUMENTS } from "../../telemetry/index.ts";

export interface KnownMetric {
  readonly unit: string;
  readonly shape: MetricShape;
}

const histogram = (unit: string, names: string) => named({ unit, shape: "histogram" }, names);
const counter = (unit: string, names: string) => named({ unit, shape: "counter" }, names);
const gauge = (unit: string, names: string) => named({ unit, shape: "gauge" }, names);
const named = (
  metric: KnownMetric,
  names: string,
): readonly (readonly [name: string, metric: KnownMetric])[] =>
  names.split(/\s+/).map((name) => [name, metric]);

const { requests, requestDuration, tickDuration } = INSTRUMENTS;

export const KNOWN_METRICS: ReadonlyMap<string, KnownMetric> = new Map([
  ...histogram(
    "s",
    "http.server.request.duration http.client.request.duration http.client.connection.duration " +
      "rpc.server.call.duration rpc.client.call.duration db.client.operation.duration " +
      "db.client.connection.create_time db.client.connection.wait_time db.client.connection.use_time " +
      "messaging.client.operation.duration messaging.process.duration dns.lookup.duration " +
      "faas.invoke_duration faas.init_duration gen_ai.client.operation.duration " +
      "gen_ai.server.request.duration gen_ai.server.time_to_first_token " +
      "gen_ai.server.time_per_output_token cicd.pipeline.run.duration kestrel.connection.duration",
  ),
  // Before the conventions were stable, in milliseconds.
  ...histogram(
    "ms",
    "http.server.duration http.client.duration rpc.server.duration rpc.client.duration",
  ),
  ...histogram(
    "By",
    "http.server.request.body.size http.server.response.body.size " +
      "http.client.request.body.size http.client.response.body.size",
  ),
  ...histogram("{token}", "gen_ai.client.token.usage"),
  // Annotations in braces are no part of a name: which one it is does not matter.
  ...counter(
    "{event}",
    "messaging.client.sent.messages messaging.client.consumed.messages " +
      "faas.invocations faas.errors faas.timeouts faas.coldstarts db.client.connection.timeouts " +
      "cicd.pipeline.run.errors cicd.system.errors",
  ),
  ...gauge(
    "{thing}",
    "http.server.active_requests http.client.active_requests http.client.open_connections " +
      "db.client.connection.count db.client.connection.pending_requests " +
      "cicd.pipeline.run.active cicd.worker.count k8s.container.restart.count " +
      "k8s.deployment.pod.available k8s.deployment.pod.desired " +
      "k8s.statefulset.pod.ready k8s.statefulset.pod.desired k8s.replicaset.pod.available " +
      "k8s.replicaset.pod.desired k8s.daemonset.node.ready k8s.daemonset.node.desired_scheduled",
  ),
  ...gauge("1", "system.cpu.utilization system.memory.utilization system.filesystem.utilization"),
  ...counter(requests.unit, requests.name),
  ...histogram(requestDuration.unit, `${requestDuration.name} ${tickDuration.name}`),
]);
