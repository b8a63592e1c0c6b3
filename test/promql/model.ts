/**
 * Random queries that can be read, each with an evaluation of its own: on label sets, with PromQL's matching, and on exact
 * increases. And random worlds of counters, histograms and gauges to evaluate them in.
 */
import fc, { type Arbitrary } from "fast-check";
import type { MetricInput, RequestInput } from "../otlp/request-builder.ts";
import { nanos } from "../series/harness.ts";

/** Seconds of the range: what `rate` divides by. */
const RANGE = 300;
const BOUNDS = [0.1, 0.5, 2];

type Labels = Readonly<Record<string, string>>;
interface Sampled {
  readonly labels: Labels;
}
interface CounterSeries extends Sampled {
  readonly metric: "errors" | "requests";
  readonly increase: number;
}
interface HistogramSeries extends Sampled {
  /** Events in each bucket, the last of which has no bound. */
  readonly counts: readonly number[];
}
interface GaugeSeries extends Sampled {
  readonly values: readonly number[];
}
export interface World {
  readonly counters: readonly CounterSeries[];
  readonly histograms: readonly HistogramSeries[];
  readonly gauges: readonly GaugeSeries[];
}

const anyCount = fc.integer({ min: 0, max: 1_000 });
const LABELS: readonly Labels[] = [
  {},
  { zone: "a" },
  { zone: "a", code: "500" },
  { zone: "b", code: "200" },
  { zone: "b", code: "404" },
  { code: "500" },
];

/** One series for most of the label sets. */
const seriesOf = <T extends object>(values: Arbitrary<T>): Arbitrary<readonly (T & Sampled)[]> =>
  fc
    .array(fc.option(values, { freq: 4, nil: undefined }), { minLength: 6, maxLength: 6 })
    .map((all) =>
      LABELS.flatMap((labels, i) => (all[i] === undefined ? [] : [{ labels, ...all[i] }])),
    );

export const anyWorld: Arbitrary<World> = fc
  .record({
    errors: seriesOf(fc.record({ increase: anyCount })),
    requests: seriesOf(fc.record({ increase: anyCount })),
    histograms: seriesOf(
      fc.record({
        counts: fc.array(anyCount, { minLength: BOUNDS.length + 1, maxLength: BOUNDS.length + 1 }),
      }),
    ),
    gauges: seriesOf(
      fc.record({
        values: fc.array(fc.integer({ min: -4, max: 12 }), { minLength: 1, maxLength: 5 }),
      }),
    ),
  })
  .map(({ errors, requests, ...others }) => ({
    counters: [
      ...errors.map((series) => ({ metric: "errors" as const, ...series })),
      ...requests.map((series) => ({ metric: "requests" as const, ...series })),
    ],
    ...others,
  }));

/** What a fleet would send: one request for each moment. */
export function requestsOf({ counters, histograms, gauges }: World): readonly RequestInput[] {
  const [start, time] = [nanos(0), nanos(30)];
  const metrics: MetricInput[] = [
    ...counters.map(({ metric, labels, increase }) => ({
      name: metric,
      sum: {
        temporality: "delta" as const,
        points: [{ attributes: labels, start, time, int: increase }],
      },
    })),
    ...histograms.map(({ labels, counts }) => ({
      name: "latency",
      unit: "s",
      histogram: {
        temporality: "delta" as const,
        points: [{ attributes: labels, start, time, bounds: BOUNDS, counts }],
      },
    })),
    ...gauges.map(({ labels, values }) => ({
      name: "load",
      gauge: {
        points: values.map((double, i) => ({ attributes: labels, time: nanos(10 + i), double })),
      },
    })),
  ];
  return metrics.map((metric) => ({ metrics: [metric] }));
}

/** Values by the group's label; of a sum that is not grouped, by "". Empty: no series. NaN: not to be compared. */
type Vector = ReadonlyMap<string, number>;

interface Expression {
  readonly text: string;
  readonly evaluate: (world: World) => Vector;
}
/** What a unit of a sum is: every sum of a query has the same. */
type Unit = "rate" | "increase" | "steps";

interface MatcherModel {
  readonly text: string;
  readonly matches: (labels: Labels) => boolean;
}
const anyMatcher: Arbitrary<MatcherModel> = fc
  .tuple(
    fc.constantFrom("zone", "code"),
    fc.constantFrom("=", "!=", "=~", "!~"),
    fc.constantFrom("", "a", "b", "500", "404"),
    fc.constantFrom("a|b", "5..", ".*", ".+", "", "[24].*"),
  )
  .map(([label, op, value, pattern]) => {
    const isPattern = op.endsWith("~");
    const regex = new RegExp(`^(?:${pattern})$`);
    const holds = (text: string) => (isPattern ? regex.test(text) : text === value);
    return {
      text: `${label}${op}"${isPattern ? pattern : value}"`,
      matches: (labels) => holds(labels[label] ?? "") === !op.startsWith("!"),
    };
  });
