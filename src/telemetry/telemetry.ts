/**
 * slowburn's own metrics through the OpenTelemetry SDK: one reader sends OTLP to slowburn's own receiver, one answers `/metrics`.
 * Traces and logs of the SDK are off, the environment's resource detectors too: the resource says who this is, no more.
 */
import { type ContextManager, type Meter, metrics, ROOT_CONTEXT } from "@opentelemetry/api";
import { PrometheusExporter } from "@opentelemetry/exporter-prometheus";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  type IMetricReader,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { watchExports } from "./export-watch.ts";
import { SCOPE_NAME } from "./instruments.ts";
import { observe, type TelemetrySources } from "./observation.ts";
import type { Recorder } from "./recorder.ts";
import { scrapeText } from "./scrape-text.ts";

export type {
  ArchiveState,
  JournalCounts,
  PointCounts,
  ReceiverState,
  TelemetrySources,
} from "./observation.ts";

export interface TelemetrySettings {
  readonly version: string;
  /** `service.instance.id`: new at each start, so that two processes never share a series. */
  readonly instanceId: string;
  /** Own OTLP/HTTP receiver, as `http://127.0.0.1:4318`; `undefined` sends nothing. */
  readonly receiverUrl: string | undefined;
  /** Sent with each export, for a receiver that asks for a token. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How often own metrics are sent; 10 000 by default. */
  readonly intervalMs?: number;
  /** Own metrics ceased to arrive; once per outage. */
  readonly onFailed?: (error: Error | undefined) => void;
  readonly onRecovered?: () => void;
}

export interface Telemetry {
  /** Own instruments as families for `/metrics`. Rejects when one of the sources does. */
  metrics(format: "text" | "openmetrics"): Promise<string>;
  /** Sends what is left (at most some seconds) and ends; call it while the receiver still listens. */
  close(): Promise<void>;
}

const DEFAULT_INTERVAL_MS = 10_000;
const EXPORT_TIMEOUT_MS = 5_000;

/** Without traces no context travels; the SDK's default would switch on async hooks, which every promise pays for. */
const NO_CONTEXT: ContextManager = {
  active: () => ROOT_CONTEXT,
  with: (_context, run, thisArg, ...args) =>
    run.call(thisArg as ThisParameterType<typeof run>, ...args),
  bind: (_context, target) => target,
  enable: () => NO_CONTEXT,
  disable: () => NO_CONTEXT,
};

/** Starts collecting. From here on `recorder` keeps durations too. */
export function startTelemetry(
  recorder: Recorder,
  sources: TelemetrySources,
  settings: TelemetrySettings,
): Telemetry {
  const scraped = new PrometheusExporter({ preventServerStart: true });
  const sdk = new NodeSDK({
    metricReaders: [scraped, ...pushReaders(settings)],
    resource: resourceFromAttributes({
      "service.name": "slowburn",
      "service.version": settings.version,
      "service.instance.id": settings.instanceId,
    }),
    autoDetectResources: false,
    textMapPropagator: null,
    contextManager: NO_CONTEXT,
    spanProcessors: [],
    logRecordProcessors: [],
  });
  const meter = startAndTakeMeter(sdk, settings.version);
  observe(meter, recorder, sources);
  return {
    metrics: async (format) => {
      const { resourceMetrics, errors } = await scraped.collect();
      if (errors.length > 0) throw new AggregateError(errors, "own metrics could not be collected");
      return scrapeText(resourceMetrics, format);
    },
    close: () => sdk.shutdown(),
  };
}

function pushReaders(settings: TelemetrySettings): IMetricReader[] {
  const { receiverUrl, headers, intervalMs = DEFAULT_INTERVAL_MS } = settings;
  if (receiverUrl === undefined) return [];
  const exporter = new OTLPMetricExporter({
    url: `${receiverUrl}/v1/metrics`,
    headers: { ...headers },
    timeoutMillis: Math.min(EXPORT_TIMEOUT_MS, intervalMs),
  });
  watchExports(exporter, {
    onFailed: settings.onFailed ?? (() => undefined),
    onRecovered: settings.onRecovered ?? (() => undefined),
  });
  return [
    new PeriodicExportingMetricReader({
      exporter,
      exportIntervalMillis: intervalMs,
      exportTimeoutMillis: Math.min(EXPORT_TIMEOUT_MS, intervalMs),
    }),
  ];
}

/**
 * NodeSDK hands its meter provider over through the API's global only. It is taken from there and the global is put back,
 * so that several servers in one process, or an SDK of the embedding program, do not mix (README, decision 3).
 */
function startAndTakeMeter(sdk: NodeSDK, version: string): Meter {
  const before = metrics.getMeterProvider();
  metrics.disable();
  try {
    sdk.start();
    return metrics.getMeter(SCOPE_NAME, version);
  } finally {
    metrics.disable();
    if (before instanceof MeterProvider) metrics.setGlobalMeterProvider(before);
  }
}
