/** SLOs and their readings as JSON. Every number is the engine's own; nothing is computed here but units (DESIGN 4.9). */
import { provenEvents, type AlertView } from "../alerts/index.ts";
import type { StreamReading, StreamView } from "../engine/index.ts";
import {
  budgetRatio,
  objectiveRatio,
  WHOLE_PPB,
  lookbacksOf,
  windowText,
  type Budgeting,
  type Slo,
  type SloWindow,
  type Tier,
} from "../slo/index.ts";
import type {
  BurnAnswer,
  CalendarAnswer,
  ReadingAnswer,
  SloAnswer,
  SloDetailAnswer,
  TierAnswer,
} from "./answers.ts";
import { exclusionAnswers } from "./exclusion-answer.ts";
import { memberAnswers } from "./member-answer.ts";
import { streamAlertAnswer } from "./alert-answer.ts";
import { moment, momentOrNull, numberOrNull, secondsOrNull } from "./moment.ts";
import type { ApiSources, EngineSource } from "./sources.ts";

/** What answers are made from, once per request: alerts are sorted by stream only once. */
export interface AnswerContext {
  readonly engine: EngineSource;
  readonly inexactCuts: ApiSources["inexactCuts"];
  readonly alertsOf: (streamKey: string) => readonly AlertView[];
  /** Wall clock, ms. */
  readonly nowMs: number;
}

/** An SLO with its reading; of a grouped one, that of the group with the least budget left. */
export function sloAnswer(slo: Slo, context: AnswerContext): SloAnswer {
  const streams = context.engine.streamsOf(slo.id);
  const worst = leastBudget(streams.map((stream) => context.engine.read(stream.index)));
  return answerOf(slo, streams, worst && readingAnswer(worst, context), context);
}

/** The same with every group, what is counted and what alerts. */
export function sloDetailAnswer(slo: Slo, context: AnswerContext): SloDetailAnswer {
  const streams = context.engine.streamsOf(slo.id);
  const readings = streams.map((stream) => context.engine.read(stream.index));
  const worst = leastBudget(readings);
  return {
    ...answerOf(slo, streams, worst && readingAnswer(worst, context), context),
    indicator: { ...slo.indicator },
    policy: {
      name: slo.alerts.name,
      tiers: slo.alerts.tiers.map(tierAnswer),
      noDataHoldSeconds: secondsOrNull(slo.alerts.noDataHoldMs),
      absent:
        slo.absent === undefined
          ? null
          : { severity: slo.absent.severity, afterSeconds: slo.absent.afterMs / 1000 },
    },
    groups: readings.map((reading) => readingAnswer(reading, context)),
    inexactThresholds: context
      .inexactCuts(new Set(streams.map(({ index }) => index)))
      .map(({ threshold, lower, upper }) => ({
        threshold,
        nearestBelow: lower ?? null,
        nearestAbove: upper ?? null,
      })),
    notes: [...historyNotes(slo), ...context.engine.notesOf(slo.id)],
  };
}

function answerOf(
  slo: Slo,
  streams: readonly StreamView[],
  reading: ReadingAnswer | undefined,
  { engine }: AnswerContext,
): SloAnswer {
  const { id, service, name, description, owner, runbook, labels, objective, window } = slo;
  const { file, line, format, template } = slo.source;
  return {
    id,
    service,
    name,
    description,
    owner: owner ?? null,
    runbook: runbook ?? null,
    links: slo.links ?? {},
    annotations: slo.annotations,
    labels,
    objective: {
      text: objective.text,
      ratio: objectiveRatio(objective),
      errorBudget: budgetRatio(objective),
    },
    window: windowAnswer(window),
    rebuiltSince: momentOrNull(slo.rebuiltFrom),
    budgeting: budgetingAnswer(slo.budgeting),
    noData: slo.noData,
    exclusions: exclusionAnswers(slo, engine.tickedAtMs),
    per: slo.per,
    groupCount: slo.per.length === 0 ? 0 : streams.length,
    reading: reading ?? null,
    source: { file, line, format, template: template ?? null },
  };
}

function windowAnswer(window: SloWindow): SloAnswer["window"] {
  const { kind, lengthMs } = window;
  const said = { kind, text: windowText(window), seconds: lengthMs / 1000 };
  if (window.kind === "rolling") return { ...said, calendar: null };
  const { unit, count, timeZone, anchor } = window;
  return { ...said, calendar: { unit, count, timeZone, anchor } };
}

