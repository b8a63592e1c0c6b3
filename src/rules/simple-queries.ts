/**
 * The plainest queries of SLO files: a selector, alone or in `sum(…)`, `rate(…[5m])`, `increase(…[5m])`, and a quotient
 * of two of them. Ranges do not matter: the same sums answer every lookback.
 */
import {
  readBareSelector,
  type BareSelector,
  type IndicatorReading,
  type PromqlProblem,
  type QueryName,
  type RatioQueries,
} from "../promql/index.ts";
import type { Term } from "../slo/index.ts";

export interface SimpleQuery {
  readonly selector: BareSelector;
  /** Where the selector stands in the query. */
  readonly from: number;
  readonly to: number;
  /** Whether the query asks for a counter's growth (`rate`, `increase`), or for values as they are. */
  readonly isGrowth: boolean;
}

type Simple =
  | { readonly kind: "query"; readonly query: SimpleQuery }
  | { readonly kind: "problem"; readonly problem: Omit<PromqlProblem, "query"> };

const HEAD = /\s*(sum|rate|increase)\s*\(|\s*\(/y;
const RANGE = /\[[^[\]]*\]\s*$/;
const SELECTOR = /^[\w:]*\s*(?:\{[\s\S]*\})?$/;
const FORMS = "sum(rate(http_requests_total[{{.window}}]))";

export function readSimpleQuery(text: string): Simple {
  const message = `only a metric is read, in sum(…) and rate(…), not ${shown(text)}`;
  const whole = { from: 0, to: text.length, code: "promql-unsupported", message } as const;
  const refusal = { kind: "problem", problem: { ...whole, hint: `write ${FORMS}` } } as const;
  const inside = unwrapped(text);
  if (inside === undefined) return refusal;
  const { selector, place, problems } = readBareSelector(inside.text);
  const at = (offset: number) => inside.from + offset;
  const [problem] = problems;
  if (selector !== undefined && place !== undefined) {
    const { isGrowth } = inside;
    return {
      kind: "query",
      query: { selector, from: at(place.from), to: at(place.to), isGrowth },
    };
  }
  if (problem === undefined || !SELECTOR.test(inside.text.trim())) return refusal;
  return {
    kind: "problem",
    problem: { ...problem, from: at(problem.from), to: at(problem.to) },
  };
}

/** What stands in the brackets, of which one pair may be of a `rate`; `undefined` when they are others. */
function unwrapped(
  text: string,
): { readonly text: string; readonly from: number; readonly isGrowth: boolean } | undefined {
  const names: string[] = [];
  let from = 0;
  for (HEAD.lastIndex = 0; ; HEAD.lastIndex = from) {
    const head = HEAD.exec(text);
    if (head === null) break;
    names.push(head[1] ?? "");
    from += head[0].length;
  }
  let inside = text.slice(from).trimEnd();
  for (const _name of names) {
    if (!inside.endsWith(")")) return undefined;
    inside = inside.slice(0, -1).trimEnd();
  }
  const growths = names.filter((name) => name === "rate" || name === "increase");
  const range = RANGE.exec(inside);
  if (growths.length > 1 || (range !== null) !== (growths.length === 1)) return undefined;
  return { text: inside.slice(0, range?.index), from, isGrowth: range !== null };
}

const shown = (text: string): string => {
  const line = text.trim().replaceAll(/\s+/g, " ");
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
};

/** What the selected counter or histogram grows by. */
export const growthOf = ({ metric, where, bound }: BareSelector): Term => ({
  metric,
  where,
  weight: 1,
  measure: bound === undefined ? { kind: "increase" } : { kind: "atMost", bound },
});

export const simpleQueries = {
  ratio({ part, total, count }: RatioQueries): IndicatorReading {
    const reads = [
      { query: "part", from: 0, simple: readSimpleQuery(part) },
      { query: "total", from: 0, simple: readSimpleQuery(total) },
    ] as const;
    return ratioOf(reads, count);
  },

  /** One query whose value is the error ratio. */
  errorRatio(query: string): IndicatorReading {
    const inverted = /^\s*1\s*-\s*\(([\s\S]*)\)\s*$/.exec(query);
    const inner = inverted?.[1] ?? query;
    const start = inverted === null ? 0 : query.indexOf("(") + 1;
    const slash = quotientSign(inner);
    if (slash === undefined) {
      const message = `only a quotient of two sums is an error ratio, not ${shown(query)}`;
      const hint = `write ${FORMS} / ${FORMS}`;
      const problem = {
        from: 0,
        to: query.length,
        code: "promql-unsupported",
        message,
        hint,
      } as const;
      return { per: [], notes: [], problems: [{ query: "query", ...problem }] };
    }
    const reads = [
      { query: "query", from: start, simple: readSimpleQuery(inner.slice(0, slash)) },
      {
        query: "query",
        from: start + slash + 1,
        simple: readSimpleQuery(inner.slice(slash + 1)),
      },
    ] as const;
    return ratioOf(reads, inverted === null ? "bad" : "good");
  },
};

interface Read {
  readonly query: QueryName;
  /** Where it begins in that text. */
  readonly from: number;
  readonly simple: Simple;
}

function ratioOf([part, total]: readonly [Read, Read], count: "good" | "bad"): IndicatorReading {
  const problems = [part, total].flatMap(({ query, from, simple }): PromqlProblem[] =>
    simple.kind === "query"
      ? []
      : [
          {
            query,
            ...simple.problem,
            from: from + simple.problem.from,
            to: from + simple.problem.to,
          },
        ],
  );
  if (part.simple.kind === "problem" || total.simple.kind === "problem")
    return { per: [], notes: [], problems };
  const indicator = {
    kind: "sums",
    count,
    part: [growthOf(part.simple.query.selector)],
    total: [growthOf(total.simple.query.selector)],
  } as const;
  return { indicator, per: [], notes: [], problems };
}

/** Where the `/` outside of all brackets and quotes is; `undefined` unless there is just one. */
function quotientSign(text: string): number | undefined {
  const bare = text
    .replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/g, (quoted) =>
      "_".repeat(quoted.length),
    )
    .replaceAll(/#[^\n]*/g, (comment) => " ".repeat(comment.length));
  let depth = 0;
  const signs: number[] = [];
  for (let at = 0; at < bare.length; at++) {
    const character = bare.charAt(at);
    if ("([{".includes(character)) depth++;
    else if (")]}".includes(character)) depth--;
    else if (character === "/" && depth === 0) signs.push(at);
  }
  return signs.length === 1 ? signs[0] : undefined;
}
