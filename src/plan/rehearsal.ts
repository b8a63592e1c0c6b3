/** Tries the edit of one SLO on copies of its streams: the code that will do it is the code that foretells it. */
import { AlertEvaluator, type AlertLinks, type AlertView } from "../alerts/index.ts";
import type { Engine, RuleChange, SeriesDescriptor } from "../engine/index.ts";
import type { Slo } from "../slo/index.ts";
import type { SloState } from "./slo-plan.ts";

export interface History {
  /**
   * `kept`: all that was counted. `restarted`: it starts anew. `begins`: nothing was counted before. `retired`: it is counted
   * on unseen for a while, and then lost.
   */
  readonly kind: "kept" | "restarted" | "begins" | "retired";
  /** What could not be kept, in sentences. */
  readonly notes: readonly string[];
}

export interface Rehearsal {
  readonly history: History;
  readonly after: SloState;
}

/** Texts of alerts are nobody's concern here. */
const NO_LINKS: AlertLinks = { slo: () => "", generator: () => "", dashboard: () => undefined };

export interface RehearsalSetting {
  /** Live ones of the SLO. */
  readonly alerts: readonly AlertView[];
  /** Series, one of each group: binding them makes the streams that a reload makes. */
  readonly series: readonly SeriesDescriptor[];
  readonly nowMs: number;
}

/** `fork`: the SLO's streams as they stand, which this call uses up. */
export function rehearse(
  fork: Engine,
  slo: Slo,
  { alerts, series, nowMs }: RehearsalSetting,
): Rehearsal {
  const change = fork.setRules([slo], nowMs);
  for (const descriptor of series) fork.bind(descriptor);
  return { history: historyOf(change, slo.id), after: stateOf(fork, slo, alerts, nowMs) };
}

function stateOf(fork: Engine, slo: Slo, alerts: readonly AlertView[], nowMs: number): SloState {
  const evaluator = new AlertEvaluator(fork, { links: NO_LINKS });
  for (const alert of alerts) evaluator.applyTransition({ kind: "updated", at: nowMs, alert });
  evaluator.evaluate(fork.shards, nowMs);
  return {
    readings: fork.streamsOf(slo.id).map(({ index }) => fork.read(index)),
    alerts: evaluator.current().filter(isLive),
  };
}

export const isLive = ({ state }: AlertView): boolean => state !== "resolved";

function historyOf(change: RuleChange, id: string): History {
  const notes = change.notes.map((note) => note.replace(`${id}: `, ""));
  const kind = change.kept.includes(id)
    ? "kept"
    : change.restarted.includes(id)
      ? "restarted"
      : "begins";
  return { kind, notes };
}
