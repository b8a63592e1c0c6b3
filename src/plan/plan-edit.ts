/** Edited rules beside those in force: what would happen, SLO by SLO. Changes nothing. */
import type { AlertView } from "../alerts/index.ts";
import { fatesOf, type Engine, type Fate, type FateParts } from "../engine/index.ts";
import { formatDuration, isRetired, OperationError, pendingId, type Slo } from "../slo/index.ts";
import {
  companionsOf,
  compositesAfter,
  memberNotes,
  waitsForMembers,
  type EditedSlos,
} from "./composite-members.ts";
import { fieldChanges } from "./field-changes.ts";
import {
  rehearseRebuild,
  type Rebuilding,
  type RebuildRehearsal,
  type TryRebuild,
} from "./rebuild-rehearsal.ts";
import { isLive, rehearse } from "./rehearsal.ts";
import { matchSeries, type KnownSeries, type Pause } from "./series-matching.ts";
import type { MatchedSeries, SloPlan, SloState } from "./slo-plan.ts";

export interface PlanSources {
  readonly engine: Pick<
    Engine,
    "countedSlos" | "tickedAtMs" | "streamsOf" | "read" | "fork" | "slos"
  >;
  readonly series: KnownSeries;
  /** What the archive holds. */
  readonly archive: Omit<FateParts, "inForce">;
  readonly tryRebuild: TryRebuild;
  /** The same array until one changes. */
  readonly alerts: () => readonly AlertView[];
  /** Wall clock, ms. */
  readonly now: () => number;
  /** Called before every step that takes time; comes back at once while there is time. */
  readonly pause: Pause;
  /** For how long an SLO that no file holds any more is counted on, ms. */
  readonly retiredForMs: number;
}

/** Which SLOs in force an edit replaces: those that it does not hold itself, and that this is true of, are removed. */
export type PlanScope = (slo: Slo) => boolean;

export interface EditPlan {
  /** The tick that budgets and alerts are of. */
  readonly atMs: number;
  /** By id. */
  readonly changes: readonly SloPlan[];
  readonly unchangedCount: number;
}

const MOST_ATTEMPTS = 3;

/**
 * `slos`: what the edited files hold, each id once. Rejects with `OperationError` (`plan-overtaken`) when other rules are
 * put in force while it looks, again and again.
 */
export async function planEdit(
  sources: PlanSources,
  slos: readonly Slo[],
  isReplaced: PlanScope,
): Promise<EditPlan> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const plan = await planOnce(sources, slos, isReplaced);
    if (plan !== undefined) return plan;
  }
  const message = "the rules change faster than a plan can be made";
  throw new OperationError("plan-overtaken", message, { retryable: true });
}

/** `undefined` when other rules were put in force meanwhile. */
async function planOnce(
  sources: PlanSources,
  slos: readonly Slo[],
  isReplaced: PlanScope,
): Promise<EditPlan | undefined> {
  const { engine, pause } = sources;
  const { countedSlos } = engine;
  const inForce = new Map(countedSlos.map((slo) => [slo.id, slo]));
  const fates = fatesOf(slos, { ...sources.archive, inForce: countedSlos });
  const held = new Map(slos.map((slo) => [slo.id, slo]));
  const composites = compositesAfter(held, countedSlos);
  const rules: EditedSlos = { edited: held, inForce, fates, composites };
  const edited = slos.filter(
    (slo) => !isSame(inForce.get(slo.id), slo) || memberNotes(slo, rules).length > 0,
  );
  const matched = await matchSeries(edited, sources.series, pause);
  const removed = engine.slos.filter((slo) => !held.has(slo.id) && isReplaced(slo));
  const alertsOf = alertsBySlo(sources.alerts);
  const rebuilt = await rehearseRebuild(
    sources,
    edited.flatMap((slo) => rebuildingOf(slo, fates.get(slo), matched.get(slo.id))),
    (id) => stateOf(engine, id, alertsOf(id)),
  );
  const changes: SloPlan[] = [];
  for (const slo of [...edited, ...removed]) {
    await pause();
    if (engine.countedSlos !== countedSlos) return undefined;
    const series = matched.get(slo.id);
    if (series === undefined) {
      changes.push(removal(sources, slo, alertsOf(slo.id)));
      continue;
    }
    const parts = { slo, series, rules, matched };
    changes.push(edit(sources, parts, alertsOf(slo.id), rebuilt.get(slo.id)));
  }
  return {
    atMs: engine.tickedAtMs,
    changes: changes.toSorted((a, b) => (a.slo.id < b.slo.id ? -1 : 1)),
    unchangedCount: engine.slos.length - changes.filter(({ kind }) => kind !== "added").length,
  };
}

