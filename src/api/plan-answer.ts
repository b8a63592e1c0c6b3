/** What edited rules would do, as JSON. */
import type { AlertView } from "../alerts/index.ts";
import type { SloPlan, SloState } from "../plan/index.ts";
import { isComposite, windowText } from "../slo/index.ts";
import type { RuleProblemAnswer, StreamAlertAnswer } from "./answers.ts";
import { moment, momentOrNull, numberOrNull } from "./moment.ts";
import { problemOf } from "./rules-answer.ts";
import { leastBudget } from "./slo-answer.ts";
import type { PlanSample } from "./sources.ts";

export interface PlanRequest {
  readonly files: readonly { readonly file: string; readonly text: string }[];
  /** They are all of the rules directory: what they do not hold is removed. */
  readonly isWhole: boolean;
}

export interface PlanAnswer {
  readonly at: string | null;
  /** Of the files, read under the server's limits. With an error among them nothing is planned. */
  readonly problems: readonly RuleProblemAnswer[];
  /** By id. */
  readonly changes: readonly SloPlanAnswer[];
  readonly unchangedCount: number;
}

export interface SloPlanAnswer {
  readonly id: string;
  readonly kind: "added" | "changed" | "removed";
  readonly file: string;
  readonly line: number;
  /** As edited; of a removed one, as it is. */
  readonly objective: string;
  readonly window: string;
  readonly windowSeconds: number;
  readonly fields: readonly {
    readonly field: string;
    readonly before: string | null;
    readonly after: string | null;
  }[];
  readonly history: {
    readonly kind: "kept" | "rebuilt" | "restarted" | "begins" | "members" | "retired";
    /** Of one that is rebuilt: since when its counts are whole. */
    readonly since: string | null;
    readonly notes: readonly string[];
  };
  /** Series that the indicator takes; null of a removed one, and of a composite, which has none. */
  readonly series: {
    readonly total: number;
    readonly part: number;
    readonly groups: number;
    readonly notes: readonly string[];
  } | null;
  readonly before: PlanStateAnswer | null;
  /** Null of one that is removed, and of one whose rebuild takes longer than a plan may. */
  readonly after: PlanStateAnswer | null;
}

export interface PlanStateAnswer {
  readonly groupCount: number;
  /** The stream with the least budget left. */
  readonly worst: {
    readonly streamKey: string;
    readonly good: number;
    readonly bad: number;
    readonly total: number;
    readonly sli: number | null;
    readonly budgetRemaining: number | null;
    readonly budgetProjected: number | null;
    readonly since: string;
  } | null;
  /** Pending and firing ones of all its streams. */
  readonly alerts: readonly (Pick<StreamAlertAnswer, "severity" | "state" | "tier"> & {
    readonly streamKey: string;
  })[];
}

export const planAnswer = ({ problems, plan }: PlanSample): PlanAnswer => ({
  at: momentOrNull(plan?.atMs),
  problems: problems.map(problemOf),
  changes: (plan?.changes ?? []).map(changeAnswer),
  unchangedCount: plan?.unchangedCount ?? 0,
});

function changeAnswer(change: SloPlan): SloPlanAnswer {
  const { kind, slo, history } = change;
  const edit = change.kind === "removed" ? undefined : change;
  return {
    id: slo.id,
    kind,
    file: slo.source.file,
    line: slo.source.line,
    objective: slo.objective.text,
    window: windowText(slo.window),
    windowSeconds: slo.window.lengthMs / 1000,
    fields: (edit?.fields ?? []).map(({ field, before, after }) => ({
      field,
      before: before ?? null,
      after: after ?? null,
    })),
    history: { kind: history.kind, since: momentOrNull(history.sinceMs), notes: history.notes },
    series:
      edit === undefined || isComposite(slo)
        ? null
        : { ...edit.series, groups: edit.series.groups.length },
    before: stateAnswer(change.before),
    after: stateAnswer(edit?.after),
  };
}

function stateAnswer(state: SloState | undefined): PlanStateAnswer | null {
  if (state === undefined) return null;
  const worst = leastBudget(state.readings);
  return {
    groupCount: state.readings.length,
    worst:
      worst === undefined
        ? null
        : {
            streamKey: worst.stream.key,
            good: worst.good,
            bad: worst.bad,
            total: worst.total,
            sli: numberOrNull(worst.sli),
            budgetRemaining: numberOrNull(worst.budgetRemaining),
            budgetProjected: numberOrNull(worst.budgetProjected),
            since: moment(worst.sinceMs),
          },
    alerts: state.alerts.map(alertOf),
  };
}

const alertOf = ({ streamKey, severity, state, tier }: AlertView) => ({
  streamKey,
  severity,
  state,
  tier,
});