const anyMatchers: Arbitrary<MatcherModel> = fc
  .array(anyMatcher, { maxLength: 2 })
  .map((matchers) => ({
    text: matchers.map(({ text }) => text).join(","),
    matches: (labels) => matchers.every((matcher) => matcher.matches(labels)),
  }));

function grouped<T extends Sampled>(
  series: readonly T[],
  { matches }: MatcherModel,
  isGrouped: boolean,
  amount: (series: T) => number,
): Vector {
  const sums = new Map<string, number>();
  for (const each of series) {
    if (!matches(each.labels)) continue;
    const key = isGrouped ? (each.labels["zone"] ?? "") : "";
    sums.set(key, (sums.get(key) ?? 0) + amount(each));
  }
  return sums;
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

function anyCounter(unit: Unit, isGrouped: boolean): Arbitrary<Expression> {
  const by = isGrouped ? " by (zone)" : "";
  const over = (increase: number) => (unit === "rate" ? increase / RANGE : increase);
  const fn = unit === "rate" ? "rate" : "increase";
  const counter = fc
    .tuple(anyMatchers, fc.constantFrom("errors" as const, "requests" as const), fc.boolean())
    .map(([matchers, metric, isSuffixed]): Expression => ({
      text: `sum${by} (${fn}(${metric}${isSuffixed ? "_total" : ""}{${matchers.text}}[{{.window}}]))`,
      evaluate: ({ counters }) =>
        grouped(
          counters.filter((series) => series.metric === metric),
          matchers,
          isGrouped,
          ({ increase }) => over(increase),
        ),
    }));
  const bucket = fc
    .tuple(anyMatchers, fc.constantFrom(0, 1, 2, 3))
    .map(([matchers, index]): Expression => {
      const le = [...BOUNDS, "+Inf"][index]!;
      const condition = [`le="${le}"`, matchers.text].filter((text) => text !== "").join(",");
      return {
        text: `sum${by} (${fn}(latency_seconds_bucket{${condition}}[{{.window}}]))`,
        evaluate: ({ histograms }) =>
          grouped(histograms, matchers, isGrouped, ({ counts }) =>
            over(sumOf(counts.slice(0, index + 1))),
          ),
      };
    });
  const count = fc.tuple(anyMatchers, fc.boolean()).map(([matchers, isNative]): Expression => {
    const name = isNative ? "latency_seconds" : "latency_seconds_count";
    const sum = `sum${by} (${fn}(${name}{${matchers.text}}[{{.window}}]))`;
    return {
      text: isNative ? `histogram_count(${sum})` : sum,
      evaluate: ({ histograms }) =>
        grouped(histograms, matchers, isGrouped, ({ counts }) => over(sumOf(counts))),
    };
  });
  const samples = fc.tuple(anyMatchers, fc.boolean()).map(([matchers, isCount]): Expression => ({
    text: `sum${by} (${isCount ? "count" : "sum"}_over_time(load{${matchers.text}}[{{.window}}]))`,
    evaluate: ({ gauges }) =>
      grouped(gauges, matchers, isGrouped, ({ values }) =>
        isCount ? values.length : sumOf(values),
      ),
  }));
  return unit === "rate"
    ? fc.oneof(counter, bucket, count)
    : fc.oneof(counter, bucket, count, samples);
}

/** Sums over the steps of a subquery; a step stands for a point here. */
function anyGauge(isGrouped: boolean): Arbitrary<Expression> {
  const by = isGrouped ? " by (zone)" : "";
  const comparisons = {
    "<": (value: number, bound: number) => value < bound,
    ">=": (value: number, bound: number) => value >= bound,
    "==": (value: number, bound: number) => value === bound,
    "!=": (value: number, bound: number) => value !== bound,
  };
  return fc
    .tuple(
      anyMatchers,
      fc.constantFrom("<" as const, ">=" as const, "==" as const, "!=" as const),
      fc.integer({ min: -2, max: 8 }),
      fc.constantFrom("count", "bool", "values", "linear", "all"),
    )
    .map(([matchers, op, bound, form]): Expression => {
      const load = `load{${matchers.text}}`;
      const texts: Readonly<Record<string, string>> = {
        count: `sum_over_time(count${by} (${load} ${op} bool ${bound} == 1)[{{.window}}:])`,
        bool: `sum_over_time(sum${by} (${load} ${op} bool ${bound})[{{.window}}:])`,
        values: `sum_over_time(sum${by} (${load})[{{.window}}:])`,
        linear: `sum${by} (sum_over_time((${bound} - 2 * ${load})[{{.window}}:]))`,
        all: `sum${by} (count_over_time(${load}[{{.window}}:]))`,
      };
      const amounts: Readonly<Record<string, (value: number) => number>> = {
        bool: (value) => (comparisons[op](value, bound) ? 1 : 0),
        values: (value) => value,
        linear: (value) => bound - 2 * value,
        all: () => 1,
      };
      const known = form === "count" ? "bool" : form; // a comparison of a comparison is refused
      return {
        text: texts[known]!,
        evaluate: ({ gauges }) =>
          grouped(gauges, matchers, isGrouped, ({ values }) => sumOf(values.map(amounts[known]!))),
      };
    });
}

/**
 * PromQL drops what has no partner, and slowburn counts it, with nothing as its partner: NaN says that they differ by design
 * (src/promql/README.md, decision 3).
 */
const combined = (left: Vector, right: Vector, op: (a: number, b: number) => number): Vector =>
  new Map(
    [...new Set([...left.keys(), ...right.keys()])].map((key) => [
      key,
      op(left.get(key) ?? NaN, right.get(key) ?? NaN),
    ]),
  );
const mapped = (vector: Vector, op: (value: number) => number): Vector =>
  new Map([...vector].map(([key, value]) => [key, op(value)]));

const anyFactor = fc.constantFrom(2, 0.25, 3, 10);

function anySum(unit: Unit, isGrouped: boolean): Arbitrary<Expression> {
  const leaf = unit === "steps" ? anyGauge(isGrouped) : anyCounter(unit, isGrouped);
  const { sum } = fc.letrec<{ sum: Expression }>((tie) => ({
    sum: fc.oneof(
      { maxDepth: 3, depthSize: "small" },
      leaf,
      fc
        .tuple(tie("sum"), tie("sum"), fc.constantFrom("+", "-"))
        .map(([left, right, op]): Expression => ({
          text: `(${left.text} ${op} ${right.text})`,
          evaluate: (world) =>
            combined(left.evaluate(world), right.evaluate(world), (a, b) =>
              op === "+" ? a + b : a - b,
            ),
        })),
      fc
        .tuple(tie("sum"), anyFactor, fc.constantFrom("left", "right", "divide"))
        .map(([inner, factor, side]): Expression => ({
          text:
            side === "left"
              ? `${factor} * ${inner.text}`
              : `${inner.text} ${side === "right" ? "*" : "/"} ${factor}`,
          evaluate: (world) =>
            mapped(inner.evaluate(world), (value) =>
              side === "divide" ? value / factor : value * factor,
            ),
        })),
      tie("sum").map((inner): Expression => ({
        text: `(${inner.text} or vector(0))`,
        evaluate: (world) => {
          const vector = inner.evaluate(world);
          return isGrouped || vector.size > 0 ? vector : new Map([["", 0]]);
        },
      })),
      tie("sum").map((inner): Expression => ({
        text: isGrouped ? `sum by (zone) (${inner.text})` : `max(sum(${inner.text}))`,
        evaluate: inner.evaluate,
      })),
      tie("sum").map((inner): Expression => ({
        text: `-(-${inner.text})`,
        evaluate: inner.evaluate,
      })),
    ),
  }));
  return sum;
}

export interface RatioModel extends Expression {
  /** What is divided by, in counts; NaN where it has no element. */
  readonly total: (world: World) => number;
}

/** A ratio of sums, in one of the forms that people write. */
export function anyRatio(isGrouped: boolean): Arbitrary<RatioModel> {
  return fc.constantFrom<Unit>("rate", "increase", "steps").chain((unit) => {
    const sum = anySum(unit, isGrouped);
    const leaf = unit === "steps" ? anyGauge(isGrouped) : anyCounter(unit, isGrouped);
    const forms = ["part/whole", "1 - part/whole", "(whole - part)/whole", "part/(part + rest)"];
    return fc
      .tuple(sum, leaf, sum, fc.constantFrom(...forms, "part/whole + rest/whole"))
      .map(([part, whole, rest, form]) => ratioOf(form, part, whole, rest, unit));
  });
}

function ratioOf(
  form: string,
  part: Expression,
  whole: Expression,
  rest: Expression,
  unit: Unit,
): RatioModel {
  const toCounts = unit === "rate" ? RANGE : 1;
  const divide = (a: Vector, b: Vector) => combined(a, b, (x, y) => x / y);
  const isOfParts = form.includes("rest)");
  const divisor = (world: World) =>
    isOfParts
      ? combined(part.evaluate(world), rest.evaluate(world), (a, b) => a + b)
      : whole.evaluate(world);
  const evaluate = (world: World): Vector => {
    const share = divide(part.evaluate(world), divisor(world));
    if (form.startsWith("part")) {
      if (!form.includes("rest/")) return share;
      return combined(share, divide(rest.evaluate(world), whole.evaluate(world)), (a, b) => a + b);
    }
    return mapped(share, (value) => 1 - value);
  };
  const text = form
    .replace("part + rest", `${part.text} + ${rest.text}`)
    .replace("rest", () => `(${rest.text})`)
    .replaceAll("part", () => `(${part.text})`)
    .replaceAll("whole", () => `(${whole.text})`);
  return {
    text,
    evaluate,
    total: (world) => (divisor(world).get("") ?? NaN) * toCounts,
  };
}
