/** One service of the demo's shop: a real OpenTelemetry SDK with its own resource, exporter and temporality. */
import type { Meter } from "@opentelemetry/api";
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

export interface ServiceSettings {
  readonly name: string;
  readonly protocol: "http/protobuf" | "http/json" | "grpc";
  readonly temporality: "cumulative" | "delta";
  readonly histogram: "explicit" | "exponential";
  readonly namespace: string;
}

export interface ShopService {
  readonly settings: ServiceSettings;
  readonly meter: Meter;
  close(): Promise<void>;
}

const EXPORT_INTERVAL_MS = 1_000;

export function startService(settings: ServiceSettings, endpoints: Endpoints): ShopService {
  const provider = new MeterProvider({
    resource: resourceFromAttributes({
      "service.name": settings.name,
      "service.namespace": settings.namespace,
      "service.instance.id": `${settings.name}-1`,
    }),
    readers: [
      new PeriodicExportingMetricReader({
        exporter: exporterOf(settings, endpoints),
        exportIntervalMillis: EXPORT_INTERVAL_MS,
        exportTimeoutMillis: EXPORT_INTERVAL_MS,
      }),
    ],
    views:
      settings.histogram === "exponential"
        ? [
            {
              instrumentType: InstrumentType.HISTOGRAM,
              aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM },
            },
          ]
        : [],
  });
  return { settings, meter: provider.getMeter("shop"), close: () => provider.shutdown() };
}

function exporterOf(
  { protocol, temporality }: ServiceSettings,
  { http, grpc }: Endpoints,
): PushMetricExporter {
  const temporalityPreference =
    temporality === "delta"
      ? AggregationTemporalityPreference.DELTA
      : AggregationTemporalityPreference.CUMULATIVE;
  switch (protocol) {
    case "grpc":
      return new GrpcExporter({ url: grpc, temporalityPreference });
    case "http/json":
      return new JsonExporter({ url: `${http}/v1/metrics`, temporalityPreference });
    case "http/protobuf":
      return new ProtobufExporter({ url: `${http}/v1/metrics`, temporalityPreference });
  }
}
