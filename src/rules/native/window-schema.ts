/** `window:`: fields, text for editors, and what to say when one is wrong. */
import { z } from "zod";
import { CALENDAR_ANCHOR, type CalendarUnit } from "../../slo/index.ts";
import * as checks from "./checks.ts";
import { duration } from "./leaf-schemas.ts";
import { explained, type ObjectSchema } from "./shape.ts";

export const DEFAULT_WINDOW = "30d";

export interface CalendarConfig {
  readonly calendar: CalendarUnit;
  readonly timeZone: string;
  readonly count?: number | undefined;
  readonly start?: string | undefined;
}

export const calendarSchema: ObjectSchema<CalendarConfig> = z.strictObject({
  calendar: explained(
    z.enum(checks.CALENDAR_UNITS).meta({
      description: "One window after the other; weeks begin on Monday.",
    }),
    checks.explainCalendarUnit,
  ),
  timeZone: explained(
    z
      .string()
      .refine(checks.isZone)
      .meta({
        description: "Whose midnight begins a window: a zone of the IANA database.",
        examples: ["Europe/Berlin", "America/New_York", "UTC"],
      }),
    checks.explainZone,
  ),
  count: explained(
    z.int().min(1).max(366).meta({ description: "Units a window spans.", default: 1 }),
    checks.explainUnits,
  ).optional(),
  start: explained(
    z
      .string()
      .refine(checks.isWallTime)
      .meta({
        description:
          "Wall time at which one of the windows begins; all others begin whole windows before or after it.",
        default: CALENDAR_ANCHOR,
        examples: ["2024-04-01", "2024-01-01T09:00"],
      }),
    checks.explainWallTime,
  ).optional(),
});

/** `window:`, in any of its forms. */
export const windowSchema: z.ZodType = z
  .union([
    duration("Rolling: 1d to 1y.", ["30d", "28d", "7d"]).meta({ default: DEFAULT_WINDOW }),
    calendarSchema,
  ])
  .meta({
    id: "window",
    description:
      "What the SLO is judged over: a rolling window, or one of the calendar after the other.",
    examples: ["30d", { calendar: "month", timeZone: "Europe/Berlin" }],
  });
