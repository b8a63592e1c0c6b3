/**
 * The JSON the API answers with. `null` stands where there is no number: no events, no data yet, nothing burns.
 * Moments are RFC 3339 in UTC, spans are seconds, ratios 0..1. `schemas.ts` says the same to machines. What a file of
 * its own makes is beside it: `status-answer.ts`, `plan-answer.ts`, `exclusion-answer.ts`.
 */
import type { Budgeting, CalendarUnit, NoData, RuleFormatName, TemplateUse } from "../slo/index.ts";
import type { ExclusionAnswer } from "./exclusion-answer.ts";

export interface ProblemAnswer {
  /** RFC 9457; always `about:blank`: `title` says what the status means. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** What to ask for instead. */
  readonly hint: string | null;
}

/** One lookback or window, ending at the tick. */
export interface BurnAnswer {
  /** `5m`; of a calendar window its name, `month`. */
  readonly lookback: string;
  readonly lookbackSeconds: number;
  readonly good: number;
  readonly bad: number;
  readonly total: number;
  readonly errorRatio: number | null;
  readonly burnRate: number | null;
  /** How many bad events these prove: of a weighted SLO not `bad`. Significance and `minBadEvents` are judged by it. */
  readonly provenBad: number;
  /** How far the old edge may reach beyond the lookback. */
  readonly edgeSeconds: number;
}

export interface StreamAlertAnswer {
  readonly severity: "page" | "ticket";
  readonly state: "pending" | "firing" | "resolved";
  /** `1h/5m`, the most urgent tier behind the state. */
  readonly tier: string;
  readonly activeAt: string;
  readonly firedAt: string | null;
  /** A page of the same stream fires. */
  readonly inhibited: boolean;
  /** The receivers were told; a ticket that begins to fire under a page is held back until the page ends. */
  readonly notified: boolean;
}

/** The numbers of one stream as of the last tick. */
export interface ReadingAnswer {
  readonly streamKey: string;
  /** Values of the SLO's `per` attributes; empty for an SLO without groups. */
  readonly group: Readonly<Record<string, string>>;
  readonly at: string;
  /** Events, or slices of time: see `budgeting` of the SLO. */
  readonly good: number;
  readonly bad: number;
  readonly total: number;
  readonly sli: number | null;
  readonly budgetRemaining: number | null;
  readonly budgetConsumed: number | null;
  /** What to gate on: remaining at a calendar window's end if events go on as so far and none is bad; else as remaining. */
  readonly budgetProjected: number | null;
  /** Where a calendar window stands; null for a rolling one. */
  readonly calendar: CalendarAnswer | null;
  /** 0 when the budget is gone; null when nothing burns, nothing is known, or a calendar window ends before. */
  readonly exhaustionSeconds: number | null;
  /** Lookbacks ascending; the last is the SLO window. */
  readonly burnRates: readonly BurnAnswer[];
  /** [lowest, highest] possible good events where a threshold lies inside a histogram bucket. */
  readonly goodBounds: readonly number[] | null;
  /** What a composite is made of, over its own window; null of an SLO that is none. */
  readonly members: readonly MemberAnswer[] | null;
  /** What exclusions leave out of the SLO window: in none of the numbers above. null without exclusions. */
  readonly excluded: { readonly good: number; readonly bad: number; readonly total: number } | null;
  readonly newestPointAt: string | null;
  readonly newestPointAgeSeconds: number | null;
  /** Since when the stream has counted: a longer window is not full yet. */
  readonly since: string;
  readonly integrity: {
    readonly kind: "complete" | "partial";
    readonly reasons: readonly string[];
  };
  readonly alerts: readonly StreamAlertAnswer[];
}

/** Events of all its groups, or slices of time where the composite counts those. */
export interface MemberAnswer {
  readonly slo: string;
  readonly weight: number;
  readonly good: number;
  readonly bad: number;
  readonly total: number;
  /** null: no events; it is left out. */
  readonly errorRatio: number | null;
  /** Its part of what is bad, 0 to 1, of all together 1; null when nothing is. */
  readonly contribution: number | null;
}

export interface CalendarAnswer {
  readonly startedAt: string;
  readonly endsAt: string;
  readonly elapsedSeconds: number;
  readonly remainingSeconds: number;
  /** Events of the whole window if they go on as so far. */
  readonly expectedTotal: number | null;
}

