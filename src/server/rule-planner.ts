/** Answers what rule files would do to this server, if they were put in its directory. */
import { basename } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { MetricsSample, PlanRequest, PlanSample } from "../api/index.ts";
import type { SlowburnConfig } from "../config/index.ts";
import type { StreamReading } from "../engine/index.ts";
import { metricFacts, planEdit } from "../plan/index.ts";
import { lintSlos, metricsOf, rateOf, readRuleTexts } from "../rules/index.ts";
import { OperationError, type Slo } from "../slo/index.ts";
import type { Counting } from "./counting.ts";
import { RETIRED_FOR_MS } from "./retired-slos.ts";
import { archiveOf } from "./rules-in-force.ts";

/** A plan holds the event loop no longer than this at a time, ms: data and ticks go first. */
const SLICE_MS = 5;

export interface RulePlanner {
  readonly plan: (request: PlanRequest) => Promise<PlanSample>;
  readonly facts: (names: readonly string[]) => Promise<MetricsSample>;
}

/** One question at a time: while one is answered, others reject with `OperationError` (`plan-busy`). */
export function rulePlanner(
  config: Pick<SlowburnConfig, "bucketMs" | "limits">,
  { engine, core, alerts }: Pick<Counting, "engine" | "core" | "alerts">,
  now: () => number,
): RulePlanner {
  const settings = { bucketMs: config.bucketMs, groupLimitMax: config.limits.groups };
  let isBusy = false;
  const facts = (names: readonly string[]) =>
    metricFacts(
      names,
      core.series.identity,
      (series) => core.series.boundsOf(series),
      pauseEvery(SLICE_MS),
    );
  const plan = async ({ files, isWhole }: PlanRequest): Promise<PlanSample> => {
    const names = new Set(files.map(({ file }) => basename(file)));
    const isEdited = ({ source }: Slo) => isWhole || names.has(basename(source.file));
    const staying = engine.slos.filter((slo) => !isEdited(slo));
    const { slos, problems } = readRuleTexts(files, settings, staying);
    if (problems.some(({ severity }) => severity === "error")) return { problems, plan: undefined };
    const edit = await planEdit(
      {
        engine,
        series: core.series.identity,
        archive: archiveOf(core, now),
        tryRebuild: (fork, pending, nowMs) => core.tryRebuild(fork, pending, nowMs),
        alerts: () => alerts.current(),
        now,
        pause: pauseEvery(SLICE_MS),
        retiredForMs: RETIRED_FOR_MS,
      },
      slos,
      isEdited,
    );
    const edited = edit.changes.flatMap((each) => (each.kind === "removed" ? [] : [each]));
    const running = {
      ...(await facts(metricsOf(edited.map(({ slo }) => slo)))),
      rates: new Map(edited.flatMap(({ slo, after }) => rateEntry(slo, after?.readings ?? []))),
    };
    return { problems: [...problems, ...lintSlos(slos, { running })], plan: edit };
  };
  const alone = async <T>(answer: () => Promise<T>): Promise<T> => {
    if (isBusy) {
      const message = "another plan is being made; ask again in a moment";
      throw new OperationError("plan-busy", message, { retryable: true });
    }
    isBusy = true;
    try {
      return await answer();
    } finally {
      isBusy = false;
    }
  };
  return {
    plan: (request) => alone(() => plan(request)),
    facts: (names) => alone(() => facts(names)),
  };
}

/** Of the busiest group. */
function rateEntry(
  { id, window }: Slo,
  readings: readonly StreamReading[],
): readonly [string, number][] {
  const rates = readings.map(({ total, atMs, sinceMs }) =>
    rateOf(total, window.lengthMs, atMs - sinceMs),
  );
  const busiest = Math.max(0, ...rates.map((rate) => rate ?? 0));
  return busiest > 0 ? [[id, busiest]] : [];
}

/** Gives the event loop away when this turn has had its time. */
function pauseEvery(sliceMs: number): () => Promise<void> {
  let beganMs = performance.now();
  return async () => {
    if (performance.now() - beganMs < sliceMs) return;
    await setImmediate();
    beganMs = performance.now();
  };
}
