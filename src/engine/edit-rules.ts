/** What an edit of the rules does to the streams: history is kept unless what is counted changed (DESIGN 4.13). */
import {
  assert,
  formatDuration,
  isComposite,
  isPending,
  millis,
  pendingId,
  sliceKindOf,
  windowsOf,
  type Slo,
} from "../slo/index.ts";
import { layoutOf } from "./ladder.ts";
import type { Rebuilt, RuleChange } from "./rule-change.ts";
import type { Streams } from "./streams.ts";
import { haveSameWindows, transferNotes } from "./transfer.ts";

export function editRules(
  old: readonly Slo[],
  next: readonly Slo[],
  streams: Streams,
  at: { readonly nowMs: number; readonly bucketMs: number },
): RuleChange {
  const oldById = new Map(old.map((slo) => [slo.id, slo]));
  const nextIds = new Set(next.map((slo) => slo.id));
  assert(nextIds.size === next.length, "SLO ids are unique");
  const isGone = (slo: Slo) => !nextIds.has(slo.pendingFor ?? slo.id);
  const removed = old.filter((slo) => isGone(slo) && !isPending(slo)).map(({ id }) => id);
  const added: string[] = [];
  const rebuilt: Rebuilt[] = [];
  const pending: Rebuilt[] = [];
  const kept: string[] = [];
  const restarted: string[] = [];
  const notes: string[] = [];
  for (const id of removed) streams.remove(id);
  for (const slo of next) {
    const before = oldById.get(slo.id);
    if (isPending(slo)) {
      pending.push(rebuiltOf(slo));
      streams.remove(slo.id); // the archive has what it counted meanwhile, too
    } else if (isReady(oldById.get(pendingId(slo.id)), slo, nextIds)) {
      rebuilt.push(rebuiltOf(slo));
      streams.remove(slo.id);
      streams.rename(pendingId(slo.id), slo.id);
    } else if (before === undefined) added.push(slo.id);
    else if (countsAlike(before, slo)) {
      kept.push(slo.id);
      const lost = [...windowNotes(before, slo, at), ...sliceNotes(before, slo, at.bucketMs)];
      for (const note of lost) notes.push(`${slo.id}: ${note}`);
    } else {
      restarted.push(slo.id);
      streams.remove(slo.id);
      if (!isComposite(slo) || slicesOf(slo) !== null)
        notes.push(`${slo.id}: ${whatChanged(before, slo)} changed, so its counts start anew`);
    }
    streams.setSlo(slo);
    for (const note of streams.exclude(slo.id)) notes.push(`${slo.id}: ${note}`);
    if (slo.per.length > 0 || streams.ofSlo(slo.id).length > 0) continue;
    const stream = streams.ofGroup(slo.id, [], at.nowMs);
    if (stream === undefined)
      notes.push(`${slo.id}: no stream is left for it, so it is not counted`);
  }
  for (const { id } of old.filter((slo) => isPending(slo) && !nextIds.has(slo.id))) {
    streams.remove(id);
  }
  const parts = new Set([...old, ...next].filter(({ partOf }) => partOf).map(({ id }) => id));
  const shown = (ids: readonly string[]) => ids.filter((id) => !parts.has(id));
  return {
    added: shown(added),
    removed: shown(removed),
    kept: shown(kept),
    restarted: shown(restarted),
    rebuilt,
    pending,
    notes,
  };
}

const rebuiltOf = (slo: Slo): Rebuilt => ({
  id: slo.pendingFor ?? slo.id,
  sinceMs: slo.rebuiltFrom ?? millis(0),
});

/** Whether an SLO takes the counts of the one that was counted unseen for it. */
const isReady = (pending: Slo | undefined, slo: Slo, nextIds: ReadonlySet<string>): boolean =>
  pending !== undefined &&
  slo.rebuiltFrom !== undefined &&
  !nextIds.has(pending.id) &&
  countsAlike(pending, slo);

/** Same indicator, same groups, and the same slices or none; of composites only the last: their counts are their members'. */
export const countsAlike = (a: Slo, b: Slo): boolean =>
  ((isComposite(a) && isComposite(b)) || countsEventsAlike(a, b)) &&
  canonical(slicesOf(a)) === canonical(slicesOf(b));

const countsEventsAlike = (a: Slo, b: Slo): boolean =>
  canonical([a.indicator, a.per]) === canonical([b.indicator, b.per]);
const slicesOf = ({ budgeting }: Slo) => sliceKindOf(budgeting) ?? null;

const whatChanged = (a: Slo, b: Slo): string =>
  countsEventsAlike(a, b) ? "its budgeting" : "the indicator or its grouping";

/** JSON whose text does not depend on the order of fields. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

function windowNotes(
  before: Slo,
  after: Slo,
  { nowMs, bucketMs }: { readonly nowMs: number; readonly bucketMs: number },
): readonly string[] {
  const from = layoutOf(windowsOf(before), bucketMs);
  const to = layoutOf(windowsOf(after), bucketMs);
  return haveSameWindows(from, to) ? [] : transferNotes(from, to, nowMs);
}

/** Slices are judged by new terms as far as their events are held. */
function sliceNotes(before: Slo, after: Slo, bucketMs: number): readonly string[] {
  const terms = (slo: Slo) =>
    canonical([slo.budgeting, slo.noData, isComposite(slo) && slo.indicator]);
  const windows = windowsOf(after);
  const { slices } = layoutOf(windows, bucketMs, sliceKindOf(after.budgeting));
  if (slices === undefined || terms(before) === terms(after)) return [];
  const heldMs = slices.ring.pastCount * slices.ring.factor * bucketMs;
  return windows.some(({ lengthMs }) => lengthMs > heldMs)
    ? [`slices that ended over ${formatDuration(heldMs)} ago stay what they came to`]
    : [];
}
