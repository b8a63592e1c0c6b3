/** A capture through two rule sets side by side, in one pass over its records. */
import { mergeCaptures, type RecordSource } from "../capture/index.ts";
import { MalformedRequest } from "../otlp/index.ts";
import type { Slo } from "../slo/index.ts";
import { injectionAt, type InjectionSpec, type Injection } from "./injection.ts";
import { RuleSetRun, type RuleSetOutcome } from "./rule-set-run.ts";
import { areShareable } from "./shared-slos.ts";

export interface BacktestSettings {
  /** What is tried, after what it is compared with, if anything. */
  readonly ruleSets: readonly (readonly Slo[])[];
  readonly bucketMs: number;
  readonly injections: readonly InjectionSpec[];
  /** Called now and then. */
  readonly onProgress?: (nowMs: number) => void;
}

export interface BacktestOutcome {
  /** First and last record, ms. */
  readonly startMs: number;
  readonly endMs: number;
  readonly recordCount: number;
  readonly injections: readonly Injection[];
  /** One per rule set, in their order. */
  readonly ruleSets: readonly RuleSetOutcome[];
}

const PROGRESS_EVERY = 64;

/** `undefined` when the captures hold no record. Throws `ProblemError` for a record that cannot be read. */
export async function backtest(
  captures: readonly RecordSource[],
  settings: BacktestSettings,
): Promise<BacktestOutcome | undefined> {
  let runs: readonly RuleSetRun[] | undefined;
  let injections: readonly Injection[] = [];
  let [startMs, endMs, recordCount] = [0, 0, 0];
  for await (const record of mergeCaptures(captures)) {
    const { arrivedMs } = record;
    if (runs === undefined) {
      startMs = arrivedMs;
      const { bucketMs } = settings;
      const each = settings.injections.map((spec) => injectionAt(spec, arrivedMs));
      injections = each;
      const { ruleSets } = settings;
      const shared = areShareable(ruleSets) ? [ruleSets] : ruleSets.map((slos) => [slos]);
      runs = shared.map(
        (sets) =>
          new RuleSetRun({ ruleSets: sets, startMs: arrivedMs, bucketMs, injections: each }),
      );
    }
    endMs = arrivedMs;
    if (record.request.length > 0) recordCount++; // the first of a recorder says only when it began
    try {
      for (const run of runs) run.take(record.request, arrivedMs);
    } catch (error) {
      if (!(error instanceof MalformedRequest)) throw error;
      record.refuse(error); // all runs refuse the same
    }
    if (recordCount % PROGRESS_EVERY === 0) settings.onProgress?.(arrivedMs);
  }
  if (runs === undefined) return undefined;
  const ruleSets = runs.flatMap((run) => run.finish());
  return { startMs, endMs, recordCount, injections, ruleSets };
}
