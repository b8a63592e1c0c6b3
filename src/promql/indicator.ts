/** PromQL → an indicator: of two queries that count, or of one that is the ratio. */
import type { Indicator } from "../slo/index.ts";
import { divided, noteUngrouped } from "./arithmetic.ts";
import type { PromqlNote, PromqlProblem } from "./problem.ts";
import { Query } from "./query.ts";
import { subtracted, type Terms } from "./terms.ts";
import { translate } from "./translate.ts";
import { describeValue, type QuotientValue, type Value } from "./values.ts";

type SumsIndicator = Extract<Indicator, { kind: "sums" }>;

export interface IndicatorReading {
  /** Not there when something is refused. */
  readonly indicator?: SumsIndicator;
  /** Attributes that both sides are summed `by`: the SLO's groups. */
  readonly per: readonly string[];
  readonly notes: readonly PromqlNote[];
  readonly problems: readonly PromqlProblem[];
}

export interface RatioQueries {
  /** Counts the good or the bad events. */
  readonly part: string;
  /** Counts all of them. */
  readonly total: string;
  readonly count: "good" | "bad";
}

const FORM = "divide counts: sum(rate(errors[{{.window}}])) / sum(rate(requests[{{.window}}]))";

/** Two queries, the second of which divides the first. */
export function readRatio({ part, total, count }: RatioQueries): IndicatorReading {
  const partQuery = new Query("part", part);
  const totalQuery = new Query("total", total);
  const left = valueOf(partQuery);
  const right = valueOf(totalQuery);
  const queries = [partQuery, totalQuery];
  if (left === undefined || right === undefined || totalQuery.root === undefined)
    return readingOf(queries, undefined, count);
  const node = totalQuery.root;
  const ratio = divided({ query: totalQuery, node, right: node }, left, right);
  return readingOf(queries, ratio, count, partQuery);
}

/** One query that is the ratio of good (or bad) events itself. */
export function readRawRatio(text: string, count: "good" | "bad"): IndicatorReading {
  const query = new Query("query", text);
  return readingOf([query], valueOf(query), count);
}

const valueOf = (query: Query): Value | undefined =>
  query.root === undefined ? undefined : translate(query, query.root);

function readingOf(
  queries: readonly Query[],
  value: Value | undefined,
  count: "good" | "bad",
  query: Query | undefined = queries[0],
): IndicatorReading {
  const ratio = value === undefined ? undefined : checkRatio(query, value);
  if (ratio?.labels.kind === "allBut" && query?.root !== undefined)
    noteUngrouped(query, query.root);
  const problems = queries.flatMap((each) => each.problems);
  const isSound = ratio !== undefined && problems.length === 0;
  const per = ratio?.labels.kind === "only" ? ratio.labels.names : [];
  if (!isSound) return { per, notes: [], problems };
  const indicator = simplest(ratio.part, ratio.whole, count);
  return { indicator, per, notes: distinctNotes(queries), problems };
}

/** What is so in both queries is said once. */
function distinctNotes(queries: readonly Query[]): readonly PromqlNote[] {
  const notes = queries.flatMap((query) => query.notes);
  return notes.filter(
    ({ message }, index) => notes.findIndex((note) => note.message === message) === index,
  );
}

function checkRatio(query: Query | undefined, value: Value): QuotientValue | undefined {
  const root = query?.root;
  if (query === undefined || root === undefined) return undefined;
  if (value.kind !== "quotient") {
    const message = `this comes to ${describeValue(value)}, not to a ratio of counts`;
    return query.refuse(root, "promql-form", message, FORM);
  }
  if (value.part.length === 0)
    return query.refuse(root, "promql-form", "this is always 0: nothing is counted");
  const isFinite = [...value.part, ...value.whole].every(({ weight }) => Number.isFinite(weight));
  if (isFinite) return value;
  return query.refuse(root, "promql-form", "its constants come to more than a number holds");
}

/** Of "1 - good / total" and "good / total", the one with fewer terms: for people who read what was made of a query. */
function simplest(part: Terms, total: Terms, count: "good" | "bad"): SumsIndicator {
  const rest = subtracted(total, part);
  const isSimpler = rest.length > 0 && rest.length < part.length;
  const opposite = count === "bad" ? "good" : "bad";
  return {
    kind: "sums",
    total,
    count: isSimpler ? opposite : count,
    part: isSimpler ? rest : part,
  };
}
