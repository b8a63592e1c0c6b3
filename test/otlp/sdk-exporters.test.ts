/** The OpenTelemetry SDK's own exporters, over all three protocols: what they record is what the decoder tells. */
import { OTLPMetricExporter as GrpcExporter } from "@opentelemetry/exporter-metrics-otlp-grpc";
import {
  AggregationTemporalityPreference,
  OTLPMetricExporter as JsonExporter,
} from "@opentelemetry/exporter-metrics-otlp-http";
import { OTLPMetricExporter as ProtobufExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  AggregationType,
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from "@opentelemetry/sdk-metrics";
import { afterEach, expect, test } from "vitest";
import {
  createGrpcReceiver,
  createHttpReceiver,
  MetricKind,
  MetricsDecoder,
  Temporality,
  type ExportHandler,
  type Receiver,
} from "../../src/otlp/index.ts";
import { RecordingSink } from "./recording-sink.ts";

const running: Receiver[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((it) => it.close(100)));
});

type Protocol = "http/protobuf" | "http/json" | "grpc";
type Preference = "delta" | "cumulative";

async function exporterFor(
  protocol: Protocol,
  preference: Preference,
  gzip: boolean,
  handle: ExportHandler,
): Promise<PushMetricExporter> {
  const receiver =
    protocol === "grpc" ? createGrpcReceiver({ handle }) : createHttpReceiver({ handle });
  running.push(receiver);
  const origin = `http://127.0.0.1:${await receiver.start("127.0.0.1", 0)}`;
  const temporalityPreference =
    preference === "delta"
      ? AggregationTemporalityPreference.DELTA
      : AggregationTemporalityPreference.CUMULATIVE;
  const compression = (gzip ? "gzip" : "none") as never;
  const settings = { temporalityPreference, compression };
  if (protocol === "grpc") return new GrpcExporter({ ...settings, url: origin });
  const url = `${origin}/v1/metrics`;
  return protocol === "http/json"
    ? new JsonExporter({ ...settings, url })
    : new ProtobufExporter({ ...settings, url });
}

const protocols: readonly Protocol[] = ["http/protobuf", "http/json", "grpc"];
const cases = protocols.flatMap((protocol) =>
  (["delta", "cumulative"] as const).flatMap((preference) =>
    [false, true].map((gzip) => [protocol, preference, gzip] as const),
  ),
);

test.each(cases)("%s, %s, gzip %s", async (protocol, preference, gzip) => {
  const sink = new RecordingSink();
  const decoder = new MetricsDecoder();
  const exporter = await exporterFor(protocol, preference, gzip, async (request) => {
    decoder.decode(request, sink);
    return { kind: "accepted" };
  });
  const provider = new MeterProvider({
    resource: resourceFromAttributes({ "service.name": "checkout" }),
    readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })],
    views: [
      {
        instrumentName: "sizes",
        aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM },
      },
    ],
  });
  const meter = provider.getMeter("shop", "1.2.3");
  const requests = meter.createCounter("requests", { unit: "{request}" });
  requests.add(3, { code: 200 });
  requests.add(1, { code: 500, "error.type": "timeout" });
  const latency = meter.createHistogram("latency", {
    unit: "s",
    advice: { explicitBucketBoundaries: [0.1, 0.25, 1] },
  });
  for (const seconds of [0.1, 0.2, 5]) latency.record(seconds);
  meter.createHistogram("sizes").record(4);
  await provider.shutdown();

  const temporality = preference === "delta" ? Temporality.delta : Temporality.cumulative;
  // The SDK exports instruments with a view first.
  expect(sink.of("metric")).toMatchObject([
    { name: "sizes", kind: MetricKind.exponentialHistogram, temporality },
    { name: "requests", unit: "{request}", kind: MetricKind.sum, temporality, isMonotonic: true },
    { name: "latency", unit: "s", kind: MetricKind.histogram, temporality },
  ]);
  expect(sink.of("number")).toMatchObject([
    { value: 3, attributeCount: 1 },
    { value: 1, attributeCount: 2 },
  ]);
  expect(sink.of("histogram")).toMatchObject([
    { count: 3, counts: [1, 1, 0, 1], bounds: [0.1, 0.25, 1], min: 0.1, max: 5 },
  ]);
  const [sizes] = sink.of("exponential");
  expect(sizes).toMatchObject({ count: 1, positive: [1], zeroCount: 0 });
  expect(sink.of("number").every((it) => (it["time"] as bigint) > 10n ** 18n)).toBe(true);
});
