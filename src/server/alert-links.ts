/** The addresses in alerts: the SLO in the API, and its dashboard in Grafana. */
import type { AlertLinks } from "../alerts/index.ts";
import type { SlowburnConfig } from "../config/index.ts";
import { groupLabel, SLO_DETAIL_UID } from "../export/index.ts";
import type { StreamView } from "../engine/index.ts";

/** Where people reach slowburn: as configured, or where it listens. */
export function externalUrl({ externalUrl: url, api, tls }: SlowburnConfig): string {
  const scheme = tls === undefined ? "http" : "https";
  return url ?? `${scheme}://${api.host.includes(":") ? `[${api.host}]` : api.host}:${api.port}`;
}

/** Links under slowburn's own address, and under Grafana's where there is one. */
export function linksUnder(slowburnUrl: string, grafanaUrl?: string): AlertLinks {
  const sloOf = ({ slo }: StreamView): string =>
    `${slowburnUrl}/api/v1/slos/${encodeURIComponent(slo.service)}/${encodeURIComponent(slo.name)}`;
  return { slo: sloOf, generator: sloOf, dashboard: (stream) => dashboardOf(grafanaUrl, stream) };
}

/** Opens on the SLO, and on the group that burns. */
function dashboardOf(grafanaUrl: string | undefined, stream: StreamView): string | undefined {
  if (grafanaUrl === undefined) return undefined;
  const { slo } = stream;
  const variables = new URLSearchParams({ "var-service": slo.service, "var-slo": slo.id });
  if (stream.group.length > 0) variables.set("var-group", groupLabel(stream));
  return `${grafanaUrl}/d/${SLO_DETAIL_UID}?${variables.toString()}`;
}