export interface SloAnswer {
  readonly id: string;
  readonly service: string;
  readonly name: string;
  readonly description: string;
  readonly owner: string | null;
  readonly runbook: string | null;
  /** Named addresses: dashboards, designs. */
  readonly links: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly objective: {
    readonly text: string;
    readonly ratio: number;
    readonly errorBudget: number;
  };
  readonly window: {
    readonly kind: "rolling" | "calendar";
    /** `30d`, `month`, `2 weeks`. */
    readonly text: string;
    /** Of a calendar window, what policies are scaled to: a month is 30 days. */
    readonly seconds: number;
    /** null for a rolling window. */
    readonly calendar: {
      readonly unit: CalendarUnit;
      readonly count: number;
      readonly timeZone: string;
      /** Wall time at which one of the windows begins. */
      readonly anchor: string;
    } | null;
  };
  /** Of one whose counts were made from the archive: since when they are whole. null: counted as events came. */
  readonly rebuiltSince: string | null;
  /** What good, bad and total count. */
  readonly budgeting: {
    readonly kind: Budgeting["kind"];
    /** Width of a slice of time; null where events are counted. */
    readonly sliceSeconds: number | null;
    /** The ratio of good events that makes a slice good; null where nothing is judged so. */
    readonly sliceTarget: number | null;
  };
  /** What a slice without events is. */
  readonly noData: NoData;
  readonly exclusions: readonly ExclusionAnswer[];
  readonly per: readonly string[];
  readonly groupCount: number;
  /** Of a grouped SLO: the group with the least budget left. null before the first data. */
  readonly reading: ReadingAnswer | null;
  readonly source: {
    readonly file: string;
    readonly line: number;
    readonly format: RuleFormatName;
    /** The template that the SLO was made of; null for one that is written out. */
    readonly template: TemplateUse | null;
  };
}

export interface TierAnswer {
  readonly severity: "page" | "ticket";
  readonly factor: number;
  readonly longSeconds: number;
  readonly shortSeconds: number;
  readonly lookbackSeconds: readonly number[];
  readonly forSeconds: number;
  readonly keepFiringForSeconds: number;
  readonly minBadEvents: number;
  readonly significance: number;
}

export interface SloDetailAnswer extends SloAnswer {
  readonly indicator: Readonly<Record<string, unknown>>;
  readonly policy: {
    readonly name: string;
    readonly tiers: readonly TierAnswer[];
    /** Alerts are held through silence for so long; null: without end. */
    readonly noDataHoldSeconds: number | null;
    /** The alert on absent data; null: none. */
    readonly absent: { readonly severity: "page" | "ticket"; readonly afterSeconds: number } | null;
  };
  /** Each member, in order of first sight; one for an SLO without groups. */
  readonly groups: readonly ReadingAnswer[];
  /** Thresholds inside a histogram bucket, and the nearest that would be exact, in the metric's unit. */
  readonly inexactThresholds: readonly {
    readonly threshold: number;
    readonly nearestBelow: number | null;
    readonly nearestAbove: number | null;
  }[];
  /** Why series did not bind, or bound with a doubt. */
  readonly notes: readonly string[];
}

export interface SloListAnswer {
  /** The tick all numbers are of; null before the first. */
  readonly at: string | null;
  readonly slos: readonly SloAnswer[];
  /** Value of `after` for the next page; null on the last. */
  readonly next: string | null;
}

export interface AlertAnswer extends StreamAlertAnswer {
  readonly kind: "burn" | "absent";
  readonly streamKey: string;
  readonly sloId: string;
  readonly group: readonly string[];
  readonly resolvedAt: string | null;
  readonly resolveReason: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly generatorURL: string;
  readonly fingerprint: string;
}

export interface AlertListAnswer {
  readonly alerts: readonly AlertAnswer[];
}

export interface RuleProblemAnswer {
  readonly code: string;
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly hint: string | null;
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
  /** Where what is meant ends in that line, exclusive. */
  readonly endColumn: number | null;
  readonly path: string;
}

export interface RulesAnswer {
  readonly files: readonly {
    readonly file: string;
    readonly state: "loaded" | "kept-last-good" | "rejected";
    readonly sloCount: number;
    readonly loadedAt: string;
    readonly problems: readonly RuleProblemAnswer[];
  }[];
  /** Those of all files, and those of the directory itself. */
  readonly problems: readonly RuleProblemAnswer[];
}

export interface DashboardListAnswer {
  readonly dashboards: readonly { readonly uid: string; readonly path: string }[];
}

/** `GET /-/healthy` and `GET /-/ready`. */
export interface HealthAnswer {
  readonly status: "ok";
}
