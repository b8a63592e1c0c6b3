/**
 * The answers as zod schemas, from which the OpenAPI document is made. The annotation `z.ZodType<…>` lets the compiler compare
 * each with its interface in answers.ts; objects are strict, so the tests that validate answers find a field that is missing here.
 */
import { z } from "zod";
import type * as answer from "./answers.ts";
import { absentMoment, count, moment, ruleProblem } from "./schema-parts.ts";
import { metricsSchema } from "./metrics-route.ts";
import { plan, planRequest } from "./plan-schema.ts";
import { receiver, status } from "./status-schema.ts";

const ratio = z.number().min(0).max(1);
const seconds = z.number().min(0);
/** Estimated events of a latency SLO are not whole. */
const events = z.number().min(0);
const texts = z.record(z.string(), z.string());
const severity = z.enum(["page", "ticket"]);
const described = { description: "null: no number, for lack of events or data." };

const burn: z.ZodType<answer.BurnAnswer> = z.strictObject({
  lookback: z.string(),
  lookbackSeconds: seconds,
  good: events,
  bad: events,
  total: events,
  errorRatio: ratio.nullable().meta(described),
  burnRate: z.number().min(0).nullable().meta(described),
  provenBad: events.describe("How many bad events these prove: of a weighted SLO not `bad`."),
  edgeSeconds: seconds,
});

const streamAlertFields = {
  severity,
  state: z.enum(["pending", "firing", "resolved"]),
  tier: z.string(),
  activeAt: moment,
  firedAt: absentMoment,
  inhibited: z.boolean().describe("A page of the same stream fires."),
  notified: z.boolean().describe("The receivers were told."),
};

const calendar: z.ZodType<answer.CalendarAnswer> = z.strictObject({
  startedAt: moment,
  endsAt: moment,
  elapsedSeconds: seconds,
  remainingSeconds: seconds,
  expectedTotal: events.nullable().meta(described),
});

const member: z.ZodType<answer.MemberAnswer> = z.strictObject({
  slo: z.string(),
  weight: z.number().positive(),
  good: events,
  bad: events,
  total: events,
  errorRatio: ratio.nullable().describe("null: no events; it is left out."),
  contribution: ratio.nullable().describe("Its part of what is bad; null when nothing is."),
});

const reading: z.ZodType<answer.ReadingAnswer> = z.strictObject({
  streamKey: z.string(),
  group: texts,
  at: moment,
  good: events,
  bad: events,
  total: events,
  sli: ratio.nullable().meta(described),
  budgetRemaining: z.number().max(1).nullable().meta(described),
  budgetConsumed: z.number().min(0).nullable().meta(described),
  budgetProjected: z
    .number()
    .max(1)
    .nullable()
    .describe(
      "What to gate on: budgetRemaining at a calendar window's end if events go on as so far and none is bad; of a rolling window, budgetRemaining.",
    ),
  calendar: calendar.nullable().describe("null for a rolling window."),
  exhaustionSeconds: seconds
    .nullable()
    .describe(
      "At the present burn; 0 when the budget is gone, null when nothing burns or a calendar window ends before.",
    ),
  burnRates: z.array(burn),
  goodBounds: z.array(events).length(2).nullable(),
  members: z.array(member).nullable().describe("What a composite is made of, over its window."),
  excluded: z
    .strictObject({ good: events, bad: events, total: events })
    .nullable()
    .describe("What exclusions leave out of the SLO window: in none of the numbers above."),
  newestPointAt: absentMoment,
  newestPointAgeSeconds: z
    .number()
    .nullable()
    .describe("Negative when the sender's clock is ahead."),
  since: moment,
  integrity: z.strictObject({
    kind: z.enum(["complete", "partial"]),
    reasons: z.array(z.string()),
  }),
  alerts: z.array(z.strictObject(streamAlertFields)),
});

const sloFields = {
  id: z.string(),
  service: z.string(),
  name: z.string(),
  description: z.string(),
  owner: z.string().nullable(),
  runbook: z.string().nullable(),
  links: texts,
  annotations: texts,
  labels: texts,
  objective: z.strictObject({ text: z.string(), ratio, errorBudget: ratio }),
  window: z.strictObject({
    kind: z.enum(["rolling", "calendar"]),
    text: z.string(),
    seconds,
    calendar: z
      .strictObject({
        unit: z.enum(["day", "week", "month", "quarter", "year"]),
        count,
        timeZone: z.string(),
        anchor: z.string(),
      })
      .nullable(),
  }),
  rebuiltSince: absentMoment.describe(
    "Of one whose counts were made from the archive: since when they are whole.",
  ),
  budgeting: z.strictObject({
    kind: z.enum(["occurrences", "timeslices", "ratioTimeslices"]),
    sliceSeconds: seconds.nullable(),
    sliceTarget: ratio.nullable(),
  }),
  noData: z.enum(["ignore", "bad", "good", "hold"]),
  exclusions: z.array(
    z.strictObject({
      reason: z.string(),
      approvedBy: z.string().nullable(),
      when: z.string(),
      activeUntil: absentMoment.describe("null while what happens counts."),
      file: z.string(),
      line: count,
    }),
  ),
  per: z.array(z.string()),
  groupCount: count,
  reading: reading.nullable(),
  source: z.strictObject({
    file: z.string(),
    line: count,
    format: z.enum(["slowburn", "openslo", "sloth", "pyrra"]),
    template: z
      .strictObject({
        name: z.string(),
        version: count,
        slo: z.string(),
        file: z.string(),
        line: count,
      })
      .nullable(),
  }),
};

