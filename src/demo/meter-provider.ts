/** A real OpenTelemetry SDK as a service sets it up: its resource, exporter, temporality and kind of histogram. */
import type { Attributes } from "@opentelemetry/api";
import { OTLPMetricExporter as GrpcExporter } from "@opentelemetry/exporter-metrics-otlp-grpc";
import {
  AggregationTemporalityPreference,
  OTLPMetricExporter as JsonExporter,
} from "@opentelemetry/exporter-metrics-otlp-http";
import { OTLPMetricExporter as ProtobufExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  AggregationType,
  InstrumentType,
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from "@opentelemetry/sdk-metrics";

export interface Endpoints {
  readonly http: string;
  readonly grpc: string;
}

export interface SdkSettings {
  readonly protocol: "http/protobuf" | "http/json" | "grpc";
  /** As OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE says it. */
  readonly temporality: "cumulative" | "delta" | "lowmemory";
  readonly histogram: "explicit" | "exponential";
}

/** The SDK's default; longer than the interval it is refused. */
const EXPORT_TIMEOUT_MS = 30_000;

export function startMeterProvider(
  settings: SdkSettings,
  endpoints: Endpoints,
  resource: Attributes,
  exportIntervalMs: number,
): MeterProvider {
  const reader = new PeriodicExportingMetricReader({
    exporter: exporterOf(settings, endpoints),
    exportIntervalMillis: exportIntervalMs,
    exportTimeoutMillis: Math.min(exportIntervalMs, EXPORT_TIMEOUT_MS),
  });
  const exponential = {
    instrumentType: InstrumentType.HISTOGRAM,
    aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM },
  } as const;
  return new MeterProvider({
    resource: resourceFromAttributes(resource),
    readers: [reader],
    views: settings.histogram === "exponential" ? [exponential] : [],
  });
}

function exporterOf(
  { protocol, temporality }: SdkSettings,
  { http, grpc }: Endpoints,
): PushMetricExporter {
  const temporalityPreference = {
    cumulative: AggregationTemporalityPreference.CUMULATIVE,
    delta: AggregationTemporalityPreference.DELTA,
    lowmemory: AggregationTemporalityPreference.LOWMEMORY,
  }[temporality];
  switch (protocol) {
    case "grpc":
      return new GrpcExporter({ url: grpc, temporalityPreference });
    case "http/json":
      return new JsonExporter({ url: `${http}/v1/metrics`, temporalityPreference });
    case "http/protobuf":
      return new ProtobufExporter({ url: `${http}/v1/metrics`, temporalityPreference });
  }
}
