/** Compiled conditions on attributes. Evaluated once per series, so they need not be fast, only linear in their input. */
import { RE2JS } from "re2js";
import type { Matcher } from "../slo/index.ts";
import type { LookUpAttribute } from "./attribute-lookup.ts";

export type Matches = (attribute: LookUpAttribute) => boolean;

/** All of the matchers must hold; none always do. Throws `RE2JSException` for a pattern that rules did not validate. */
export function compileMatchers(matchers: readonly Matcher[]): Matches {
  const compiled = matchers.map(compileMatcher);
  return (attribute) => compiled.every((matches) => matches(attribute));
}

function compileMatcher(matcher: Matcher): Matches {
  const matches = compileCondition(matcher);
  if (matcher.absentIsEmpty !== true) return matches;
  return (attribute) => matches((key) => attribute(key) ?? "");
}

function compileCondition(matcher: Matcher): Matches {
  const { key } = matcher;
  switch (matcher.kind) {
    case "in": {
      const values = new Set(matcher.values);
      return (attribute) => holds(attribute(key), (text) => values.has(text));
    }
    case "notIn": {
      const values = new Set(matcher.values);
      return (attribute) => !holds(attribute(key), (text) => values.has(text));
    }
    case "matches": {
      const pattern = RE2JS.compile(matcher.pattern);
      return (attribute) => holds(attribute(key), (text) => pattern.testExact(text));
    }
    case "notMatches": {
      const pattern = RE2JS.compile(matcher.pattern);
      return (attribute) => !holds(attribute(key), (text) => pattern.testExact(text));
    }
    case "exists": {
      const { exists } = matcher;
      return (attribute) => (attribute(key) !== undefined) === exists;
    }
    case "compare": {
      const compare = COMPARISONS[matcher.op];
      const { value } = matcher;
      return (attribute) =>
        holds(attribute(key), (text) => text.trim() !== "" && compare(Number(text), value));
    }
  }
}

/** Comparisons with NaN are false, so a text that is no number satisfies none. */
const COMPARISONS = {
  ">": (a: number, b: number) => a > b,
  ">=": (a: number, b: number) => a >= b,
  "<": (a: number, b: number) => a < b,
  "<=": (a: number, b: number) => a <= b,
} as const;

const holds = (text: string | undefined, test: (text: string) => boolean): boolean =>
  text !== undefined && test(text);
