/** `exclude:`: fields, text for editors, and what to say when one is wrong. */
import { z } from "zod";
import { parseMoment, recurrenceFault } from "../../slo/index.ts";
import * as checks from "./checks.ts";
import { duration, scalar, text } from "./leaf-schemas.ts";
import { explained, kindOf, readApart, type Explanation, type ObjectSchema } from "./shape.ts";

export const MAX_EXCLUSIONS = 64;

interface ExclusionCause {
  readonly reason: string;
  readonly approvedBy?: string | undefined;
  readonly match?: unknown;
}
export interface OneOffConfig extends ExclusionCause {
  readonly from: string;
  readonly to: string;
}
export interface RecurringConfig extends ExclusionCause {
  readonly rrule: string;
  readonly start: string;
  readonly timeZone: string;
  readonly duration: string;
}
export interface ScopeConfig {
  readonly service?: string | undefined;
  readonly slo?: string | undefined;
  readonly labels?: unknown;
}

const explainMoment = (value: unknown): Explanation => ({
  code: typeof value === "string" ? "exclusion-time" : "wrong-type",
  message: `${kindOf(value)} is no moment with a zone`,
  hint: "write 2026-03-01T02:00:00Z, or 2026-03-01T03:00:00+01:00",
});
const explainRule = (value: unknown): Explanation =>
  typeof value === "string"
    ? {
        code: "exclusion-rule",
        message: recurrenceFault(value) ?? "longer than 500 characters",
        // The message says what to write in place of a part.
        hint: /FREQ=/i.test(value) ? undefined : "write FREQ=WEEKLY;BYDAY=SU",
      }
    : { code: "wrong-type", message: `expected an RRULE, not ${kindOf(value)}` };

const moment = (description: string) =>
  explained(
    z
      .string()
      .refine((value) => parseMoment(value) !== undefined)
      .meta({ description, format: "date-time", examples: ["2026-03-01T02:00:00Z"] }),
    explainMoment,
  );

const cause = {
  reason: text("a reason").meta({
    description: "Why it does not count: shown wherever the SLO is.",
    examples: ["Database upgrade, CHG-1234"],
  }),
  approvedBy: text("a name").meta({ description: "Who allowed it." }).optional(),
};

const oneOff = {
  ...cause,
  from: moment("From when on events do not count, with its zone."),
  to: moment("Until when."),
};

const recurring = {
  ...cause,
  rrule: explained(
    z
      .string()
      .max(500)
      .refine((value) => recurrenceFault(value) === undefined)
      .meta({
        description:
          "On which days, by RFC 5545: FREQ (DAILY to YEARLY), INTERVAL, COUNT, UNTIL, BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS, WKST.",
        examples: ["FREQ=WEEKLY;BYDAY=SU", "FREQ=MONTHLY;BYDAY=1SA"],
      }),
    explainRule,
  ),
  start: explained(
    z
      .string()
      .refine(checks.isWallTime)
      .meta({
        description: "Wall time before which none begins (DTSTART); all begin at its time of day.",
        examples: ["2026-01-04T02:00"],
      }),
    checks.explainWallTime,
  ),
  timeZone: explained(
    z
      .string()
      .refine(checks.isZone)
      .meta({
        description: "Whose wall time `start` is: a zone of the IANA database.",
        examples: ["Europe/Berlin", "UTC"],
      }),
    checks.explainZone,
  ),
  duration: duration("How long each lasts.", ["2h", "30m"]),
};

export const scopeSchema: ObjectSchema<ScopeConfig> = z.strictObject({
  service: text("a service").meta({ description: "SLOs of this service." }).optional(),
  slo: text("an SLO's name").meta({ description: "SLOs of this name." }).optional(),
  labels: readApart(
    z
      .record(z.string().regex(checks.LABEL_NAME), scalar)
      .meta({ description: "SLOs with all of these labels.", examples: [{ tier: "1" }] }),
  ).optional(),
});
const match = {
  match: readApart(scopeSchema.meta({ description: "Which SLOs, of all files." })),
};

export const oneOffSchema: ObjectSchema<OneOffConfig> = z.strictObject(oneOff);
export const recurringSchema: ObjectSchema<RecurringConfig> = z.strictObject(recurring);
export const scopedOneOffSchema: ObjectSchema<OneOffConfig> = z.strictObject({
  ...match,
  ...oneOff,
});
export const scopedRecurringSchema: ObjectSchema<RecurringConfig> = z.strictObject({
  ...match,
  ...recurring,
});

/** `exclude:` of an SLO, or of a file for all its SLOs. */
export const exclusionsSchema: z.ZodType = z
  .array(z.union([oneOffSchema, recurringSchema]))
  .max(MAX_EXCLUSIONS)
  .meta({
    id: "exclude",
    description:
      "Maintenance: events of these times do not count, neither good nor bad, as long as it stands here.",
    examples: [
      [{ reason: "Database upgrade", from: "2026-03-01T02:00:00Z", to: "2026-03-01T04:00:00Z" }],
    ],
  });

/** `exclude:` of a file of its own. */
export const scopedExclusionsSchema: z.ZodType = z
  .array(z.union([scopedOneOffSchema, scopedRecurringSchema]))
  .min(1)
  .max(MAX_EXCLUSIONS)
  .meta({
    description: "Maintenance of the SLOs that each entry matches, whatever file has them.",
  });
