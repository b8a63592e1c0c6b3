/** `slowburn dashboards --out DIR`: everything Grafana and Prometheus need, as files. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { OperationError } from "../../slo/index.ts";
import { monitoringRules } from "../monitoring-rules.ts";
import { fleet } from "./fleet.ts";
import type { JsonObject } from "./panel.ts";
import {
  DASHBOARDS_DIR,
  provisioning,
  type ProvisionedFile,
  type ProvisioningSettings,
} from "./provisioning.ts";
import { sloDetail } from "./slo-detail.ts";
import { FLEET_UID, SLO_DETAIL_UID } from "./uids.ts";

export interface DashboardFile {
  readonly uid: string;
  /** `slowburn-fleet.json`. */
  readonly fileName: string;
  /** Classic dashboard JSON, as Grafana's file provisioning and its import page take it. */
  readonly json: JsonObject;
}

/** Every dashboard, the overview first. */
export function dashboards(): readonly DashboardFile[] {
  return [
    { uid: FLEET_UID, fileName: `${FLEET_UID}.json`, json: fleet() },
    { uid: SLO_DETAIL_UID, fileName: `${SLO_DETAIL_UID}.json`, json: sloDetail() },
  ];
}

/**
 * Writes dashboards, provisioning files and monitoring rules under `dir`, which is made when it is missing; files of the
 * same names are replaced. Returns the paths written. Throws `OperationError` when the disk refuses.
 */
export async function writeDashboards(
  dir: string,
  settings: Partial<ProvisioningSettings> = {},
): Promise<readonly string[]> {
  const files: readonly ProvisionedFile[] = [
    ...dashboards().map(({ fileName, json }) => ({
      path: `${DASHBOARDS_DIR}/${fileName}`,
      text: `${JSON.stringify(json, null, 2)}\n`,
    })),
    ...provisioning({
      prometheusUrl: "http://localhost:9090",
      slowburnTarget: "localhost:4319",
      dashboardsPath: resolve(dir, DASHBOARDS_DIR),
      ...settings,
    }),
    { path: "prometheus/slowburn-monitoring.rules.yaml", text: monitoringRules() },
  ];
  const written: string[] = [];
  for (const { path, text } of files) {
    const target = join(dir, path);
    try {
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, text);
    } catch (cause) {
      throw new OperationError("write-failed", `cannot write ${target}`, {
        cause,
        retryable: false,
      });
    }
    written.push(target);
  }
  return written;
}
