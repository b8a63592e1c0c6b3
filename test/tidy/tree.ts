/** The repository as the tidy test reads it: files by path, rooms, imports, functions. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

export const ROOT: string = join(import.meta.dirname, "../..");

/** What is made, fetched or measured here, and no part of the repository. */
const OUTSIDE = new Set(["node_modules", "dist", "data", ".git", ".slowburn", "results"]);

export const isOutside = (path: string): boolean =>
  path.split("/").some((name) => OUTSIDE.has(name));

/** Files below `folder`, as paths from the root with slashes, sorted. */
export function filesBelow(folder: string, endings: readonly string[]): readonly string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = folder === "." ? entry.name : `${folder}/${entry.name}`;
      if (OUTSIDE.has(entry.name)) return [];
      if (entry.isDirectory()) return filesBelow(path, endings);
      return endings.some((ending) => path.endsWith(ending)) ? [path] : [];
    })
    .sort();
}

export const textOf = (path: string): string => readFileSync(join(ROOT, path), "utf8");
export const linesOf = (path: string): readonly string[] => textOf(path).split("\n");
export const exists = (path: string): boolean => existsSync(join(ROOT, path));

/** Comments of a TypeScript or JavaScript file, their line marks left out; strings that look like one are taken for one. */
export const commentsOf = (path: string): readonly string[] =>
  [...textOf(path).matchAll(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm)].map(([comment]) =>
    comment.replaceAll(/^\s*(?:\/?\*+|\/\/) ?/gm, " "),
  );

/** The room of a source file, or `undefined` for one that stands outside every room. */
export const roomOf = (path: string): string | undefined => /^src\/([^/]+)\//.exec(path)?.[1];

export interface Import {
  readonly from: string;
  readonly to: string;
  readonly line: number;
}

/** Imports of files of this repository: static, dynamic, re-exports. */
export function importsOf(path: string): readonly Import[] {
  return [...textOf(path).matchAll(/(?:\bfrom |\bimport\()"(\.[^"]+)"/g)].map((match) => ({
    from: path,
    to: relative(ROOT, join(ROOT, dirname(path), match[1] ?? "")),
    line: textOf(path).slice(0, match.index).split("\n").length,
  }));
}

export interface FunctionSpan {
  readonly path: string;
  readonly line: number;
  readonly size: number;
}

/**
 * Functions and methods with a body of several lines; their size is that of their code, without blank lines and comments.
 * The code is formatted by prettier, so a head ends in `{`, at once or where its parameters close, and the body ends at
 * the first line after it that closes at the head's own indentation.
 */
export function functionsOf(path: string): readonly FunctionSpan[] {
  const lines = linesOf(path);
  return lines.flatMap((line, index) => {
    const indent = HEAD.exec(line)?.[1];
    if (indent === undefined || NO_HEAD.test(line)) return [];
    const after = (start: string, from: number): number =>
      lines.findIndex((other, at) => at > from && other.startsWith(indent + start));
    const open = line.endsWith("{") ? index : line.endsWith("(") ? after(")", index) : -1;
    if (open < 0 || !lines[open]?.endsWith("{")) return [];
    const end = after("}", open);
    const code = lines.slice(index, end + 1).filter((each) => !/^\s*(?:$|\/\/|\/?\*)/.test(each));
    return [{ path, line: index + 1, size: code.length }];
  });
}

const HEAD =
  /^( *)(?:(?:export|default|async|static|override|get|set) )*(?:function\b|\*?#?[\w$]+(?:<.*>)?\(|(?:const|let) [\w$]+(?:: .+)? = (?:async )?(?:<.*>)?\()/;
const NO_HEAD = /^ *(?:if|for|while|switch|return|catch|expect|throw|await|test|describe)\b/;

/** The value below which `share` of the values lie. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
