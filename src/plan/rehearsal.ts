/** Tries the edit of one SLO on copies of its streams: the code that will do it is the code that foretells it. */
import { AlertEvaluator, type AlertLinks, type AlertView } from "../alerts/index.ts";
import type { Engine, RuleChange, SeriesDescriptor } from "../engine/index.ts";
import { isComposite, type Millis, type Slo } from "../slo/index.ts";
import type { SloState } from "./slo-plan.ts";

export interface History {
  /**
   * `kept`: all that was counted. `rebuilt`: made of the archive in the background, while what is in force answers.
   * `restarted`: it starts anew. `begins`: nothing was counted before. `members`: a
   * composite has what its members have. `retired`: it is counted on unseen for a while, and
   * then lost.
   */
  readonly kind: "kept" | "rebuilt" | "restarted" | "begins" | "members" | "retired";
  /** Of one that is rebuilt: since when its counts are whole. */
  readonly sinceMs?: Millis;
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
  /** As they will be: members of a composite, and composites over the SLO or over those. */
  readonly companions: readonly Slo[];
  readonly nowMs: number;
}

/** `fork`: the SLO's streams as they stand, which this call uses up. */
export function rehearse(
  fork: Engine,
  slo: Slo,
  { alerts, series, companions, nowMs }: RehearsalSetting,
): Rehearsal {
  const change = fork.setRules([slo, ...companions], nowMs);
  for (const descriptor of series) fork.bind(descriptor);
  return { history: historyOf(change, slo), after: statesOf(fork, alerts, nowMs)(slo.id) };
}

/** By SLO of the fork. `alerts`: live ones. */
export function statesOf(
  fork: Engine,
  alerts: readonly AlertView[],
  nowMs: number,
): (id: string) => SloState {
  const evaluator = new AlertEvaluator(fork, { links: NO_LINKS });
  for (const alert of alerts) evaluator.applyTransition({ kind: "updated", at: nowMs, alert });
  evaluator.evaluate(fork.shards, nowMs);
  const after = evaluator.current().filter(isLive);
  return (id) => ({
    readings: fork.streamsOf(id).map(({ index }) => fork.read(index)),
    alerts: after.filter(({ sloId }) => sloId === id),
  });
}

export const isLive = ({ state }: AlertView): boolean => state !== "resolved";

function historyOf(change: RuleChange, slo: Slo): History {
  const { id } = slo;
  const notes = notesFor(slo, change.notes);
  const rebuilt = change.rebuilt.find((each) => each.id === id);
  if (rebuilt !== undefined) return { kind: "rebuilt", sinceMs: rebuilt.sinceMs, notes };
  if (change.kept.includes(id)) return { kind: "kept", notes };
  if (isMadeOfSums(slo)) return { kind: "members", notes };
  return { kind: change.restarted.includes(id) ? "restarted" : "begins", notes };
}

/** Its own without its name, those of its members, which it is read from, with theirs. */
function notesFor(slo: Slo, notes: readonly string[]): readonly string[] {
  const members = isComposite(slo) ? slo.indicator.members.map(({ sloId }) => sloId) : [];
  return notes.flatMap((note) => {
    if (note.startsWith(`${slo.id}: `)) return note.slice(slo.id.length + 2);
    if (note.startsWith(`${slo.id} (`)) return note; // of what is counted of a member for it
    return members.some((id) => note.startsWith(`${id}: `)) ? note : [];
  });
}

/** Of a composite that judges slices of time, what it came to is its own. */
const isMadeOfSums = (slo: Slo): boolean => isComposite(slo) && slo.indicator.rule !== "all";
