/**
 * `http_requests_total{code=~"5..",job="api"}` → metric and conditions (Prometheus, querying/basics, "Time series
 * selectors"). An attribute that is absent compares as the empty text, as a label does.
 */
import type { PromqlProblemCode } from "../promql/index.ts";
import type { Matcher, MetricSelector } from "../slo/index.ts";
import { isRegex } from "./native/index.ts";

export interface VectorSelector extends MetricSelector {
  /** Of `le="0.25"`: the events at or below it are selected. Absent for all, `+Inf` included. */
  readonly bound?: number;
}

export interface SelectorProblem {
  readonly from: number;
  readonly to: number;
  readonly code: PromqlProblemCode;
  readonly message: string;
  readonly hint?: string;
}

export interface SelectorReading {
  readonly selector?: VectorSelector;
  /** Where the selector ended, or reading it. */
  readonly end: number;
  readonly problems: readonly SelectorProblem[];
}

const METRIC_NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const LABEL_NAME = /[a-zA-Z_][a-zA-Z0-9_]*/y;
const OPERATOR = /!=|=~|!~|=/y;
const TEXT = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`/y;
const SPACE = /(?:\s|#[^\n]*)*/y;

/** A selector that begins at `start`. What stands behind it is the caller's. */
export function readVectorSelector(text: string, start = 0): SelectorReading {
  const parser = new SelectorParser(text, start);
  const selector = parser.selector();
  return {
    end: parser.at,
    problems: parser.problems,
    ...(selector === undefined || parser.problems.length > 0 ? {} : { selector }),
  };
}

class SelectorParser {
  at: number;
  readonly problems: SelectorProblem[] = [];
  readonly #text: string;
  readonly #where: Matcher[] = [];
  #metric: string | undefined;
  #bound: number | undefined;
  #hasBound = false;

  constructor(text: string, start: number) {
    this.#text = text;
    this.at = start;
  }

  selector(): VectorSelector | undefined {
    this.#take(SPACE);
    const start = this.at;
    this.#metric = this.#take(METRIC_NAME);
    this.#take(SPACE);
    if (this.#isNext("{") && !this.#matchers()) return undefined;
    if (this.#metric === undefined) {
      this.#refuse(start, "expected a metric's name", 'write http_requests_total{code=~"5.."}');
      return undefined;
    }
    if (this.#metric.endsWith("_bucket") && !this.#hasBound) {
      const hint = `add le="…", or write ${this.#metric.replace(/_bucket$/, "_count")}`;
      this.#refuse(start, "buckets are cumulative: all of them added up count no events", hint);
      return undefined;
    }
    return {
      metric: this.#metric,
      where: this.#where,
      ...(this.#bound === undefined ? {} : { bound: this.#bound }),
    };
  }

  #matchers(): boolean {
    this.at++;
    for (this.#take(SPACE); !this.#isNext("}"); this.#take(SPACE)) {
      if (!this.#matcher()) return false;
      this.#take(SPACE);
      if (this.#isNext(",")) this.at++;
      else if (!this.#isNext("}")) return this.#refuse(this.at, "expected , or }");
    }
    this.at++;
    return true;
  }

  #matcher(): boolean {
    const start = this.at;
    const quoted = this.#take(TEXT);
    const key = quoted === undefined ? this.#take(LABEL_NAME) : unquoted(quoted);
    this.#take(SPACE);
    const operator = this.#take(OPERATOR);
    if (operator === undefined && quoted !== undefined && key !== undefined)
      return this.#name(key, start);
    this.#take(SPACE);
    const valueAt = this.at;
    const value = this.#take(TEXT);
    if (key === undefined) return this.#refuse(start, "expected a label's name");
    if (operator === undefined) return this.#refuse(this.at, "expected =, !=, =~ or !~");
    if (value === undefined) return this.#refuse(valueAt, "expected a text in quotes");
    return this.#condition(key, operator, unquoted(value), start, valueAt);
  }

  /** A metric's name, written before the braces or in them. */
  #name(name: string, start: number): boolean {
    if (this.#metric !== undefined) return this.#refuse(start, "the metric has a name already");
    this.#metric = name;
    return true;
  }

  #condition(key: string, operator: string, value: string, start: number, valueAt: number) {
    if (key === "__name__") {
      if (operator === "=") return this.#name(value, start);
      return this.#refuse(start, "one metric is read, by its whole name", 'write __name__="…"');
    }
    if (key === "le") return this.#le(operator, value, start);
    const isPattern = operator === "=~" || operator === "!~";
    if (isPattern && !isRegex(value)) return this.#refuse(valueAt, "not an RE2 expression");
    const condition = { key, absentIsEmpty: true } as const;
    if (isPattern)
      this.#where.push({
        kind: operator === "=~" ? "matches" : "notMatches",
        pattern: value,
        ...condition,
      });
    else
      this.#where.push({ kind: operator === "=" ? "in" : "notIn", values: [value], ...condition });
    return true;
  }

  /** `le="1"` and `le="1.0"` are one bound. */
  #le(operator: string, value: string, start: number): boolean {
    const bound = value === "+Inf" || value === "Inf" ? Infinity : Number(value);
    if (operator !== "=" || value.trim() === "" || Number.isNaN(bound))
      return this.#refuse(start, "one bucket is read, by its bound", 'write le="0.25"');
    this.#hasBound = true;
    this.#bound = bound === Infinity ? undefined : bound;
    return true;
  }

  #isNext(character: string): boolean {
    return this.#text[this.at] === character;
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.#text)?.[0];
    this.at += found?.length ?? 0;
    return found;
  }

  #refuse(from: number, message: string, hint?: string): false {
    const to = Math.max(from + 1, this.at);
    const problem = { from, to, code: "promql-selector" as const, message };
    this.problems.push(hint === undefined ? problem : { ...problem, hint });
    return false;
  }
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };

/** Go's escapes, as far as label values have them; in backticks there are none. */
function unquoted(text: string): string {
  const inside = text.slice(1, -1);
  if (text.startsWith("`")) return inside;
  return inside.replaceAll(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)/g, (_, escaped: string) =>
    escaped.length > 1
      ? String.fromCodePoint(Number.parseInt(escaped.slice(1), 16))
      : (ESCAPES[escaped] ?? escaped),
  );
}
