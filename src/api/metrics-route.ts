/** `/api/v1/metrics`: what the series of metrics show, for `check` beside a running server. */
import type { Context } from "hono";
import { z } from "zod";
import { OperationError } from "../slo/index.ts";
import type { MetricFacts } from "../rules/index.ts";
import { ApiFailure } from "./failure.ts";
import { type Parameter, readQuery } from "./query.ts";
import { count } from "./schema-parts.ts";
import type { ApiSources } from "./sources.ts";

export type MetricAnswer = MetricFacts;

export interface MetricsAnswer {
  readonly metrics: readonly MetricAnswer[];
  /** Names that no series has, and what may be meant. */
  readonly unseen: readonly { readonly name: string; readonly nearest: string | null }[];
}

const MAX_NAMES = 100;
const MAX_NAME = 1024;

export const METRICS_PARAMETERS: readonly Parameter[] = [
  {
    name: "name",
    description: `A metric as a rule calls it, OpenTelemetry's or Prometheus's name; up to ${MAX_NAMES}.`,
    schema: { type: "string", minLength: 1, maxLength: MAX_NAME },
    repeats: true,
    isRequired: true,
  },
];

export const metricsSchema: z.ZodType<MetricsAnswer> = z.strictObject({
  metrics: z.array(
    z.strictObject({
      name: z.string(),
      unit: z.string(),
      spellings: z.array(z.string()).describe("Names that rules may call it by."),
      nanosPerUnit: z.number(),
      seriesCount: count,
      attributeKeys: z.array(z.string()).describe("At most 256."),
      bounds: z
        .array(z.array(z.number()))
        .describe("Explicit bounds of its buckets, where a rule has a threshold; at most 16."),
    }),
  ),
  unseen: z.array(z.strictObject({ name: z.string(), nearest: z.string().nullable() })),
});

export async function metricsRoute(c: Context, sources: ApiSources): Promise<Response> {
  const names = readQuery(c.req.url, METRICS_PARAMETERS)("name");
  if (names.length === 0 || names.length > MAX_NAMES)
    throw new ApiFailure(400, `${names.length} names`, { hint: `1 to ${MAX_NAMES} of name=…` });
  if (names.some((name) => name === "" || name.length > MAX_NAME))
    throw new ApiFailure(400, "a name is empty or too long");
  const { metrics, unseen } = await passing(sources.metrics(names));
  const answer: MetricsAnswer = {
    metrics,
    unseen: [...unseen].map(([name, nearest]) => ({ name, nearest: nearest ?? null })),
  };
  return c.json(answer);
}

/** What cannot be told now can be asked for again. */
export async function passing<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    throw new ApiFailure(503, error.message, { headers: { "retry-after": "5" } });
  }
}
