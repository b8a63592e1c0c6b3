/** Function calls: what can be added up as data comes, and of the rest why it cannot. */
import type { SyntaxNode } from "@lezer/common";
import {
  checkHistogram,
  readFraction,
  readIncrease,
  readMeanOverTime,
  readSumOverTime,
} from "./over-time.ts";
import { childrenOf, type Query } from "./query.ts";
import { describeValue, type RangeValue, type Value } from "./values.ts";
import { WINDOW_TEXT } from "./window-template.ts";

type ReadCall = (
  query: Query,
  node: SyntaxNode,
  name: string,
  args: readonly Value[],
) => Value | undefined;

const W = WINDOW_TEXT;

/** Whether the function is one of those that are read; `refuseFunction` says why not. */
export const isReadFunction = (name: string): boolean => Object.hasOwn(FUNCTIONS, name);

export function callFunction(
  query: Query,
  node: SyntaxNode,
  name: string,
  args: readonly Value[],
): Value | undefined {
  const known = isReadFunction(name) ? FUNCTIONS[name] : undefined;
  if (known === undefined) return refuseFunction(query, node, name);
  if (args.length === known.argumentCount) return known.read(query, node, name, args);
  const message = `\`${name}\` takes ${known.argumentCount} arguments, not ${args.length}`;
  return query.refuse(node, "promql-syntax", message);
}

const ofRange =
  (
    read: (query: Query, node: SyntaxNode, name: string, range: RangeValue) => Value | undefined,
    example: string,
  ): ReadCall =>
  (query, node, name, [range]) => {
    if (range?.kind === "range") return read(query, node, name, range);
    const given = range === undefined ? "nothing" : describeValue(range);
    const message = `\`${name}\` takes a range of samples, not ${given}`;
    return query.refuse(node, "promql-range", message, `write ${name}(${example})`);
  };

/** Changes nothing of what becomes a ratio between 0 and 1. */
const clamp: ReadCall = (query, node, name, [value, ...limits]) => {
  const allowed = name === "clamp_min" ? [0] : name === "clamp_max" ? [1] : [0, 1];
  const isHarmless =
    limits.length === allowed.length &&
    limits.every((limit, i) => limit.kind === "number" && limit.value === allowed[i]);
  const isRatio = value?.kind === "quotient" || (value?.kind === "sum" && name === "clamp_min");
  if (!isHarmless || !isRatio) {
    const message = `\`${name}\` changes the counts it is given`;
    return query.refuse(node, "promql-unsupported", message, "leave it out");
  }
  query.note(node, `\`${name}\` is left out: what is shown is between 0 and 1 anyway`);
  return value;
};

const same: ReadCall = (_query, _node, _name, [value]) => value;

const histogramCount: ReadCall = (query, node, name, [value]) => {
  if (value?.kind === "sum") return checkHistogram(query, node, value) ? value : undefined;
  const message = `\`${name}\` takes a rate of a histogram`;
  return query.refuse(node, "promql-form", message, `write ${name}(sum(rate(x[${W}])))`);
};

const vector: ReadCall = (query, node, _name, [value]) =>
  value?.kind === "number"
    ? { ...value, isVector: true }
    : query.refuse(node, "promql-form", "`vector` takes a constant");

const FUNCTIONS: Readonly<
  Record<string, { readonly argumentCount: number; readonly read: ReadCall }>
> = {
  rate: { argumentCount: 1, read: ofRange(readIncrease, `http_requests_total[${W}]`) },
  irate: { argumentCount: 1, read: ofRange(readIncrease, `http_requests_total[${W}]`) },
  increase: { argumentCount: 1, read: ofRange(readIncrease, `http_requests_total[${W}]`) },
  sum_over_time: { argumentCount: 1, read: ofRange(readSumOverTime, `up[${W}]`) },
  count_over_time: { argumentCount: 1, read: ofRange(readSumOverTime, `up[${W}]`) },
  avg_over_time: { argumentCount: 1, read: ofRange(readMeanOverTime, `up[${W}]`) },
  histogram_count: { argumentCount: 1, read: histogramCount },
  histogram_fraction: {
    argumentCount: 3,
    read: (query, node, _name, args) => readFraction(query, node, args),
  },
  vector: { argumentCount: 1, read: vector },
  clamp_min: { argumentCount: 2, read: clamp },
  clamp_max: { argumentCount: 2, read: clamp },
  clamp: { argumentCount: 3, read: clamp },
  sort: { argumentCount: 1, read: same },
  sort_desc: { argumentCount: 1, read: same },
};

const OF_ALL_SAMPLES = {
  message: "needs every sample of the window at once, and cannot be added up as data comes",
  hint: `compare and count: sum_over_time((g < bool 0.75)[${W}:]) / count_over_time(g[${W}])`,
};
const OF_SILENCE = {
  message: "is of series that are not there: silence is no event",
  hint: "leave it out: `noData` says what silence counts as",
};
const OF_LABELS = {
  message: "makes up labels: series are told apart by the attributes they have",
  hint: "group by the attribute itself: sum by (…) (…)",
};
const OF_VALUES = {
  message: "is of the values that a histogram adds up; only counts are held",
  hint: `count events under a bound: histogram_fraction(0, 0.25, sum(rate(x[${W}])))`,
};
const OF_SLOPE = { message: "is the slope of a gauge, which is no count", hint: undefined };

const REFUSALS: readonly (readonly [
  RegExp,
  { readonly message: string; readonly hint: string | undefined },
])[] = [
  [
    /^histogram_quantiles?$/,
    {
      message: "is a value, not a share of events: quantiles cannot be added up",
      hint: `count events under a bound: sum(rate(x_bucket{le="0.25"}[${W}])) / sum(rate(x_count[${W}]))`,
    },
  ],
  [/^histogram_/, OF_VALUES],
  [/^absent/, OF_SILENCE],
  [/^label_|^info$/, OF_LABELS],
  [/_over_time$/, OF_ALL_SAMPLES],
  [/^(?:i?delta|deriv|predict_linear|double_exponential_smoothing)$/, OF_SLOPE],
];

export function refuseFunction(query: Query, node: SyntaxNode, name: string): undefined {
  const refusal = REFUSALS.find(([pattern]) => pattern.test(name))?.[1];
  const message = `\`${name}\` ${refusal?.message ?? "cannot be computed from what counters grow by"}`;
  const metric = metricIn(query, node)?.replace(/_bucket$/, "");
  const hint =
    metric === undefined ? refusal?.hint : refusal?.hint?.replaceAll(/\bx(?=[_[])/g, metric);
  return query.refuse(node, "promql-unsupported", message, hint);
}

/** The first metric that is named in the node. */
function metricIn(query: Query, node: SyntaxNode): string | undefined {
  if (node.name === "Identifier") return query.textOf(node);
  for (const child of childrenOf(node)) {
    const metric = metricIn(query, child);
    if (metric !== undefined) return metric;
  }
  return undefined;
}
