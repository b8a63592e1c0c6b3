/** The addresses in alerts: the SLO in the API, and its dashboard in Grafana. */
import type { AlertLinks } from "../alerts/index.ts";
import type { SlowburnConfig } from "../config/index.ts";
import { SLO_DETAIL_UID } from "../export/index.ts";
import type { StreamView } from "../engine/index.ts";

/** Where people reach slowburn: as configured, or where it listens. */
export function externalUrl({ externalUrl: url, api, tls }: SlowburnConfig): string {
  const scheme = tls === undefined ? "http" : "https";
  return url ?? `${scheme}://${api.host.includes(":") ? `[${api.host}]` : api.host}:${api.port}`;
}

export function alertLinks(config: SlowburnConfig): AlertLinks {
  const base = externalUrl(config);
  const sloOf = ({ slo }: StreamView): string =>
    `${base}/api/v1/slos/${encodeURIComponent(slo.service)}/${encodeURIComponent(slo.name)}`;
  return { slo: sloOf, generator: sloOf, dashboard: (stream) => dashboardOf(config, stream) };
}

function dashboardOf({ grafanaUrl }: SlowburnConfig, { slo }: StreamView): string | undefined {
  if (grafanaUrl === undefined) return undefined;
  const variables = new URLSearchParams({ "var-service": slo.service, "var-slo": slo.id });
  return `${grafanaUrl}/d/${SLO_DETAIL_UID}?${variables.toString()}`;
}
