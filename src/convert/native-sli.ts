/** Indicator → `sli:`, in the plainest form first. Each form is to be read back: not all of them say the same. */
import {
  formatDuration,
  type Budgeting,
  type Comparison,
  type CompositeIndicator,
  type Indicator,
  type PromqlSource,
  type Slo,
  type Term,
} from "../slo/index.ts";
import { conditionsOf, selectorOf, type Written } from "./native-conditions.ts";
import { NotConvertible } from "./not-convertible.ts";
import { queriesOf } from "./promql-text.ts";

export type SliForm =
  /** `per` stands beside it. */
  | { readonly kind: "plain"; readonly sli: Written }
  /** Its queries say what it is split by. */
  | { readonly kind: "promql"; readonly queries: PromqlSource };

/** Makes one form; throws `NotConvertible` when the indicator has none. */
export type MakeSli = (slo: Slo) => SliForm;

export const SLI_FORMS: readonly MakeSli[] = [
  (slo) => ({ kind: "plain", sli: plainSli(slo) }),
  ({ source }) => {
    if (source.promql === undefined) throw new NotConvertible("the file has no PromQL for it");
    return { kind: "promql", queries: source.promql };
  },
  (slo) => ({ kind: "promql", queries: queriesOf(slo) }),
];

export const nativeSli = (form: SliForm): Written =>
  form.kind === "plain" ? form.sli : { promql: nativeQueries(form.queries) };

function nativeQueries(queries: PromqlSource): Written {
  return queries.kind === "errorRatio"
    ? { errorRatio: queries.query }
    : { [queries.count]: queries.part, total: queries.total };
}

function plainSli({ indicator, budgeting, source }: Slo): Written {
  switch (indicator.kind) {
    case "events": {
      const { total, count, when } = indicator;
      return { ...selectorOf(total), [count]: conditionsOf(when) };
    }
    case "latency":
      return { ...selectorOf(indicator.total), faster: latencyText(indicator.thresholdNanos) };
    case "counters": {
      const { total, count, part } = indicator;
      return { [count]: selectorOf(part), total: selectorOf(total) };
    }
    case "sums": {
      // What was written as queries stays queries.
      const addends = source.promql === undefined ? addendsOf(indicator) : undefined;
      if (addends !== undefined) return addends;
      const { selector, op, value } = thresholdOf(indicator);
      return { ...selector, [COMPARISONS[op]]: value };
    }
    case "composite":
      return compositeSli(indicator, budgeting);
  }
}

/** Its slices are the SLO's. */
function compositeSli({ rule, members }: CompositeIndicator, budgeting: Budgeting): Written {
  const ids = members.map(({ sloId }) => sloId);
  switch (rule) {
    case "weighted":
      return { weighted: Object.fromEntries(members.map(({ sloId, weight }) => [sloId, weight])) };
    case "worst":
      return { worstOf: ids };
    case "all":
      if (budgeting.kind !== "timeslices") throw new NotConvertible("its slices are none");
      return {
        allOf: ids,
        ...(budgeting.widthMs === DEFAULT_SLICE_MS
          ? {}
          : { slices: formatDuration(budgeting.widthMs) }),
      };
  }
}

const DEFAULT_SLICE_MS = 60_000;

type Sums = Extract<Indicator, { readonly kind: "sums" }>;

/** Metrics that are added up on either side; `undefined` for other sums. */
export function addendsOf({ part, total, count }: Sums): Written | undefined {
  const isAddend = ({ weight, measure }: Term) =>
    weight === 1 && (measure.kind === "increase" || measure.kind === "values");
  if (part.length === 0 || total.length === 0) return undefined;
  if (![...part, ...total].every(isAddend)) return undefined;
  return { [count]: sideOf(part), total: sideOf(total) };
}

function sideOf(terms: readonly Term[]): Written | readonly Written[] | undefined {
  const addends = terms.map((term) => ({
    ...selectorOf(term),
    ...(term.measure.kind === "values" ? { values: true } : {}),
  }));
  return addends.length === 1 ? addends[0] : addends;
}

/** Whole milliseconds as people write them; what is finer in microseconds. */
const latencyText = (nanos: number): string =>
  nanos % 1_000_000 === 0 ? formatDuration(nanos / 1_000_000) : `${nanos / 1_000}us`;

const COMPARISONS = {
  ">": "above",
  ">=": "atLeast",
  "<": "below",
  "<=": "atMost",
  "==": "equals",
} as const;

export interface Threshold {
  readonly selector: Written;
  readonly op: keyof typeof COMPARISONS;
  readonly value: number;
}

const isWritable = (op: Comparison): op is Threshold["op"] => Object.hasOwn(COMPARISONS, op);

/** A gauge's samples that are on the right side of a value. */
export function thresholdOf(indicator: Indicator): Threshold {
  if (indicator.kind === "sums" && indicator.part.length === 1 && indicator.total.length === 1) {
    const [part] = indicator.part;
    const holds = part?.measure.kind === "samples" ? part.measure.holds : undefined;
    if (part !== undefined && holds !== undefined && isWritable(holds.op))
      return { selector: selectorOf(part), op: holds.op, value: holds.value };
  }
  throw new NotConvertible("it is a sum that only PromQL has a form for");
}
