/** `slowburn dashboards --out DIR`: everything Grafana and Prometheus need, as files. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { makeDirectory } from "../../config/index.ts";
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

export interface WriteSettings extends Partial<ProvisioningSettings> {
  /** Overwrite configuration that was edited too. */
  readonly force?: boolean;
}

export interface WrittenFile {
  readonly path: string;
  /** `kept`: configuration that differs from ours, and is its owner's. */
  readonly outcome: "written" | "kept";
}

/**
 * Writes dashboards, provisioning files and monitoring rules under `dir`, which is made when it is missing. Generated files
 * are replaced; prometheus.yml and alertmanager.yml are there to be edited, and one that differs stays as it is. Throws
 * `OperationError` when the disk refuses.
 */
export function writeDashboards(
  dir: string,
  { force = false, ...settings }: WriteSettings = {},
): readonly WrittenFile[] {
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
  return files.map(({ path, text, isEditable = false }) => {
    const target = join(dir, path);
    return writeOne(target, text, isEditable && !force);
  });
}

function writeOne(path: string, text: string, keepsEdited: boolean): WrittenFile {
  try {
    makeDirectory(dirname(path));
    if (keepsEdited && existsSync(path) && readFileSync(path, "utf8") !== text)
      return { path, outcome: "kept" };
    writeFileSync(path, text);
    return { path, outcome: "written" };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OperationError("write-failed", `cannot write ${path}: ${reason}`, {
      cause,
      retryable: false,
    });
  }
}
