/** `sli:` → indicator. The form is told by the fields that are there, so that each problem is said in terms of one form. */
import { parseDurationNanos, type Indicator } from "../../slo/index.ts";
import { nearestName } from "../nearest-name.ts";
import { readMatchers, readSelector, selectorOf } from "./matchers.ts";
import { readPromql, type SliReading } from "./promql-sli.ts";
import {
  badCountersSchema,
  badEventsSchema,
  goodCountersSchema,
  goodEventsSchema,
  latencySchema,
  queriesSchema,
  SAMPLE_COMPARISONS,
  samplesSchemas,
  selectorSchema,
  type CountersConfig,
  type EventsConfig,
  type SampleComparison,
} from "./sli-schema.ts";
import { fieldIn, isMapping, kindOf, readShape, report, type Field } from "./shape.ts";

const FORMS =
  "`metric` with `good`, `bad` or `faster`; a gauge with `below`, `above`, …; `total` with `good` or `bad` as metrics of their own; or `promql`";
const COMPARISONS = Object.keys(SAMPLE_COMPARISONS) as readonly SampleComparison[]; // its own keys
const JUDGES = ["good", "bad", "faster", ...COMPARISONS, "promql"] as const;
const SLI_FIELDS: readonly string[] = ["metric", "where", "total", ...JUDGES];

/** `undefined` when it is not sound (reported). */
export function readSli(value: unknown, field: Field): SliReading | undefined {
  if (!isMapping(value)) {
    const message = `an SLI is a mapping, not ${kindOf(value)}`;
    report(field, { code: "wrong-type", message, hint: FORMS });
    return undefined;
  }
  const said = saidIn(value);
  const judges = JUDGES.filter((name) => said.has(name));
  const [judge] = judges;
  if (judge === undefined || judges.length > 1) {
    if (judge === undefined) readShape(selectorSchema, withoutJudges(value), field, "an SLI");
    const message =
      judge === undefined
        ? "nothing says which events are good"
        : `${judges.map((name) => `\`${name}\``).join(" and ")} at once: one of them decides which events are good`;
    report(field, { code: "sli-form", message, hint: FORMS }, "key");
    return undefined;
  }
  if (judge === "promql") {
    const shape = readShape(queriesSchema, value, field, "an SLI in PromQL");
    const queries = shape?.promql;
    return queries === undefined ? undefined : readPromql(queries, fieldIn(field, "promql"));
  }
  const indicator = readPlain(value, judge, said.has("total"), field);
  return indicator === undefined ? undefined : { indicator, per: [] };
}

function readPlain(
  value: Readonly<Record<string, unknown>>,
  judge: "good" | "bad" | "faster" | SampleComparison,
  hasTotal: boolean,
  field: Field,
): Indicator | undefined {
  if (judge === "faster") return readLatency(value, field);
  if (judge !== "good" && judge !== "bad") return readSamples(value, judge, field);
  return hasTotal ? readCounters(value, judge, field) : readEvents(value, judge, field);
}

/** The fields that are there, a mistyped one taken for the one it was meant to be. */
function saidIn(value: Readonly<Record<string, unknown>>): ReadonlySet<string> {
  return new Set(Object.keys(value).map((key) => nearestName(key, SLI_FIELDS) ?? key));
}

function withoutJudges(
  value: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== "total"));
}

function readLatency(value: unknown, field: Field): Indicator | undefined {
  const shape = readShape(latencySchema, value, field, "a latency SLI");
  if (shape === undefined) return undefined;
  const { metric, where, faster } = shape;
  const thresholdNanos = faster === undefined ? undefined : parseDurationNanos(faster);
  const total = metric === undefined ? undefined : selectorOf(metric, where, field);
  if (total === undefined || thresholdNanos === undefined) return undefined;
  return { kind: "latency", total, thresholdNanos };
}

/** Every sample is an event. */
function readSamples(
  value: unknown,
  comparison: SampleComparison,
  field: Field,
): Indicator | undefined {
  const shape = readShape(samplesSchemas[comparison], value, field, "an SLI of a gauge");
  if (shape === undefined) return undefined;
  const bound = shape[comparison];
  const selector =
    shape.metric === undefined ? undefined : selectorOf(shape.metric, shape.where, field);
  if (selector === undefined || bound === undefined) return undefined;
  const holds = { op: SAMPLE_COMPARISONS[comparison], value: bound };
  return {
    kind: "sums",
    total: [{ ...selector, weight: 1, measure: { kind: "samples" } }],
    count: "good",
    part: [{ ...selector, weight: 1, measure: { kind: "samples", holds } }],
  };
}

function readEvents(value: unknown, count: "good" | "bad", field: Field): Indicator | undefined {
  const schema = count === "good" ? goodEventsSchema : badEventsSchema;
  const shape: Partial<EventsConfig> | undefined = readShape(schema, value, field, "an SLI");
  if (shape === undefined) return undefined;
  const when = shape[count] === undefined ? [] : readMatchers(shape[count], fieldIn(field, count));
  if (shape.metric === undefined) return undefined;
  return { kind: "events", total: selectorOf(shape.metric, shape.where, field), count, when };
}

function readCounters(value: unknown, count: "good" | "bad", field: Field): Indicator | undefined {
  const schema = count === "good" ? goodCountersSchema : badCountersSchema;
  const shape: Partial<CountersConfig> | undefined = readShape(
    schema,
    value,
    field,
    "an SLI of two metrics",
  );
  if (shape === undefined) return undefined;
  const read = (name: "total" | "good" | "bad") =>
    shape[name] === undefined
      ? undefined
      : readSelector(shape[name], fieldIn(field, name), `\`${name}\``);
  const total = read("total");
  const part = read(count);
  return total === undefined || part === undefined
    ? undefined
    : { kind: "counters", total, count, part };
}
