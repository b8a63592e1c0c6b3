/** `sli:` → indicator. The form is told by the fields that are there, so that each problem is said in terms of one form. */
import {
  parseDurationNanos,
  type Indicator,
  type MetricSelector,
  type Term,
} from "../../slo/index.ts";
import { nearestName } from "../nearest-name.ts";
import { isCompositeForm, readComposite, type CompositeContext } from "./composite.ts";
import { readMatchers, selectorOf } from "./matchers.ts";
import { readPromql, type SliReading } from "./promql-sli.ts";
import {
  addendSchema,
  badCountersSchema,
  badEventsSchema,
  goodCountersSchema,
  goodEventsSchema,
  latencySchema,
  MAX_ADDENDS,
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
  "`metric` with `good`, `bad` or `faster`; a gauge with `below`, `above`, …; `total` with `good` or `bad` as metrics of their own; `promql`; or other SLOs in `weighted`, `worstOf` or `allOf`";
const COMPARISONS = Object.keys(SAMPLE_COMPARISONS) as readonly SampleComparison[]; // its own keys
const JUDGES = [
  "good",
  "bad",
  "faster",
  ...COMPARISONS,
  "promql",
  "weighted",
  "worstOf",
  "allOf",
] as const;
const SLI_FIELDS: readonly string[] = ["metric", "where", "total", ...JUDGES];

/** `undefined` when it is not sound (reported). */
export function readSli(
  value: unknown,
  field: Field,
  context: CompositeContext,
): SliReading | undefined {
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
  if (isCompositeForm(judge)) {
    const composite = readComposite(value, judge, field, context);
    return composite === undefined ? undefined : { ...composite, per: [] };
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
      : readAddends(shape[name], fieldIn(field, name), `\`${name}\``);
  const total = read("total");
  const part = read(count);
  if (total === undefined || part === undefined) return undefined;
  const [onlyTotal, onlyPart] = [plainCounter(total), plainCounter(part)];
  return onlyTotal !== undefined && onlyPart !== undefined
    ? { kind: "counters", total: onlyTotal, count, part: onlyPart }
    : { kind: "sums", total, count, part };
}

/** One metric, or several that are added up. */
function readAddends(value: unknown, field: Field, what: string): readonly Term[] | undefined {
  if (!Array.isArray(value)) {
    const addend = readAddend(value, field, what);
    return addend && [addend];
  }
  if (value.length === 0 || value.length > MAX_ADDENDS) {
    const message = `${what} is a metric, or a list of 1 to ${MAX_ADDENDS}, not of ${value.length}`;
    report(field, { code: "sli-form", message });
    return undefined;
  }
  const addends = value.map((each: unknown, index) =>
    readAddend(each, fieldIn(field, index), what),
  );
  const sound = addends.filter((each) => each !== undefined);
  return sound.length === addends.length ? sound : undefined;
}

function readAddend(value: unknown, field: Field, what: string): Term | undefined {
  const shape = readShape(addendSchema, value, field, what);
  if (shape?.metric === undefined) return undefined;
  const measure = { kind: shape.values === true ? "values" : "increase" } as const;
  return { ...selectorOf(shape.metric, shape.where, field), weight: 1, measure };
}

function plainCounter([term, ...more]: readonly Term[]): MetricSelector | undefined {
  if (term?.measure.kind !== "increase" || more.length > 0) return undefined;
  return { metric: term.metric, where: term.where };
}