function budgetingAnswer(budgeting: Budgeting): SloAnswer["budgeting"] {
  const { kind } = budgeting;
  const sliceSeconds = kind === "occurrences" ? null : budgeting.widthMs / 1000;
  const sliceTarget = kind === "timeslices" ? budgeting.targetPpb / WHOLE_PPB : null;
  return { kind, sliceSeconds, sliceTarget };
}

const historyNotes = ({ rebuiltFrom }: Slo): readonly string[] =>
  rebuiltFrom === undefined ? [] : [rebuiltNote(moment(rebuiltFrom))];

/** The API and those who read it say it in the same words. */
export const rebuiltNote = (since: string): string =>
  `rebuilt from the archive, whole since ${since}`;

/** Members without events come last: there is nothing to act on. */
export function leastBudget(readings: readonly StreamReading[]): StreamReading | undefined {
  const rank = (reading: StreamReading) => reading.budgetProjected ?? Infinity;
  return readings.reduce<StreamReading | undefined>(
    (least, reading) => (least === undefined || rank(reading) < rank(least) ? reading : least),
    undefined,
  );
}

function readingAnswer(reading: StreamReading, context: AnswerContext): ReadingAnswer {
  const { stream, good, bad, total, excluded, newestPointMs, integrity } = reading;
  return {
    streamKey: stream.key,
    group: Object.fromEntries(stream.slo.per.map((key, i) => [key, stream.group[i] ?? ""])),
    at: moment(reading.atMs),
    good,
    bad,
    total,
    sli: numberOrNull(reading.sli),
    budgetRemaining: numberOrNull(reading.budgetRemaining),
    budgetConsumed: numberOrNull(reading.budgetConsumed),
    budgetProjected: numberOrNull(reading.budgetProjected),
    calendar: reading.calendar === undefined ? null : calendarAnswer(reading.calendar),
    exhaustionSeconds: secondsOrNull(reading.exhaustionMs),
    burnRates: reading.windows.map(burnAnswer),
    goodBounds: reading.goodBounds ?? null,
    members: reading.members === undefined ? null : memberAnswers(reading),
    excluded: excluded === undefined ? null : { ...excluded, bad: excluded.total - excluded.good },
    newestPointAt: momentOrNull(newestPointMs),
    newestPointAgeSeconds: secondsOrNull(newestPointMs && context.nowMs - newestPointMs),
    since: moment(reading.sinceMs),
    integrity: {
      kind: integrity.kind,
      reasons: integrity.kind === "partial" ? integrity.reasons : [],
    },
    alerts: context.alertsOf(stream.key).map(streamAlertAnswer),
  };
}

const calendarAnswer = (calendar: NonNullable<StreamReading["calendar"]>): CalendarAnswer => ({
  startedAt: moment(calendar.startMs),
  endsAt: moment(calendar.endMs),
  elapsedSeconds: calendar.elapsedMs / 1000,
  remainingSeconds: calendar.remainingMs / 1000,
  expectedTotal: numberOrNull(calendar.expectedTotal),
});

const burnAnswer = (window: StreamReading["windows"][number]): BurnAnswer => ({
  lookback: windowText(window.window),
  lookbackSeconds: window.windowMs / 1000,
  good: window.good,
  bad: Math.max(0, window.total - window.good),
  total: window.total,
  errorRatio: numberOrNull(window.errorRatio),
  burnRate: numberOrNull(window.burnRate),
  provenBad: provenEvents(Math.max(0, window.total - window.good), window.evidence ?? 1),
  edgeSeconds: window.edgeMs / 1000,
});

const tierAnswer = (tier: Tier): TierAnswer => ({
  severity: tier.severity,
  factor: tier.factorMilli / 1000,
  longSeconds: tier.longMs / 1000,
  shortSeconds: tier.shortMs / 1000,
  lookbackSeconds: lookbacksOf(tier).map((spanMs) => spanMs / 1000),
  forSeconds: tier.forMs / 1000,
  keepFiringForSeconds: tier.keepFiringForMs / 1000,
  minBadEvents: tier.minBadEvents,
  significance: tier.significance,
});
