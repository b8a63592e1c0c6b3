/**
 * Text → YAML documents with places, safely. Two things in the `yaml` package are not safe on hostile text, so they are
 * done here: deep nesting overflows the composer's stack, which can abort the process from inside V8 (MEASURED), so depth
 * is checked on the flat parser's tokens first; and its check for duplicate keys is quadratic (80 000 keys: 150 s), so
 * yaml-document.ts does it with the object's own keys.
 */
import { Composer, CST, Lexer, LineCounter, Parser, type YAMLError, type YAMLWarning } from "yaml";
import { Findings } from "./findings.ts";
import { MAX_DEPTH, toYamlDocument, type Place, type YamlDocument } from "./yaml-document.ts";
import type { Problem } from "../slo/index.ts";

export interface SourceText {
  /** As shown in problems. */
  readonly file: string;
  readonly text: string;
}

export interface YamlText {
  /** Those without an error, in order; empty ones left out. */
  readonly documents: readonly YamlDocument[];
  readonly problems: readonly Problem[];
}

export const MAX_TEXT_BYTES: number = 1024 * 1024;
const MAX_LEXEMES = 400_000;
const MAX_DOCUMENTS = 1_000;
const SYNTAX_ERRORS_SHOWN = 5;

/** Reads YAML 1.2 (core schema, no custom tags) under the bounds of DESIGN section 5. Never throws. */
export function readYaml(source: SourceText): YamlText {
  const findings = new Findings(source.file);
  const documents = checkText(source.text, findings) ? readDocuments(source.text, findings) : [];
  return { documents, problems: findings.problems };
}

function checkText(text: string, findings: Findings): boolean {
  if (text.length > MAX_TEXT_BYTES || Buffer.byteLength(text) > MAX_TEXT_BYTES) {
    findings.addAt("file-too-large", undefined, "the file is over 1 MiB", {
      hint: "split it: every .yaml file of the directory is read",
    });
    return false;
  }
  // oxlint-disable-next-line no-control-regex -- these are what text does not hold
  const binary = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffd]/.exec(text);
  if (binary === null) return true;
  const before = text.slice(0, binary.index).split("\n");
  const place = { line: before.length, column: (before.at(-1) ?? "").length + 1 };
  findings.addAt("file-not-text", place, "the file is not UTF-8 text", {
    hint: "save it as UTF-8",
  });
  return false;
}

function readDocuments(rawText: string, findings: Findings): readonly YamlDocument[] {
  const text = rawText.startsWith("\uFEFF") ? rawText.slice(1) : rawText;
  const lines = new LineCounter();
  const tokens = parseTokens(text, lines, findings);
  if (tokens === undefined) return [];
  const composer = new Composer({ schema: "core", uniqueKeys: false, prettyErrors: false });
  const documents: YamlDocument[] = [];
  for (const document of composer.compose(tokens, false, text.length)) {
    const faults = [...document.errors, ...document.warnings];
    if (faults.length > 0) {
      reportFaults(faults, text, lines, findings);
      continue;
    }
    if (document.directives?.yaml.version !== "1.2") {
      findings.addAt("yaml-directive", undefined, "only YAML 1.2 is read", {
        hint: "remove the %YAML line",
      });
      continue;
    }
    if (document.contents === null) continue;
    const converted = toYamlDocument(document, text, lines, (code, place, message, hint) =>
      findings.addAt(code, place, message, { hint }),
    );
    if (converted !== undefined && converted.value !== null) documents.push(converted);
  }
  return documents;
}

/** The parser keeps its own stack, so any depth is safe here. */
function parseTokens(
  text: string,
  lines: LineCounter,
  findings: Findings,
): readonly CST.Token[] | undefined {
  lines.addNewLine(0);
  const parser = new Parser(lines.addNewLine);
  const tokens: CST.Token[] = [];
  let lexemeCount = 0;
  for (const lexeme of new Lexer().lex(text)) {
    if (++lexemeCount > MAX_LEXEMES) {
      findings.addAt("yaml-size", undefined, "the file holds too many values", {
        hint: "split it: every .yaml file of the directory is read",
      });
      return undefined;
    }
    for (const token of parser.next(lexeme)) tokens.push(token); // few lexemes end one (bench/rules-load.ts)
  }
  tokens.push(...parser.end());
  const deep = findTooDeep(tokens);
  if (deep !== undefined) {
    const message = `nested deeper than ${MAX_DEPTH} levels`;
    findings.addAt("yaml-depth", placeOfOffset(lines, deep), message);
    return undefined;
  }
  if (tokens.filter((token) => token.type === "document").length > MAX_DOCUMENTS) {
    findings.addAt("yaml-size", undefined, `more than ${MAX_DOCUMENTS} documents in one file`);
    return undefined;
  }
  return tokens;
}

/** Offset of a node that is too deep. */
function findTooDeep(tokens: readonly CST.Token[]): number | undefined {
  const open = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next;
    if (depth > MAX_DEPTH) return "offset" in token ? token.offset : 0;
    if (token.type === "document") {
      if (token.value !== undefined) open.push({ token: token.value, depth: depth + 1 });
    } else if ("items" in token) {
      for (const { key, value } of token.items) {
        if (key !== undefined && key !== null) open.push({ token: key, depth: depth + 1 });
        if (value !== undefined) open.push({ token: value, depth: depth + 1 });
      }
    }
  }
  return undefined;
}

function placeOfOffset(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

/** One slip makes many follow-up errors: the first few say it. */
function reportFaults(
  faults: readonly (YAMLError | YAMLWarning)[],
  text: string,
  lines: LineCounter,
  findings: Findings,
): void {
  for (const fault of faults.slice(0, SYNTAX_ERRORS_SHOWN)) {
    const place = placeOfOffset(lines, Math.min(fault.pos[0], text.length));
    const lineStart = lines.lineStarts[place.line - 1] ?? 0;
    const isTab = /^ *\t/.test(text.slice(lineStart, lineStart + 200));
    const { code, hint } = isTab ? TAB : (FAULTS[fault.code] ?? SYNTAX);
    const message = isTab ? "a tab indents this line" : lowerFirst(fault.message);
    findings.addAt(code, place, message, { hint });
  }
}

interface Fault {
  readonly code: "yaml-syntax" | "yaml-tab" | "yaml-tag" | "yaml-alias" | "yaml-directive";
  readonly hint?: string;
}
const SYNTAX: Fault = { code: "yaml-syntax" };
const TAB: Fault = { code: "yaml-tab", hint: "indent with spaces: YAML takes no tabs" };
const QUOTE: Fault = {
  code: "yaml-syntax",
  hint: 'put a value with ": ", "[", "*", "&", "%" or "@" in quotes',
};
const FAULTS: Partial<Record<string, Fault>> = {
  TAB_AS_INDENT: TAB,
  TAG_RESOLVE_FAILED: { code: "yaml-tag", hint: "remove the tag; quote the value to make it text" },
  BAD_ALIAS: { code: "yaml-alias", hint: 'put a value that starts with "*" in quotes' },
  BAD_DIRECTIVE: { code: "yaml-directive" },
  BAD_SCALAR_START: QUOTE,
  BLOCK_AS_IMPLICIT_KEY: QUOTE,
  MULTILINE_IMPLICIT_KEY: { code: "yaml-syntax", hint: "is a colon missing behind the key?" },
  MISSING_CHAR: {
    code: "yaml-syntax",
    hint: "close the quote or bracket, or put a space behind the colon",
  },
  UNEXPECTED_TOKEN: QUOTE,
};

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
