/** What a plan says, in words that its text and its Markdown share. */
import type { PlanAnswer, PlanStateAnswer, SloPlanAnswer } from "../api/index.ts";
import { percent } from "./status-text.ts";

const HISTORY: Readonly<Record<SloPlanAnswer["history"]["kind"], string>> = {
  kept: "kept",
  restarted: "starts anew",
  begins: "begins",
  retired: "ends",
};

/** `kept`; of what is not known, until when. */
export function historyText(change: SloPlanAnswer): string {
  return [HISTORY[change.history.kind], ...untilWhen(change)].join("; ");
}

/** A window that was not counted from its beginning is full when it has passed. */
function untilWhen({ history, after, window, windowSeconds }: SloPlanAnswer): readonly string[] {
  if (history.kind !== "restarted" && history.kind !== "begins") return [];
  const since = after?.worst?.since;
  if (since === undefined) return ["budgets are not known until events come"];
  const full = new Date(Date.parse(since) + windowSeconds * 1000).toISOString();
  return [`budget and burn rates are not known until events come, ${window} in full at ${full}`];
}

export function seriesText({ series }: SloPlanAnswer): string {
  if (series === null) return "–";
  const { total, part, groups } = series;
  const parts = [
    `${total}${part > 0 ? ` and ${part} of the part` : ""}`,
    ...(groups > 1 ? [`${groups} groups`] : []),
  ];
  return total === 0
    ? `none match now${part > 0 ? ` (${part} of the part)` : ""}`
    : parts.join(", ");
}

export function budgetText(state: PlanStateAnswer | null): string {
  const left = state?.worst?.budgetProjected ?? null;
  return left === null ? "not known" : `${percent(left, 2)} left`;
}

/** Of one that is split the worst group's is shown. */
export const worstGroup = ({ after, before }: SloPlanAnswer): string | undefined => {
  const state = after ?? before;
  return state !== null && state.groupCount > 1 ? state.worst?.streamKey : undefined;
};

export function alertsText(state: PlanStateAnswer | null): string {
  if (state === null || state.alerts.length === 0) return "none";
  const counts = new Map<string, number>();
  for (const { severity, state: how, tier } of state.alerts) {
    const text = `${severity} ${how} (${tier})`;
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return [...counts].map(([text, n]) => (n > 1 ? `${text} x${n}` : text)).join(", ");
}

/** `1 added, 2 changed`; what is none is left out. */
export function summaryText({ changes, unchangedCount }: PlanAnswer): string {
  if (changes.length === 0) return `no changes, ${unchangedCount} SLOs as they are`;
  const counts = (["added", "changed", "removed"] as const).flatMap((kind) => {
    const count = changes.filter((change) => change.kind === kind).length;
    return count === 0 ? [] : [`${count} ${kind}`];
  });
  return [...counts, `${unchangedCount} unchanged`].join(", ");
}
