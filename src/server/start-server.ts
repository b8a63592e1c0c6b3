/** Starts everything in the order in which each part can be used, and stops it in the reverse. */
import type { Dispatcher, TargetIdentity } from "../alerts/index.ts";
import { createApi, listenApi, type Readiness } from "../api/index.ts";
import type { SlowburnConfig } from "../config/index.ts";
import { Heartbeat, inlineThePointsWay, Snapshotter } from "../ingest/index.ts";
import { loadRules, watchRules, type RuleSet } from "../rules/index.ts";
import { OperationError } from "../slo/index.ts";
import {
  openSqliteStore,
  WatchedStore,
  type OutboxChange,
  type Store,
  type StoreSettings,
} from "../storage/index.ts";
import { Recorder, type EventLog } from "../telemetry/index.ts";
import { apiSources } from "./api-sources.ts";
import { ArchiveUpkeep } from "./archive-upkeep.ts";
import { Closers } from "./closers.ts";
import { startCounting, type Counting } from "./counting.ts";
import { startNotifications } from "./notifications.ts";
import { listenOtlp, type Listener } from "./otlp-listeners.ts";
import type { RecoveryReport } from "./recovery.ts";
import { Rebuilder } from "./rebuilder.ts";
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
  /** What the data is kept in; a SQLite database in the data directory by default. */
  readonly openStore?: (settings: StoreSettings) => Promise<Store>;
}

export interface RunningServer {
  readonly listeners: readonly Listener[];
  readonly rules: RuleSet;
  /** Where alerts go. */
  readonly receivers: readonly TargetIdentity[];
  readonly recovery: RecoveryReport;
  /** Finishes what is under way, takes a last snapshot and closes; within some 20 s. */
  close(): Promise<void>;
}

const SNAPSHOT_EVERY_MS = 60_000;
const NO_CHANGE: OutboxChange = { added: [], updated: [], removedIds: [] };

/** Rejects with `OperationError` or `ProblemError` when a part cannot start; what had started is closed again. */
export async function startServer(
  config: SlowburnConfig,
  ports: ServerPorts,
): Promise<RunningServer> {
  const { log } = ports;
  inlineThePointsWay();
  const store = await openWatchedStore(config, ports);
  const closers = new Closers((error) => log.error("store.failed", { work: "stop", error }));
  closers.add(() => store.close());
  try {
    return await startOn(store, config, ports, closers);
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}

async function openWatchedStore(
  { dataDirectory: directory, durability }: SlowburnConfig,
  { now, log, openStore = openSqliteStore }: ServerPorts,
): Promise<WatchedStore> {
  return new WatchedStore(await openStore({ directory, durability, now }), {
    now,
    appendIsDurable: durability === "ack",
    onFailed: ({ message }) => log.error("store.failed", { directory, error: message }),
    onRecovered: (failedForMs) => log.info("store.resumed", { directory, failedForMs }),
  });
}

async function startOn(
  store: WatchedStore,
  config: SlowburnConfig,
  ports: ServerPorts,
  closers: Closers,
): Promise<RunningServer> {
  const { log, now, version } = ports;
  const counting = await startCounting(store, config, ports);
  logRecovery(counting.recovery, log);
  const rules = await startRules(config, counting, ports, closers);
  const recorder = new Recorder();
  const dispatcher = startNotifications(config, counting, log);
  const beatParts = { counting, dispatcher, recorder, rules };
  const heartbeat = startHeartbeat(store, config, ports, beatParts, closers);
  const otlp = await listenOtlp(config, counting.intake.handle, recorder, log);
  closers.add(() => otlp.close());
  const receiverUrl = otlp.selfUrl;
  const parts = { counting, dispatcher, recorder, rules, store, log, version, receiverUrl, now };
  const telemetry = startSelfTelemetry(config, parts);
  closers.add(() => telemetry.close());

  let isStopping = false;
  const readiness = (): Readiness => {
    if (isStopping) return { kind: "stopping", reason: "slowburn is stopping" };
    if (store.failure === undefined) return { kind: "ready" };
    const reason = `${config.dataDirectory} takes no writes: ${store.failure.message}`;
    return { kind: "failing", reason };
  };
  const listeners: Listener[] = [...otlp.listeners];
  const sources = apiSources({
    config,
    ports,
    ...parts,
    telemetry,
    listeners,
    readiness,
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
    receivers: dispatcher.stats(),
    recovery: counting.recovery,
    close: async () => {
      isStopping = true;
      await closers.closeAll();
    },
  };
}

async function startRules(
  config: SlowburnConfig,
  { engine, intake, core }: Counting,
  { log, now }: ServerPorts,
  closers: Closers,
): Promise<RuleReloader> {
  const { bucketMs, limits, rulesDirectory } = config;
  const settings = { bucketMs, groupLimitMax: limits.groups, fileLimit: limits.ruleFiles, now };
  const rebuilder = new Rebuilder({
    core,
    onDone: () => rules.reload(),
    onFatal: (error) => intake.fail(error),
    log,
  });
  closers.add(async () => rebuilder.stop());
  const rules: RuleReloader = new RuleReloader({
    load: (previous) => loadRules(rulesDirectory, { ...settings, ...previous }),
    inForce: () => engine.countedSlos,
    change: (slos) => intake.changeRules(slos),
    archive: {
      heldSince: (slo) => core.heldSince(slo, now()),
      isRebuilt: () => core.rebuild?.isDone ?? false,
    },
    onPending: () => rebuilder.start(),
    log,
    now,
  });
  await rules.load();
  if (core.rebuild !== undefined) rebuilder.start(); // what a stop cut off
  log.info("rules.loaded", { files: rules.current.files.length, slos: rules.current.slos.length });
  return rules;
}

interface BeatParts {
  readonly counting: Counting;
  readonly dispatcher: Dispatcher;
  readonly recorder: Recorder;
  readonly rules: RuleReloader;
}

/** The tick; at the end, everything taken is applied and written whole. */
function startHeartbeat(
  store: WatchedStore,
  config: SlowburnConfig,
  { log, now, snapshotEveryMs = SNAPSHOT_EVERY_MS }: ServerPorts,
  { counting, dispatcher, recorder, rules }: BeatParts,
  closers: Closers,
): Heartbeat {
  const { engine, core, alerts, intake } = counting;
  const archive = new ArchiveUpkeep(core, log);
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
        rules.forgetRetired();
        archive.maintain(now());
        if (lateMs > config.bucketMs) log.warn("tick.late", { lateMs });
        // Nobody sends to a server that is not ready: it has to try by itself.
        if (store.failure !== undefined) void intake.commitOutbox(NO_CHANGE).catch(() => undefined);
      },
      onTransitions: (transitions) => logTransitions(transitions, log),
      onError: (work, error) => {
        const isTold = store.failure !== undefined && error instanceof OperationError;
        if (!isTold) log.error("store.failed", { work, error });
      },
      onFatal: (error) => intake.fail(error),
    },
    { bucketMs: config.bucketMs, snapshotEveryMs },
  );
}