const tier: z.ZodType<answer.TierAnswer> = z.strictObject({
  severity,
  factor: z.number(),
  longSeconds: seconds,
  shortSeconds: seconds,
  lookbackSeconds: z.array(seconds).describe("All of them, longest first: each must burn."),
  forSeconds: seconds,
  keepFiringForSeconds: seconds,
  minBadEvents: count,
  significance: ratio,
});

const slo: z.ZodType<answer.SloAnswer> = z.strictObject(sloFields);
const sloList: z.ZodType<answer.SloListAnswer> = z.strictObject({
  at: absentMoment,
  slos: z.array(slo),
  next: z.string().nullable(),
});
const sloDetail: z.ZodType<answer.SloDetailAnswer> = z.strictObject({
  ...sloFields,
  indicator: z.record(z.string(), z.unknown()),
  policy: z.strictObject({
    name: z.string(),
    tiers: z.array(tier),
    noDataHoldSeconds: seconds.nullable(),
    absent: z.strictObject({ severity, afterSeconds: seconds }).nullable(),
  }),
  groups: z.array(reading),
  inexactThresholds: z.array(
    z.strictObject({
      threshold: z.number(),
      nearestBelow: z.number().nullable(),
      nearestAbove: z.number().nullable(),
    }),
  ),
  notes: z.array(z.string()),
});

const alertList: z.ZodType<answer.AlertListAnswer> = z.strictObject({
  alerts: z.array(
    z.strictObject({
      ...streamAlertFields,
      kind: z.enum(["burn", "absent"]).describe("absent: no data came, of the SLO as a whole."),
      streamKey: z.string(),
      sloId: z.string(),
      group: z.array(z.string()),
      resolvedAt: absentMoment,
      resolveReason: z.string().nullable(),
      labels: texts,
      annotations: texts,
      generatorURL: z.string(),
      fingerprint: z.string(),
    }),
  ),
});

const rules: z.ZodType<answer.RulesAnswer> = z.strictObject({
  files: z.array(
    z.strictObject({
      file: z.string(),
      state: z.enum(["loaded", "kept-last-good", "rejected"]),
      sloCount: count,
      loadedAt: moment,
      problems: z.array(ruleProblem),
    }),
  ),
  problems: z.array(ruleProblem),
});

const problem: z.ZodType<answer.ProblemAnswer> = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  hint: z.string().nullable(),
});
const dashboardList: z.ZodType<answer.DashboardListAnswer> = z.strictObject({
  dashboards: z.array(z.strictObject({ uid: z.string(), path: z.string() })),
});
const health: z.ZodType<answer.HealthAnswer> = z.strictObject({ status: z.literal("ok") });

export type SchemaName =
  | "Burn"
  | "Calendar"
  | "Reading"
  | "Slo"
  | "SloList"
  | "SloDetail"
  | "AlertList"
  | "Metrics"
  | "Plan"
  | "PlanRequest"
  | "RuleProblem"
  | "Rules"
  | "Receiver"
  | "Status"
  | "Problem"
  | "Health"
  | "DashboardList";
const SCHEMAS: Readonly<Record<SchemaName, z.ZodType>> = {
  Burn: burn,
  Calendar: calendar,
  Reading: reading,
  Slo: slo,
  SloList: sloList,
  SloDetail: sloDetail,
  AlertList: alertList,
  Metrics: metricsSchema,
  Plan: plan,
  PlanRequest: planRequest,
  RuleProblem: ruleProblem,
  Rules: rules,
  Receiver: receiver,
  Status: status,
  Problem: problem,
  Health: health,
  DashboardList: dashboardList,
};

/** `components.schemas` of the OpenAPI document: JSON Schema 2020-12, one schema a name, joined by `$ref`. */
export function componentSchemas(): Readonly<Record<SchemaName, object>> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(SCHEMAS)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { uri: (id) => `#/components/schemas/${id}` });
  const bare = Object.entries(schemas).map(([name, schema]) => {
    const own = Object.entries(schema).filter(([key]) => key !== "$id" && key !== "$schema");
    return [name, Object.fromEntries(own)];
  });
  return Object.fromEntries(bare) as Record<SchemaName, object>; // one entry per name of SCHEMAS
}
