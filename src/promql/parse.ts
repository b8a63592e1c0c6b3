/**
 * Text → syntax tree, by Prometheus' own grammar for editors. The generated parser builds its tree by recursion and repairs
 * errors at length, so size and nesting are bounded before it runs, and it stops at the first error.
 */
import type { SyntaxNode } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";

export interface Parsed {
  readonly root: SyntaxNode;
}

export interface ParseFault {
  readonly from: number;
  readonly to: number;
  readonly message: string;
  readonly hint?: string;
}

const MAX_QUERY_LENGTH = 10_000;
const MAX_NESTING = 64;
const MAX_OPERATORS = 400;

const strict = parser.configure({ strict: true });

/** Strings and comments as wholes, so that what is in them does not count. */
const LEXEME =
  /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|#.*|[([{]|[)\]}]|[-+*/%^<>=!]+|\b(?:and|or|unless|atan2)\b/gi;

export function parsePromql(text: string): Parsed | ParseFault {
  const fault = checkBounds(text);
  if (fault !== undefined) return fault;
  try {
    let root = strict.parse(text).topNode.firstChild;
    while (root?.name === "LineComment") root = root.nextSibling;
    return root === null ? faultAt(text, text.length) : { root };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return faultAt(text, Number(/\d+$/.exec(error.message)?.[0] ?? 0));
  }
}

function checkBounds(text: string): ParseFault | undefined {
  const whole = { from: 0, to: text.length };
  if (text.length > MAX_QUERY_LENGTH)
    return { ...whole, message: `the query is over ${MAX_QUERY_LENGTH} characters` };
  if (text.trim() === "") return { ...whole, message: "the query is empty" };
  let depth = 0;
  let operatorCount = 0;
  for (const { 0: lexeme, index } of text.matchAll(LEXEME)) {
    if (/^["'`#]/.test(lexeme)) continue;
    const isTooDeep = /^[([{]/.test(lexeme) && ++depth > MAX_NESTING;
    if (/^[)\]}]/.test(lexeme)) depth--;
    else if (!/^[([{]/.test(lexeme)) operatorCount += lexeme.length;
    if (!isTooDeep && operatorCount <= MAX_OPERATORS) continue;
    const message = isTooDeep
      ? `nested deeper than ${MAX_NESTING} brackets`
      : `more than ${MAX_OPERATORS} operators`;
    return { from: index, to: index + lexeme.length, message };
  }
  return undefined;
}

const WORD = /[A-Za-z_:][\w:]*/y;

/** What the grammar could not go on with. */
function faultAt(text: string, offset: number): ParseFault {
  const from = offset + (/^\s*/.exec(text.slice(offset))?.[0].length ?? 0);
  if (from >= text.length) {
    const end = text.trimEnd().length;
    return {
      from: Math.max(0, end - 1),
      to: end,
      message: "the query ends too early",
      hint: "is a bracket or a quote left open?",
    };
  }
  const called = /([A-Za-z_:][\w:]*)\s*$/.exec(text.slice(0, from))?.[1];
  if (text[from] === "(" && called !== undefined) {
    const start = text.lastIndexOf(called, from);
    const hint = "functions are those of Prometheus; what other dialects add is not read";
    return { from: start, to: from, message: `PromQL has no function \`${called}\``, hint };
  }
  WORD.lastIndex = from;
  const unexpected = WORD.exec(text)?.[0] ?? text[from] ?? "";
  const message = `\`${unexpected}\` is not expected here`;
  return { from, to: from + unexpected.length, message };
}
