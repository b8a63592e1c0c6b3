/** One query while it is read: its text and tree, and everything that is found out about it. */
import type { SyntaxNode } from "@lezer/common";
import { parsePromql } from "./parse.ts";
import type { PromqlNote, PromqlProblem, PromqlProblemCode, QueryName } from "./problem.ts";
import { fillWindows, type WindowTemplate } from "./window-template.ts";

export class Query {
  readonly name: QueryName;
  /** `undefined` when the text is no PromQL; `problems` says why. */
  readonly root: SyntaxNode | undefined;
  readonly problems: PromqlProblem[] = [];
  readonly notes: PromqlNote[] = [];
  readonly #text: string;
  readonly #template: WindowTemplate;

  constructor(name: QueryName, text: string) {
    this.name = name;
    this.#text = text;
    this.#template = fillWindows(text);
    const { unknown } = this.#template;
    if (unknown !== undefined) {
      const message = `nothing is known of ${text.slice(unknown.from, unknown.to)}`;
      const hint = "{{.window}} is the only template";
      this.problems.push({ query: name, ...unknown, code: "promql-syntax", message, hint });
      return;
    }
    const parsed = parsePromql(this.#template.filled);
    if ("root" in parsed) this.root = parsed.root;
    else this.problems.push({ query: name, code: "promql-syntax", ...parsed });
  }

  /** As it is written. */
  textOf({ from, to }: SyntaxNode): string {
    return this.#text.slice(from, to);
  }

  /** As it is written, but with one line for several, and not endless: for messages. */
  shown(node: SyntaxNode): string {
    const text = this.textOf(node).replaceAll(/\s+/g, " ");
    return text.length > 60 ? `${text.slice(0, 59)}…` : text;
  }

  isWindow({ from, to }: SyntaxNode): boolean {
    return this.#template.windows.some((each) => each.from === from && each.to === to);
  }

  /** Whether a template is somewhere in the node. */
  hasTemplate({ from, to }: SyntaxNode): boolean {
    return this.#template.windows.some((each) => each.from >= from && each.to <= to);
  }

  /** Returns nothing, so that readers can end with it. */
  refuse(
    part: Pick<SyntaxNode, "from" | "to">,
    code: PromqlProblemCode,
    message: string,
    hint?: string,
  ): undefined {
    const { from, to } = part;
    const fix = hint === undefined ? {} : { hint };
    this.problems.push({ query: this.name, from, to, code, message, ...fix });
  }

  /** Once for each message. */
  note({ from, to }: Pick<SyntaxNode, "from" | "to">, message: string): void {
    if (this.notes.some((note) => note.message === message)) return;
    this.notes.push({ query: this.name, from, to, message });
  }
}

/** Children without comments. */
export function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling)
    if (child.name !== "LineComment") children.push(child);
  return children;
}

export const childOf = (node: SyntaxNode, ...names: readonly string[]): SyntaxNode | undefined =>
  childrenOf(node).find(({ name }) => names.includes(name));