const isSame = (before: Slo | undefined, after: Slo): boolean =>
  before !== undefined && !isRetired(before) && fieldChanges(before, after).length === 0;

function rebuildingOf(
  slo: Slo,
  fate: Fate | undefined,
  matched: MatchedSeries | undefined,
): readonly Rebuilding[] {
  if (fate?.kind !== "rebuilt") return [];
  return [{ slo, sinceMs: fate.sinceMs, streamCount: Math.max(1, matched?.groups.length ?? 0) }];
}

interface EditParts {
  readonly slo: Slo;
  readonly series: MatchedSeries;
  readonly rules: EditedSlos;
  /** By id, of all that is edited. */
  readonly matched: ReadonlyMap<string, MatchedSeries>;
}

/** One that comes back within its retirement is added, but its counts are there. */
function edit(
  { engine, series: known, now }: PlanSources,
  { slo, series, rules, matched }: EditParts,
  alerts: readonly AlertView[],
  rebuilt: RebuildRehearsal | undefined,
): SloPlan {
  const fate = rules.fates.get(slo);
  const before = rules.inForce.get(slo.id); // retired or not
  const isNew = before === undefined || isRetired(before);
  const told = {
    kind: isNew ? "added" : "changed",
    slo,
    fields: isNew ? [] : fieldChanges(before, slo),
    series,
  } as const;
  if (rebuilt !== undefined) {
    const { history, after } = rebuilt;
    return { ...told, history, before: isNew ? undefined : rebuilt.before, after };
  }
  const isReady = fate?.kind === "ready"; // its counts wait under an id of their own
  const companions = companionsOf(slo, rules);
  const { history, after } = rehearse(
    engine.fork([isReady ? pendingId(slo.id) : slo.id, ...companions.map(({ id }) => id)]),
    isReady ? { ...slo, rebuiltFrom: fate.sinceMs } : slo,
    {
      alerts,
      series: [slo, ...companions]
        .flatMap(({ id }) => matched.get(id)?.groups ?? [])
        .map((first) => known.describe(first)),
      companions,
      nowMs: now(),
    },
  );
  return {
    ...told,
    before: isNew ? undefined : stateOf(engine, slo.id, alerts),
    history: { ...history, notes: [...history.notes, ...memberNotes(slo, rules)] },
    after: waitsForMembers(slo, rules) ? undefined : after,
  };
}

const removal = (
  { engine, retiredForMs }: PlanSources,
  slo: Slo,
  alerts: readonly AlertView[],
): SloPlan => ({
  kind: "removed",
  slo,
  history: { kind: "retired", notes: [retiredNote(retiredForMs)] },
  before: stateOf(engine, slo.id, alerts),
});

const retiredNote = (ms: number): string =>
  `it is counted on unseen for ${formatDuration(ms)}, in case it comes back; then its counts are lost`;

const stateOf = (
  engine: Pick<Engine, "streamsOf" | "read">,
  id: string,
  alerts: readonly AlertView[],
): SloState => ({
  readings: engine.streamsOf(id).map(({ index }) => engine.read(index)),
  alerts,
});

/** Live alerts by SLO, looked up anew when one changes. */
function alertsBySlo(current: PlanSources["alerts"]): (sloId: string) => readonly AlertView[] {
  let sorted: readonly AlertView[] | undefined;
  const bySlo = new Map<string, AlertView[]>();
  return (id) => {
    const alerts = current();
    if (alerts !== sorted) {
      sorted = alerts;
      bySlo.clear();
      for (const alert of alerts.filter(isLive)) {
        const list = bySlo.get(alert.sloId);
        if (list === undefined) bySlo.set(alert.sloId, [alert]);
        else list.push(alert);
      }
    }
    return bySlo.get(id) ?? [];
  };
}
