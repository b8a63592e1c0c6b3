/**
 * Bucket bounds that the OpenTelemetry semantic conventions advise for their histograms, in seconds: what SDKs use where
 * nobody says otherwise (research/otlp.md section 6).
 */
const HTTP = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const DATABASE = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];
const GEN_AI = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
];
const FIRST_TOKEN = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
];
/** None advised: the SDK's default, made for milliseconds, read as seconds. */
const SDK_DEFAULT = [5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000];

export const ADVISORY_BOUNDS: readonly {
  readonly name: string;
  readonly bounds: readonly number[];
}[] = [
  { name: "http.server.request.duration", bounds: HTTP },
  { name: "http.client.request.duration", bounds: HTTP },
  { name: "rpc.server.call.duration", bounds: HTTP },
  { name: "rpc.client.call.duration", bounds: HTTP },
  { name: "messaging.process.duration", bounds: HTTP },
  { name: "messaging.client.operation.duration", bounds: HTTP },
  { name: "faas.invoke_duration", bounds: HTTP },
  { name: "faas.init_duration", bounds: HTTP },
  { name: "db.client.operation.duration", bounds: DATABASE },
  { name: "gen_ai.client.operation.duration", bounds: GEN_AI },
  { name: "gen_ai.server.time_to_first_token", bounds: FIRST_TOKEN },
  { name: "cicd.pipeline.run.duration", bounds: SDK_DEFAULT },
];
