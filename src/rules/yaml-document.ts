/**
 * YAML as data with places. Node tree → plain data (objects without prototype), and a way back from a field's path
 * to its line and column. What YAML allows and configuration does not (complex keys, `__proto__`, alias bombs) ends here.
 */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Document,
  type LineCounter,
  type Node,
  type Pair,
  type YAMLMap,
} from "yaml";
import { sourceSpan, type SourceSpan } from "./scalar-place.ts";

export type FieldPath = readonly (string | number)[];

export interface Place {
  /** Where it is not the document's own: a template's. */
  readonly file?: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  /** Where the part that is meant ends in its line, exclusive; without it, the place is a point. */
  readonly endColumn?: number;
}

export interface YamlDocument {
  /** Mappings are objects without prototype. */
  readonly value: unknown;
  /** Of the field, or of the nearest one above it that is there. */
  placeOf(path: FieldPath, at?: "key" | "value"): Place;
  /** Of the characters from `index` to `endIndex` (exclusive) of the text at `path`; of the field when it is no text. */
  placeInText(path: FieldPath, index: number, endIndex?: number): Place;
  /** The scalar at `path` as it is written, before it was read as a number. */
  textOf(path: FieldPath): string | undefined;
}

export const MAX_DEPTH = 64;
const MAX_VALUES = 100_000;
const MAX_ALIASES = 50;
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

export type YamlDataCode =
  "yaml-depth" | "yaml-size" | "yaml-alias" | "duplicate-key" | "forbidden-key";
export type ReportYaml = (code: YamlDataCode, place: Place, message: string, hint?: string) => void;

/** Plain data of a composed document of `text`; `undefined` when something in it was reported. */
export function toYamlDocument(
  document: Document,
  text: string,
  lines: LineCounter,
  report: ReportYaml,
): YamlDocument | undefined {
  const conversion = new Conversion(document, lines, report);
  const value = conversion.plainOf(document.contents as Node | null, 1); // composed, so of nodes
  if (conversion.hasReported) return undefined;
  return {
    value,
    placeOf: (path, at) => placeOf(document, lines, path, at ?? "value"),
    placeInText: (path, index, endIndex = index + 1) =>
      placeInText(document, text, lines, path, { from: index, to: endIndex }) ??
      placeOf(document, lines, path, "value"),
    textOf: (path) => {
      const found = find(document, path);
      return found.isWhole && isScalar(found.value) ? found.value.source : undefined;
    },
  };
}

function placeAt(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

const offsetOf = (node: unknown): number => (node as Node | null)?.range?.[0] ?? 0;

class Conversion {
  hasReported = false;
  readonly #document: Document;
  readonly #lines: LineCounter;
  readonly #report: ReportYaml;
  /** Lists and mappings on the way to the node in hand. */
  readonly #open = new Set<unknown>();
  #valueCount = 0;
  #aliasCount = 0;

  constructor(document: Document, lines: LineCounter, report: ReportYaml) {
    this.#document = document;
    this.#lines = lines;
    this.#report = report;
  }

  plainOf(node: Node | null | undefined, depth: number): unknown {
    if (node === null || node === undefined) return null;
    if (++this.#valueCount > MAX_VALUES) {
      if (this.#valueCount === MAX_VALUES + 1)
        this.#fail("yaml-size", node, `more than ${MAX_VALUES} values, aliases followed`);
      return null;
    }
    if (depth > MAX_DEPTH) {
      this.#fail("yaml-depth", node, `nested deeper than ${MAX_DEPTH} levels`);
      return null;
    }
    if (isAlias(node)) return this.#aliased(node, depth);
    if (isScalar(node)) return node.value;
    this.#open.add(node);
    const plain = isSeq(node)
      ? node.items.map((item) => this.plainOf(item as Node | null, depth + 1))
      : this.#mapping(node, depth);
    this.#open.delete(node);
    return plain;
  }

  #aliased(node: Node, depth: number): unknown {
    if (++this.#aliasCount > MAX_ALIASES) {
      if (this.#aliasCount === MAX_ALIASES + 1)
        this.#fail("yaml-alias", node, `more than ${MAX_ALIASES} aliases`);
      return null;
    }
    const target = isAlias(node) ? node.resolve(this.#document) : undefined;
    if (target === undefined) this.#fail("yaml-alias", node, "the alias has no anchor above it");
    if (this.#open.has(target)) {
      const name = isAlias(node) ? node.source : "";
      const message = `the alias *${name} stands inside what &${name} names: it would have no end`;
      this.#fail("yaml-alias", node, message, "write the value in its place");
      return null;
    }
    return this.plainOf(target, depth + 1);
  }

  #mapping(node: Node, depth: number): unknown {
    const plain = Object.create(null) as Record<string, unknown>;
    if (!isMap(node)) return plain;
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? scalarText(key) : undefined;
      if (name === undefined || FORBIDDEN_KEYS.has(name)) {
        const message =
          name === undefined ? "a key must be plain text" : `the key ${name} is not allowed`;
        this.#fail("forbidden-key", key as Node, message);
      } else if (name in plain) {
        this.#fail("duplicate-key", key as Node, `the key ${name} is there already`);
      } else plain[name] = this.plainOf(value as Node | null, depth + 1);
    }
    return plain;
  }

  #fail(code: YamlDataCode, node: Node | null, message: string, hint?: string): void {
    this.hasReported = true;
    this.#report(code, placeAt(this.#lines, offsetOf(node)), message, hint);
  }
}

