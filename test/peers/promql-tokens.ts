/** A PromQL expression as Prometheus' grammar reads it: what is left when spaces, brackets that group, quotes and spellings of numbers are not told apart. */
import type { SyntaxNode } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";

export type Token = string | number;

const strict = parser.configure({ strict: true });

/** Leaves of the syntax tree in their order, each inside its branches; matchers of a selector sorted. Throws for what is no PromQL. */
export const tokensOf = (text: string): readonly Token[] => walk(strict.parse(text).topNode, text);

function walk(node: SyntaxNode, text: string): readonly Token[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child);
  if (children.length === 0) return leafOf(node, text);
  const inner = children.map((child) => walk(child, text));
  if (node.name === "ParenExpr") return inner.flat(); // what it holds is a branch anyway
  const isSet = node.name === "LabelMatchers";
  return [`(${node.name}`, ...(isSet ? inner.toSorted(byText) : inner).flat(), ")"];
}

const byText = (a: readonly Token[], b: readonly Token[]): number =>
  String(a) < String(b) ? -1 : 1;

function leafOf({ name, from, to }: SyntaxNode, text: string): readonly Token[] {
  const written = text.slice(from, to);
  if (name === "LineComment" || /^[()]$/.test(written)) return [];
  const number = /^[\d.]/.test(written) ? Number(written) : NaN;
  if (!Number.isNaN(number)) return [number];
  if (name === "StringLiteral") return [JSON.stringify(written.slice(1, -1))];
  return [`${name} ${written}`];
}

/** Whether they are the same, numbers but for the last bits of a division in binary. */
export const areSameTokens = (a: readonly Token[], b: readonly Token[]): boolean =>
  a.length === b.length &&
  a.every((token, index) => {
    const other = b[index];
    if (typeof token !== "number" || typeof other !== "number") return token === other;
    return Math.abs(token - other) <= 1e-12 * Math.abs(other);
  });
