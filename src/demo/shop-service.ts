/** One service of the demo's shop, or of its delivery platform. */
import type { Meter } from "@opentelemetry/api";
import { startMeterProvider, type Endpoints, type SdkSettings } from "./meter-provider.ts";

export interface ServiceSettings extends SdkSettings {
  readonly name: string;
  readonly namespace: string;
}

export interface ShopService {
  readonly settings: ServiceSettings;
  readonly meter: Meter;
  close(): Promise<void>;
}

const EXPORT_INTERVAL_MS = 1_000;

export function startService(settings: ServiceSettings, endpoints: Endpoints): ShopService {
  const resource = {
    "service.name": settings.name,
    "service.namespace": settings.namespace,
    "service.instance.id": `${settings.name}-1`,
  };
  const provider = startMeterProvider(settings, endpoints, resource, EXPORT_INTERVAL_MS);
  return { settings, meter: provider.getMeter("shop"), close: () => provider.shutdown() };
}
