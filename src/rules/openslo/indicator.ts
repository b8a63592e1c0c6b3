/** An SLI → indicator: its queries are read as PromQL, its native parts as a native file's `sli:` is. */
import type { IndicatorReading as QueryReading, QueryName } from "../../promql/index.ts";
import type { Comparison, Indicator, PromqlSource, Term } from "../../slo/index.ts";
import { readSelector, readSli as readNativeSli, report } from "../native/index.ts";
import { queries } from "../queries.ts";
import { growthOf, readSimpleQuery } from "../simple-queries.ts";
import type { Links } from "./links.ts";
import { sourceOf, warnOfAssumption, type Metric, type Source } from "./metric.ts";
import type { Operator } from "./schemas.ts";
import type { Sli } from "./sli.ts";

/** What a value is compared with. */
export interface Threshold {
  readonly op: Operator;
  readonly value: number;
}

export type IndicatorReading =
  | {
      readonly kind: "computed";
      readonly indicator: Indicator;
      readonly per: readonly string[];
      readonly promql?: PromqlSource;
    }
  /** In another system; a warning says so. */
  | { readonly kind: "elsewhere" };

const ELSEWHERE: IndicatorReading = { kind: "elsewhere" };

/** `undefined` when it cannot be computed (reported). `threshold` is asked for by SLIs that need one. */
export function indicatorOf(
  links: Links,
  sli: Sli,
  threshold: () => Threshold | undefined,
): IndicatorReading | undefined {
  switch (sli.kind) {
    case "ratio":
      return ratioIndicator(links, sli);
    case "raw":
      return rawIndicator(links, sli);
    case "threshold": {
      const bound = threshold();
      return bound === undefined ? undefined : thresholdIndicator(links, sli.metric, bound);
    }
  }
}

type Query = Extract<Source, { readonly query: string }>;
const isQuery = (source: Source): source is Query =>
  source.kind === "promql" || source.kind === "assumed";

function ratioIndicator(
  links: Links,
  { part, total, count, isCounter, field }: Extract<Sli, { kind: "ratio" }>,
): IndicatorReading | undefined {
  const partSource = sourceOf(links, part);
  if (partSource === undefined) return undefined;
  if (partSource.kind === "elsewhere") return ELSEWHERE;
  const totalSource = sourceOf(links, total);
  if (totalSource === undefined) return undefined;
  if (totalSource.kind === "elsewhere") return ELSEWHERE;
  if (partSource.kind === "native" && totalSource.kind === "native") {
    const partSelector = readSelector(partSource.value, partSource.field, `\`${count}\``);
    const totalSelector = readSelector(totalSource.value, totalSource.field, "`total`");
    if (partSelector === undefined || totalSelector === undefined) return undefined;
    const indicator = {
      kind: "counters",
      total: totalSelector,
      count,
      part: partSelector,
    } as const;
    return { kind: "computed", indicator, per: [] };
  }
  if (!isQuery(partSource) || !isQuery(totalSource)) {
    const message = `\`${count}\` and \`total\` are in different systems`;
    report(field, { code: "sli-form", message, hint: "write both as PromQL, or both as otlp" });
    return undefined;
  }
  const texts = { part: partSource.query, total: totalSource.query, count } as const;
  const values = isCounter ? undefined : valuesOf(texts);
  const reading = values ?? queries.ratio(texts);
  const asked = { part: [part, partSource], total: [total, totalSource] } as const;
  const windowed = { part: windowedText(texts.part), total: windowedText(texts.total) } as const;
  const promql =
    values !== undefined || windowed.part === undefined || windowed.total === undefined
      ? undefined
      : ({ kind: "ratio", count, part: windowed.part, total: windowed.total } as const);
  return settle(links, reading, asked, promql);
}

/** The query with `{{.window}}` for its range; `undefined` where a range of the file's own is somewhere inside. */
function windowedText(text: string): string | undefined {
  if (/\{\{-?\s*\.window\s*-?\}\}/.test(text)) return text;
  const simple = readSimpleQuery(text);
  if (simple.kind === "problem") return undefined;
  return `sum(rate(${text.slice(simple.query.from, simple.query.to)}[{{.window}}]))`;
}

/** Gauges: `counter: false` and no `rate` in the query means that values are added up as they are. */
function valuesOf(texts: {
  readonly part: string;
  readonly total: string;
  readonly count: "good" | "bad";
}): QueryReading | undefined {
  const [part, total] = [readSimpleQuery(texts.part), readSimpleQuery(texts.total)];
  if (part.kind !== "query" || total.kind !== "query") return undefined;
  if (part.query.isGrowth || total.query.isGrowth) return undefined;
  const termOf = (query: typeof part.query): Term => ({
    ...growthOf(query.selector),
    measure: { kind: "values" },
  });
  const [partTerm, totalTerm] = [termOf(part.query), termOf(total.query)];
  const { count } = texts;
  const indicator = { kind: "sums", count, part: [partTerm], total: [totalTerm] } as const;
  return { indicator, per: [], notes: [], problems: [] };
}

