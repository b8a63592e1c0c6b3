/** Notices when own metrics cease to arrive, and when they arrive again: a self-watching process must not go blind unseen. */
import { core } from "@opentelemetry/sdk-node";
import type { PushMetricExporter } from "@opentelemetry/sdk-metrics";

export interface ExportPorts {
  /** Once per outage. */
  readonly onFailed: (error: Error | undefined) => void;
  readonly onRecovered: () => void;
}

/** Makes `exporter` report its first failure and the first success after one; the exporter itself is returned. */
export function watchExports<T extends PushMetricExporter>(exporter: T, ports: ExportPorts): T {
  const send = exporter.export.bind(exporter);
  let isFailing = false;
  exporter.export = (metrics, done): void => {
    send(metrics, (result) => {
      const hasFailed = result.code !== core.ExportResultCode.SUCCESS;
      if (hasFailed && !isFailing) ports.onFailed(result.error);
      if (!hasFailed && isFailing) ports.onRecovered();
      isFailing = hasFailed;
      done(result);
    });
  };
  return exporter;
}
