/** Answers what rule files would do to this server, if they were put in its directory. */
import { basename } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { PlanRequest, PlanSample } from "../api/index.ts";
import type { SlowburnConfig } from "../config/index.ts";
import { planEdit } from "../plan/index.ts";
import { lintSlos, readRuleTexts } from "../rules/index.ts";
import { OperationError } from "../slo/index.ts";
import type { Counting } from "./counting.ts";
import { RETIRED_FOR_MS } from "./retired-slos.ts";

/** A plan holds the event loop no longer than this at a time, ms: data and ticks go first. */
const SLICE_MS = 5;

/** One at a time: while one is made, the returned function rejects with `OperationError` (`plan-busy`). */
export function rulePlanner(
  config: Pick<SlowburnConfig, "bucketMs" | "limits">,
  { engine, core, alerts }: Pick<Counting, "engine" | "core" | "alerts">,
  now: () => number,
): (request: PlanRequest) => Promise<PlanSample> {
  const settings = { bucketMs: config.bucketMs, groupLimitMax: config.limits.groups };
  let isBusy = false;
  const plan = async ({ files, isWhole }: PlanRequest): Promise<PlanSample> => {
    const { slos, problems } = readRuleTexts(files, settings);
    if (problems.some(({ severity }) => severity === "error")) return { problems, plan: undefined };
    const names = new Set(files.map(({ file }) => basename(file)));
    const edit = await planEdit(
      {
        engine,
        series: core.series.identity,
        alerts: () => alerts.current(),
        now,
        pause: pauseEvery(SLICE_MS),
        retiredForMs: RETIRED_FOR_MS,
      },
      slos,
      ({ source }) => isWhole || names.has(basename(source.file)),
    );
    return { problems: [...problems, ...lintSlos(slos)], plan: edit };
  };
  return async (request) => {
    if (isBusy) {
      const message = "another plan is being made; ask again in a moment";
      throw new OperationError("plan-busy", message, { retryable: true });
    }
    isBusy = true;
    try {
      return await plan(request);
    } finally {
      isBusy = false;
    }
  };
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
