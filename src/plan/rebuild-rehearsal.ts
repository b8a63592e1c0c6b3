/**
 * Rebuilds edited SLOs for a try, all in one pass over the archive, and reads what came of it. The rebuild itself goes on
 * in the background for as long as it takes; a plan is waited for.
 */
import type { AlertView } from "../alerts/index.ts";
import type { Engine } from "../engine/index.ts";
import { pendingOf, type Millis, type Slo } from "../slo/index.ts";
import { statesOf, type History } from "./rehearsal.ts";
import type { Pause } from "./series-matching.ts";
import type { SloState } from "./slo-plan.ts";

/** A rebuild on an engine of its own; `TrialRebuild` of the ingest room satisfies it. */
export interface Trial {
  /** Some milliseconds of work; false when there was none left. */
  step(): boolean;
  /** Puts the SLOs in force there. By id: what is lost or not held of them. */
  finish(): ReadonlyMap<string, readonly string[]>;
}

/** `undefined` without an archive. */
export type TryRebuild = (
  engine: Engine,
  pending: readonly Slo[],
  nowMs: number,
) => Trial | undefined;

export interface Rebuilding {
  readonly slo: Slo;
  readonly sinceMs: Millis;
  /** How many it will have. */
  readonly streamCount: number;
}

export interface RebuildRehearsal {
  readonly history: History;
  readonly before: SloState;
  /** `undefined`: it takes too long, or too much. */
  readonly after: SloState | undefined;
}

export interface RebuildSources {
  readonly engine: Pick<Engine, "fork">;
  readonly tryRebuild: TryRebuild;
  readonly alerts: () => readonly AlertView[];
  readonly now: () => number;
  readonly pause: Pause;
}

/** Steps of a trial: some 40 million amounts. */
const MOST_STEPS = 160_000;
/** Streams of a trial, 11 KB each. */
const MOST_STREAMS = 4096;

/** By id. Before and after are of the tick at which it begins. */
export async function rehearseRebuild(
  { engine, tryRebuild, alerts, now, pause }: RebuildSources,
  rebuilding: readonly Rebuilding[],
  stateNow: (id: string) => SloState,
): Promise<ReadonlyMap<string, RebuildRehearsal>> {
  if (rebuilding.length === 0) return new Map();
  await pause();
  const nowMs = now();
  const live = alerts();
  const before = new Map(rebuilding.map(({ slo }) => [slo.id, stateNow(slo.id)]));
  const tried = withinBounds(rebuilding);
  const ids = new Set(tried.map(({ slo }) => slo.id));
  const fork = engine.fork([]);
  const trial = tryRebuild(
    fork,
    tried.map(({ slo, sinceMs }) => pendingOf(slo, sinceMs)),
    nowMs,
  );
  const isDone = trial !== undefined && (await isFinished(trial, pause));
  const said = isDone ? trial.finish() : new Map<string, readonly string[]>();
  const own = live.filter(({ sloId, state }) => ids.has(sloId) && state !== "resolved");
  const after = isDone ? statesOf(fork, own, nowMs) : () => undefined;
  return new Map(
    rebuilding.map(({ slo: { id }, sinceMs }) => {
      const history: History = { kind: "rebuilt", sinceMs, notes: said.get(id) ?? [] };
      const was = before.get(id) ?? { readings: [], alerts: [] };
      return [id, { history, before: was, after: ids.has(id) ? after(id) : undefined }];
    }),
  );
}

/** The first ones that fit. */
function withinBounds(rebuilding: readonly Rebuilding[]): readonly Rebuilding[] {
  let left = MOST_STREAMS;
  return rebuilding.filter(({ streamCount }) => {
    const isWithin = streamCount <= left;
    if (isWithin) left -= streamCount;
    return isWithin;
  });
}

async function isFinished(trial: Trial, pause: Pause): Promise<boolean> {
  for (let step = 0; step < MOST_STEPS; step++) {
    await pause();
    if (!trial.step()) return true;
  }
  return false;
}
