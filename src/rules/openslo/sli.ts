/** The `spec` of an SLI, in its own object or inline: which metrics it is made of, and how. */
import { readForeignShape } from "../foreign-shape.ts";
import { fieldIn, report, type Field } from "../native/index.ts";
import type { Links } from "./links.ts";
import { readMetric, type Metric } from "./metric.ts";
import { earlyRatioSchema, ratioSchema, sliSchema, type RatioConfig } from "./schemas.ts";

export type Sli = (
  | {
      readonly kind: "ratio";
      readonly count: "good" | "bad";
      readonly part: Metric;
      readonly total: Metric;
      /** False: the queries' values count, not what they grow by. */
      readonly isCounter: boolean;
    }
  | { readonly kind: "raw"; readonly isFailure: boolean; readonly metric: Metric }
  /** Each value is judged by an objective. */
  | { readonly kind: "threshold"; readonly metric: Metric }
) & { readonly description: string; readonly field: Field };

/** `undefined` when its shape is not sound (reported). */
export function readSli(links: Links, value: unknown, field: Field): Sli | undefined {
  const errorsBefore = field.findings.errorCount;
  const shape = readForeignShape(sliSchema, value, field, "an SLI");
  if (shape === undefined || field.findings.errorCount > errorsBefore) return undefined;
  const { thresholdMetric, ratioMetric, description = "" } = shape;
  if ((thresholdMetric === undefined) === (ratioMetric === undefined)) {
    const message =
      ratioMetric === undefined
        ? "an SLI needs `ratioMetric` or `thresholdMetric`"
        : "`ratioMetric` and `thresholdMetric` at once";
    report(field, { code: "sli-form", message }, "key");
    return undefined;
  }
  if (ratioMetric !== undefined)
    return readRatio(links, ratioMetric, fieldIn(field, "ratioMetric"), description);
  const metric = readMetric(links, thresholdMetric, fieldIn(field, "thresholdMetric"));
  return metric === undefined ? undefined : { kind: "threshold", metric, description, field };
}

/** `ratioMetric`, or `ratioMetrics` of an objective of v1alpha. */
export function readRatio(
  links: Links,
  value: unknown,
  field: Field,
  description: string,
): Sli | undefined {
  const schema = links.dialect.name === "v1alpha" ? earlyRatioSchema : ratioSchema;
  const errorsBefore = field.findings.errorCount;
  const shape = readForeignShape(schema, value, field, "a ratio metric");
  if (shape === undefined || field.findings.errorCount > errorsBefore) return undefined;
  const [form, ...others] = (["good", "bad", "raw"] as const).filter(
    (name) => shape[name] !== undefined,
  );
  if (form === undefined || others.length > 0 || (form === "raw") === (shape.total !== undefined)) {
    const message = "a ratio is `total` with `good` or `bad`, or `raw` alone";
    report(field, { code: "sli-form", message }, "key");
    return undefined;
  }
  return form === "raw"
    ? readRaw(links, shape, field, description)
    : readParts(links, shape, form, field, description);
}

function readParts(
  links: Links,
  shape: Partial<RatioConfig>,
  count: "good" | "bad",
  field: Field,
  description: string,
): Sli | undefined {
  const part = readMetric(links, shape[count], fieldIn(field, count));
  const total = readMetric(links, shape.total, fieldIn(field, "total"));
  if (part === undefined || total === undefined) return undefined;
  const isCounter = (shape.counter ?? shape.incremental) !== false;
  return { kind: "ratio", count, part, total, isCounter, description, field };
}

function readRaw(
  links: Links,
  { raw, rawType }: Partial<RatioConfig>,
  field: Field,
  description: string,
): Sli | undefined {
  const metric = readMetric(links, raw, fieldIn(field, "raw"));
  if (rawType === undefined) {
    const message = "`raw` needs `rawType`: what the ratio is of";
    report(field, { code: "missing-field", message, hint: "write rawType: success" }, "key");
    return undefined;
  }
  if (metric === undefined) return undefined;
  return { kind: "raw", isFailure: rawType === "failure", metric, description, field };
}
