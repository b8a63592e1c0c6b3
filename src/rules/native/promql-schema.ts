/** `sli: { promql: … }`: queries as Sloth's and OpenSLO's files have them, for indicators that have no plainer form. */
import { z } from "zod";
import * as checks from "./checks.ts";
import { explained, type ObjectSchema } from "./shape.ts";

/** All forms' fields; each has one or two of them. */
export interface PromqlConfig {
  readonly good?: string | undefined;
  readonly bad?: string | undefined;
  readonly total?: string | undefined;
  readonly errorRatio?: string | undefined;
}

const query = (what: string, example: string): z.ZodString =>
  explained(
    z
      .string()
      .min(1)
      .max(10_000)
      .meta({
        description: `PromQL that ${what}; the range of its selectors is {{.window}}.`,
        examples: [example],
      }),
    checks.explainQuery,
  );
const ofCode = (code: string) => `sum(rate(http_requests_total{code${code}"5.."}[{{.window}}]))`;
const total = query("counts all events", "sum(rate(http_requests_total[{{.window}}]))");

export const goodQueriesSchema: ObjectSchema<PromqlConfig> = z.strictObject({
  good: query("counts good events", ofCode("!~")),
  total,
});
export const badQueriesSchema: ObjectSchema<PromqlConfig> = z.strictObject({
  bad: query("counts bad events", ofCode("=~")),
  total,
});
export const errorRatioSchema: ObjectSchema<PromqlConfig> = z.strictObject({
  errorRatio: query(
    "is the ratio of bad events",
    "1 - sum(rate(probes_ok_total[{{.window}}])) / sum(rate(probes_total[{{.window}}]))",
  ),
});

export const promqlSchema: z.ZodType = z
  .union([goodQueriesSchema, badQueriesSchema, errorRatioSchema])
  .meta({
    id: "promql",
    description:
      "Queries in PromQL: `good` or `bad` and `total`, or the `errorRatio`. What they are summed `by` splits the SLO into groups.",
  });
