/** Starts everything in the order in which each part can be used, and stops it in the reverse. */
import { randomBytes, randomUUID } from "node:crypto";
import {
  AlertEvaluator,
  Dispatcher,
  DISPATCHER_DEFAULTS,
  fetchPost,
  nodeTimers,
  type AlertTransition,
  type Receiver,
} from "../alerts/index.ts";
import { createApi, listenApi, type Readiness } from "../api/index.ts";
import type { SlowburnConfig } from "../config/index.ts";
import { Engine } from "../engine/index.ts";
import { Core, Heartbeat, Intake, Snapshotter } from "../ingest/index.ts";
import { loadRules, watchRules, type RuleSet } from "../rules/index.ts";
import { openSqliteStore, type Store } from "../storage/index.ts";
import { Recorder, startTelemetry, type EventLog } from "../telemetry/index.ts";
import { alertLinks, externalUrl } from "./alert-links.ts";
import { apiSources } from "./api-sources.ts";
import { listenOtlp, type Listener } from "./otlp-listeners.ts";
import { recoverCore, type RecoveryReport } from "./recovery.ts";
import { RuleReloader } from "./rule-reloader.ts";

export interface ServerPorts {
  readonly log: EventLog;
  readonly version: string;
  /** Wall clock, ms. */
  readonly now: () => number;
  /** A broken invariant: the process should end. Nothing is acknowledged any more. */
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
  const { now } = ports;
  const store = await openSqliteStore({
    directory: config.dataDirectory,
    durability: config.durability,
    now,
  });
  const closers: (() => Promise<unknown>)[] = [() => store.close()];
  const closeAll = async (): Promise<void> => {
    for (const close of closers.toReversed()) await close();
  };
  try {
    return await startOn(store, config, ports, closers, closeAll);
  } catch (error) {
    await closeAll();
    throw error;
  }
}

type Closers = (() => Promise<unknown>)[];

async function startOn(
  store: Store,
  config: SlowburnConfig,
  ports: ServerPorts,
  closers: Closers,
  closeAll: () => Promise<void>,
): Promise<RunningServer> {
  const { log, now, version } = ports;
  const counting = await startCounting(store, config, ports);
  const { engine, core, alerts, intake, recovery } = counting;
  logRecovery(recovery, log);

  const recorder = new Recorder();
  const dispatcher = createDispatcher(config, alerts, intake);
  dispatcher.restore(recovery.outbox);
  const rules = new RuleReloader({
    load: (settings) =>
      loadRules(config.rulesDirectory, {
        ...settings,
        bucketMs: config.bucketMs,
        groupLimitMax: config.limits.groups,
        fileLimit: config.limits.ruleFiles,
        now,
      }),
    inForce: () => engine.slos,
    change: (slos) => intake.changeRules(slos),
    log,
  });
  await rules.load();
  log.info("rules.loaded", { files: rules.current.files.length, slos: rules.current.slos.length });

  const snapshotter = new Snapshotter(core, store);
  const snapshot = () => snapshotter.take(intake.appliedSeq);
  closers.push(async () => {
    await intake.flush();
    await snapshot();
  });
  const heartbeat = new Heartbeat(
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
    },
    { bucketMs: config.bucketMs, snapshotEveryMs: ports.snapshotEveryMs ?? SNAPSHOT_EVERY_MS },
  );

  let readiness: Readiness = { kind: "ready" };
  const otlp = await listenOtlp(config, intake.handle, recorder, log);
  closers.push(() => otlp.close());
  const telemetry = startTelemetry(
    recorder,
    {
      streams: () => engine.allStreams().length,
      series: () => core.series.identity.series.count,
      journalBytes: async () => (await store.stats()).databaseBytes,
      outboxLength: () => dispatcher.stats().reduce((sum, { queueLength }) => sum + queueLength, 0),
      ruleProblems: () => countProblems(rules.current),
    },
    {
      version,
      instanceId: randomUUID(),
      receiverUrl: config.selfTelemetry ? otlp.httpUrl : undefined,
      ...authorizationOf(config),
      intervalMs: config.bucketMs,
      onFailed: (error) => log.warn("telemetry.failed", { error }),
      onRecovered: () => log.info("telemetry.recovered"),
    },
  );

  const listeners: Listener[] = [...otlp.listeners];
  const sources = apiSources({
    config,
    ports,
    counting,
    dispatcher,
    recorder,
    rules,
    store,
    telemetry,
    listeners,
    readiness: () => readiness,
  });
  const tokens = config.tokens.api === undefined ? [] : [config.tokens.api.reveal()];
  const api = await listenApi(createApi(sources, { bearerTokens: tokens }), config.api);
  closers.push(() => api.close());
  listeners.push({ name: "API", url: api.url });

  heartbeat.start();
  const watch = watchRules(config.rulesDirectory, () => rules.reload());
  closers.push(
    async () => dispatcher.stop(),
    async () => heartbeat.stop(),
    () => telemetry.close(),
    async () => {
      await watch.close();
      await rules.settled();
    },
  );
  log.info("server.started", { listeners });
  return {
    listeners,
    rules: rules.current,
    recovery,
    close: async () => {
      readiness = { kind: "stopping", reason: "slowburn is stopping" };
      await closeAll();
    },
  };
}

