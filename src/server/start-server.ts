/** Starts everything in the order in which each part can be used, and stops it in the reverse. */
import type { Dispatcher } from "../alerts/index.ts";
import { createApi, listenApi, type Readiness } from "../api/index.ts";
import type { SlowburnConfig } from "../config/index.ts";
import { Heartbeat, Snapshotter } from "../ingest/index.ts";
import { loadRules, watchRules, type RuleSet } from "../rules/index.ts";
import { openSqliteStore, type Store } from "../storage/index.ts";
import { Recorder, type EventLog } from "../telemetry/index.ts";
import { apiSources } from "./api-sources.ts";
import { Closers } from "./closers.ts";
import { startCounting, type Counting } from "./counting.ts";
import { startNotifications } from "./notifications.ts";
import { listenOtlp, type Listener } from "./otlp-listeners.ts";
import type { RecoveryReport } from "./recovery.ts";
import { RuleReloader } from "./rule-reloader.ts";
import { startSelfTelemetry } from "./self-telemetry.ts";
import { logRecovery, logTransitions } from "./server-log.ts";
import { readTls } from "./tls.ts";

export interface ServerPorts {
  readonly log: EventLog;
  readonly version: string;
  /** Wall clock, ms. */
  readonly now: () => number;
  /** A broken invariant, a disk that refuses writes for good: nothing is acknowledged any more, the process should end. */
  readonly onFatal: (error: unknown) => void;
  /** How often the state is written whole, ms; each minute by default. */
  readonly snapshotEveryMs?: number;
}

export interface RunningServer {
  readonly listeners: readonly Listener[];
  readonly rules: RuleSet;
  readonly recovery: RecoveryReport;
  /** Finishes what is under way, takes a last snapshot and closes; within some 20 s. */
  close(): Promise<void>;
}

const SNAPSHOT_EVERY_MS = 60_000;

/** Rejects with `OperationError` or `ProblemError` when a part cannot start; what had started is closed again. */
export async function startServer(
  config: SlowburnConfig,
  ports: ServerPorts,
): Promise<RunningServer> {
  const { now, log } = ports;
  const store = await openSqliteStore({
    directory: config.dataDirectory,
    durability: config.durability,
    now,
  });
  const closers = new Closers((error) => log.error("store.failed", { work: "stop", error }));
  closers.add(() => store.close());
  try {
    return await startOn(store, config, ports, closers);
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}

async function startOn(
  store: Store,
  config: SlowburnConfig,
  ports: ServerPorts,
  closers: Closers,
): Promise<RunningServer> {
  const { log, now, version } = ports;
  const counting = await startCounting(store, config, ports);
  logRecovery(counting.recovery, log);
  const rules = await startRules(config, counting, log, now);
  const recorder = new Recorder();
  const dispatcher = startNotifications(config, counting);
  const heartbeat = startHeartbeat(store, config, ports, counting, dispatcher, recorder, closers);
  const otlp = await listenOtlp(config, counting.intake.handle, recorder, log);
  closers.add(() => otlp.close());
  const receiverUrl = otlp.selfUrl;
  const parts = { counting, dispatcher, recorder, rules, store, log, version, now, receiverUrl };
  const telemetry = startSelfTelemetry(config, parts);
  closers.add(() => telemetry.close());

  let readiness: Readiness = { kind: "ready" };
  const listeners: Listener[] = [...otlp.listeners];
  const sources = apiSources({
    config,
    ports,
    ...parts,
    telemetry,
    listeners,
    readiness: () => readiness,
  });
  const tokens = config.tokens.api === undefined ? [] : [config.tokens.api.reveal()];
  const api = await listenApi(createApi(sources, { bearerTokens: tokens }), {
    ...config.api,
    ...readTls(config),
  });
  listeners.push({ name: "API", url: api.url });
  const watch = watchRules(config.rulesDirectory, () => rules.reload());
  rules.reload(); // what was written since they were read, and before they were watched
  heartbeat.start();
  closers.add(
    () => api.close(),
    () => dispatcher.stop(),
    () => heartbeat.stop(),
    () => rules.settled(),
    () => watch.close(),
  );
  log.info("server.started", { listeners });
  return {
    listeners,
    rules: rules.current,
    recovery: counting.recovery,
    close: async () => {
      readiness = { kind: "stopping", reason: "slowburn is stopping" };
      await closers.closeAll();
    },
  };
}

async function startRules(
  config: SlowburnConfig,
  { engine, intake }: Counting,
  log: EventLog,
  now: () => number,
): Promise<RuleReloader> {
  const { bucketMs, limits, rulesDirectory } = config;
  const settings = { bucketMs, groupLimitMax: limits.groups, fileLimit: limits.ruleFiles, now };
  const rules = new RuleReloader({
    load: (previous) => loadRules(rulesDirectory, { ...settings, ...previous }),
    inForce: () => engine.slos,
    change: (slos) => intake.changeRules(slos),
    log,
  });
  await rules.load();
  log.info("rules.loaded", { files: rules.current.files.length, slos: rules.current.slos.length });
  return rules;
}

/** The tick; at the end, everything taken is applied and written whole. */
function startHeartbeat(
  store: Store,
  config: SlowburnConfig,
  { log, now, snapshotEveryMs = SNAPSHOT_EVERY_MS }: ServerPorts,
  { engine, core, alerts, intake }: Counting,
  dispatcher: Dispatcher,
  recorder: Recorder,
  closers: Closers,
): Heartbeat {
  const snapshotter = new Snapshotter(core, store);
  const snapshot = async () => {
    if (!intake.hasFailed) await snapshotter.take(intake.appliedSeq); // else recovery sorts it out, from the journal
  };
  closers.add(async () => {
    await intake.flush();
    await snapshot();
  });
  return new Heartbeat(
    {
      engine,
      alerts,
      dispatcher,
      now,
      snapshot,
      commitAlerts: (transitions, outbox) => intake.commitAlerts(transitions, outbox),
      onTick: (lateMs) => {
        recorder.recordTick(lateMs);
        if (lateMs > config.bucketMs) log.warn("tick.late", { lateMs });
      },
      onTransitions: (transitions) => logTransitions(transitions, log),
      onError: (work, error) => log.error("store.failed", { work, error }),
      onFatal: (error) => intake.fail(error),
    },
    { bucketMs: config.bucketMs, snapshotEveryMs },
  );
}