/** A key as its author wrote it: `1.10` stays `1.10`. */
function scalarText(key: {
  readonly value: unknown;
  readonly source?: string;
}): string | undefined {
  if (typeof key.value === "string") return key.value;
  if (key.value === null) return undefined;
  return key.source ?? String(key.value as number | boolean);
}

interface Found {
  readonly key: unknown;
  readonly value: unknown;
  /** False when the path leads further than the document does. */
  readonly isWhole: boolean;
}

/** Pairs by key, made at the first question: a file of thousands of SLOs asks for each of them. */
const pairsOf = new WeakMap<object, ReadonlyMap<string, Pair>>();

function pairOf(map: YAMLMap, name: string | number): Pair | undefined {
  let pairs = pairsOf.get(map);
  if (pairs === undefined) {
    pairs = new Map(
      map.items.flatMap((pair) => {
        const text = isScalar(pair.key) ? scalarText(pair.key) : undefined;
        return text === undefined ? [] : [[text, pair] as const];
      }),
    );
    pairsOf.set(map, pairs);
  }
  return pairs.get(String(name));
}

/** Follows a path as far as it exists. */
function find(document: Document, path: FieldPath): Found {
  let key: unknown;
  let value: unknown = document.contents;
  for (const part of path) {
    if (isAlias(value)) value = value.resolve(document);
    if (isMap(value)) {
      const pair = pairOf(value, part);
      if (pair === undefined) return { key, value, isWhole: false };
      key = pair.key;
      value = pair.value;
    } else if (isSeq(value) && typeof part === "number" && part < value.items.length) {
      key = undefined;
      value = value.items[part];
    } else return { key, value, isWhole: false };
  }
  return { key, value, isWhole: true };
}

function placeOf(
  document: Document,
  lines: LineCounter,
  path: FieldPath,
  at: "key" | "value",
): Place {
  const found = find(document, path);
  const isKey = at === "key" || !found.isWhole || isEmpty(found.value);
  const node = isKey ? (found.key ?? found.value) : found.value;
  return placeAt(lines, offsetOf(node ?? document.contents));
}

/** A part over several lines is shown by its first. */
function placeInText(
  document: Document,
  text: string,
  lines: LineCounter,
  path: FieldPath,
  part: SourceSpan,
): Place | undefined {
  const found = find(document, path);
  const node = isAlias(found.value) ? found.value.resolve(document) : found.value;
  const span = found.isWhole && isScalar(node) ? sourceSpan(text, node, part) : undefined;
  if (span === undefined) return undefined;
  const [firstLine = ""] = text.slice(span.from, span.to).split(/\r?\n/, 1);
  const place = placeAt(lines, span.from);
  return { ...place, endColumn: place.column + firstLine.length };
}

/** `key:` with nothing behind it has no place of its own. */
const isEmpty = (node: unknown): boolean =>
  node === null || (isScalar(node) && node.value === null && node.source === "");