/** The parts that count, brought to where they stood. */
export interface Counting {
  readonly engine: Engine;
  readonly core: Core;
  readonly alerts: AlertEvaluator;
  readonly intake: Intake;
  readonly recovery: RecoveryReport;
}

async function startCounting(
  store: Store,
  config: SlowburnConfig,
  { now, onFatal }: ServerPorts,
): Promise<Counting> {
  const engine = new Engine({
    bucketMs: config.bucketMs,
    startMs: now(),
    maxStreams: config.limits.streams,
  });
  const alerts = new AlertEvaluator(engine, { links: alertLinks(config) });
  const core = new Core({
    engine,
    alerts,
    seed: randomBytes(4).readInt32LE(),
    maxSeries: config.limits.series,
  });
  const recovery = await recoverCore(store, core, engine, now);
  const intake = new Intake({ core, store, now, onFatal });
  intake.resumeFrom(recovery.lastSeq);
  return { engine, core, alerts, intake, recovery };
}

function createDispatcher(
  config: SlowburnConfig,
  alerts: AlertEvaluator,
  intake: Intake,
): Dispatcher {
  return new Dispatcher(
    {
      ...DISPATCHER_DEFAULTS,
      receivers: receiversOf(config),
      externalUrl: externalUrl(config),
      intervalMs: config.bucketMs,
    },
    {
      post: fetchPost,
      timers: nodeTimers,
      random: Math.random,
      record: (change) => intake.commitOutbox(change),
      alerts,
    },
  );
}

function receiversOf({ alertmanager, webhook }: SlowburnConfig): Receiver[] {
  const auth = (bearerTokenFile: string | undefined) =>
    bearerTokenFile === undefined ? {} : { bearerTokenFile };
  const managers: Receiver[] =
    alertmanager.urls.length === 0
      ? []
      : [
          {
            name: "alertmanager",
            kind: "alertmanager",
            urls: alertmanager.urls,
            ...auth(alertmanager.bearerTokenFile),
          },
        ];
  const webhooks = webhook.urls.map((url, index): Receiver => ({
    name: index === 0 ? "webhook" : `webhook-${index + 1}`,
    kind: "webhook",
    url,
    ...auth(webhook.bearerTokenFile),
  }));
  return [...managers, ...webhooks];
}

function authorizationOf({ tokens }: SlowburnConfig): { headers?: Record<string, string> } {
  if (tokens.ingest === undefined) return {};
  return { headers: { authorization: `Bearer ${tokens.ingest.reveal()}` } };
}

function countProblems({ problems }: RuleSet): { errors: number; warnings: number } {
  const errors = problems.filter(({ severity }) => severity === "error").length;
  return { errors, warnings: problems.length - errors };
}

function logRecovery({ outbox, ...report }: RecoveryReport, log: EventLog): void {
  log.info("store.recovered", { ...report, outbox: outbox.length });
  for (const detail of report.damage) log.error("store.damaged", { detail });
}

function logTransitions(transitions: readonly AlertTransition[], log: EventLog): void {
  for (const transition of transitions) {
    if (transition.kind === "inactive" || transition.kind === "updated") continue;
    const { streamKey, severity, annotations } = transition.alert;
    log.info(`alert.${transition.kind}`, {
      stream: streamKey,
      severity,
      summary: annotations["summary"],
    });
  }
}