function rawIndicator(
  links: Links,
  { metric, isFailure }: Extract<Sli, { kind: "raw" }>,
): IndicatorReading | undefined {
  const source = sourceOf(links, metric);
  if (source === undefined) return undefined;
  if (source.kind === "elsewhere") return ELSEWHERE;
  if (source.kind === "native") {
    if (isFailure) {
      const message = "a native indicator says itself which events are good";
      report(source.field, { code: "sli-form", message, hint: "write rawType: success" });
      return undefined;
    }
    const context = { service: links.service ?? "", slices: undefined };
    const sli = readNativeSli(source.value, source.field, context);
    return sli === undefined ? undefined : { kind: "computed", ...sli };
  }
  const head = isFailure ? "" : "1 - (";
  const query = isFailure ? source.query : `${head}${source.query})`;
  const reading = queries.errorRatio(query);
  const asked = { query: [metric, source] } as const;
  const isWindowed = windowedText(query) === query;
  const promql = isWindowed ? ({ kind: "errorRatio", query } as const) : undefined;
  return settle(links, reading, asked, promql, head.length);
}

function thresholdIndicator(
  links: Links,
  metric: Metric,
  { op, value }: Threshold,
): IndicatorReading | undefined {
  const source = sourceOf(links, metric);
  if (source === undefined) return undefined;
  if (source.kind === "elsewhere") return ELSEWHERE;
  if (source.kind === "native") {
    const selector = readSelector(source.value, source.field, "a threshold metric");
    if (selector === undefined) return undefined;
    return { kind: "computed", indicator: comparing(selector, op, value), per: [] };
  }
  const simple = readSimpleQuery(source.query);
  const isBare =
    simple.kind === "query" &&
    source.query.trim() === source.query.slice(simple.query.from, simple.query.to).trim();
  const asked = { query: [metric, source] } as const;
  if (isBare && simple.query.selector.bound === undefined) {
    const { bound: _none, ...selector } = simple.query.selector;
    const reading = { indicator: comparing(selector, op, value), per: [], notes: [], problems: [] };
    return settle(links, reading, asked, undefined);
  }
  const problem = {
    query: "query",
    from: 0,
    to: source.query.length,
    code: "promql-unsupported",
    message:
      "a threshold is compared with each value of one metric; values of several cannot be put together first",
    hint: 'write one selector: queue_length{queue="mail"}; for latencies a ratioMetric of histogram buckets',
  } as const;
  return settle(links, { per: [], notes: [], problems: [problem] }, asked, undefined);
}

const COMPARISONS: Readonly<Record<Operator, Comparison>> = {
  gt: ">",
  gte: ">=",
  lt: "<",
  lte: "<=",
};

/** Each value of a gauge is an event, good when it is as the objective wants it. */
function comparing(
  selector: Pick<Term, "metric" | "where">,
  op: Operator,
  value: number,
): Extract<Indicator, { kind: "sums" }> {
  const values = { ...selector, weight: 1 } as const;
  return {
    kind: "sums",
    count: "good",
    total: [{ ...values, measure: { kind: "samples" } }],
    part: [{ ...values, measure: { kind: "samples", holds: { op: COMPARISONS[op], value } } }],
  };
}

/** Which metric each text of a reading is from. */
type Asked = Readonly<Partial<Record<QueryName, readonly [Metric, Query]>>>;

/** Reports what a query's reader found. `headLength`: what was put in front of the file's text. */
function settle(
  links: Links,
  reading: QueryReading,
  asked: Asked,
  promql: PromqlSource | undefined,
  headLength = 0,
): IndicatorReading | undefined {
  const isComputed = reading.problems.length === 0 && reading.indicator !== undefined;
  const assumed = Object.values(asked).find(([, source]) => source.kind === "assumed");
  if (assumed !== undefined) warnOfAssumption(links, assumed[0], isComputed);
  if (assumed !== undefined && !isComputed) return ELSEWHERE;
  for (const { query, from, code, message, hint } of reading.problems) {
    const at = asked[query]?.[1].field;
    const index = Math.max(0, from - headLength);
    if (at !== undefined) at.findings.add(code, at.document, at.path, message, { hint, index });
  }
  for (const { query, from, message } of reading.notes) {
    const at = asked[query]?.[1].field;
    const index = Math.max(0, from - headLength);
    at?.findings.add("promql-note", at.document, at.path, message, { severity: "warning", index });
  }
  if (reading.indicator === undefined || reading.problems.length > 0) return undefined;
  const { indicator, per } = reading;
  return { kind: "computed", indicator, per, ...(promql === undefined ? {} : { promql }) };
}
