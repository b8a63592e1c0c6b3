/** The parts that count, brought to where they stood. */
import { randomBytes } from "node:crypto";
import { AlertEvaluator } from "../alerts/index.ts";
import type { SlowburnConfig } from "../config/index.ts";
import { Engine } from "../engine/index.ts";
import { Core, Intake } from "../ingest/index.ts";
import type { Store } from "../storage/index.ts";
import { externalUrl, linksUnder } from "./alert-links.ts";
import { recoverCore, type RecoveryReport } from "./recovery.ts";

export interface Counting {
  readonly engine: Engine;
  readonly core: Core;
  readonly alerts: AlertEvaluator;
  readonly intake: Intake;
  readonly recovery: RecoveryReport;
}

export interface CountingPorts {
  readonly now: () => number;
  readonly onFatal: (error: unknown) => void;
}

export async function startCounting(
  store: Store,
  config: SlowburnConfig,
  { now, onFatal }: CountingPorts,
): Promise<Counting> {
  const engine = new Engine({
    bucketMs: config.bucketMs,
    startMs: now(),
    maxStreams: config.limits.streams,
  });
  const links = linksUnder(externalUrl(config), config.grafanaUrl);
  const alerts = new AlertEvaluator(engine, { links });
  const core = new Core({
    engine,
    alerts,
    seed: randomBytes(4).readInt32LE(),
    maxSeries: config.limits.series,
    archive:
      config.archive.maxBytes > 0 ? { ...config.archive, bucketMs: config.bucketMs } : undefined,
  });
  const recovery = await recoverCore(store, core, engine, now);
  const intake = new Intake({ core, store, now, onFatal });
  intake.resumeFrom(recovery.lastSeq);
  return { engine, core, alerts, intake, recovery };
}
