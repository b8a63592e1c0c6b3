/** What a plan says, in words that its text and its Markdown share. */
import type { PlanAnswer, PlanStateAnswer, SloPlanAnswer } from "../api/index.ts";
import { percent } from "./status-text.ts";

const HISTORY: Readonly<Record<SloPlanAnswer["history"]["kind"], string>> = {
  kept: "kept",
  rebuilt: "rebuilt in the background from what is archived",
  restarted: "starts anew",
  begins: "begins",
  members: "its members'",
  retired: "ends",
};

/** `kept`; of what is not known, until when. */
export function historyText(change: SloPlanAnswer): string {
  return [HISTORY[change.history.kind], ...untilWhen(change)].join("; ");
}

/** A window that was not counted from its beginning is full when it has passed. */
function untilWhen(change: SloPlanAnswer): readonly string[] {
  const { history, after, window, windowSeconds } = change;
  if (history.kind === "rebuilt") return rebuiltTexts(change);
  if (history.kind !== "restarted" && history.kind !== "begins") return [];
  const since = after?.worst?.since;
  if (since === undefined) return ["budgets are not known until events come"];
  const full = new Date(Date.parse(since) + windowSeconds * 1000).toISOString();
  return [`budget and burn rates are not known until events come, ${window} in full at ${full}`];
}

/** What is older than the archive is lost; for the rest nothing has to be waited for but the rebuild. */
function rebuiltTexts({ kind, history: { since } }: SloPlanAnswer): readonly string[] {
  return [
    `whole since ${since ?? "its first event"}, before it nothing is held`,
    ...(kind === "changed" ? ["the present definition answers until that is done"] : []),
  ];
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

const WHEN_REBUILT = "known once it is rebuilt";
/** No state after the edit, though the SLO is there then. */
const isOutstanding = ({ kind, after }: SloPlanAnswer): boolean =>
  kind !== "removed" && after === null;

/** How something was and will be: `budgetText` or `alertsText` of both states. */
export function stateChange(
  change: SloPlanAnswer,
  textOf: (state: PlanStateAnswer | null) => string,
): string {
  const { kind, before } = change;
  const willBe = isOutstanding(change) ? WHEN_REBUILT : textOf(change.after);
  switch (kind) {
    case "added":
      return willBe;
    case "removed":
      return arrow(textOf(before), "no more");
    case "changed": {
      const was = textOf(before);
      return was === willBe ? `${was}, as before` : arrow(was, willBe);
    }
  }
}

const arrow = (was: string, willBe: string): string => `${was} → ${willBe}`;

/** What is put where a field was, or is no more. */
export const fieldChange = ({ before, after }: SloPlanAnswer["fields"][number]): string =>
  arrow(before ?? "(none)", after ?? "(none)");

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
