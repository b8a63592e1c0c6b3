/**
 * From a character of a scalar's text back to where it stands in the file, whatever the scalar's style: for problems inside
 * a text, such as a query. Styles differ in what they do with white space (indentation, folding, escapes), so characters
 * that are none are counted on both sides.
 */
import type { Scalar } from "yaml";

/** A character of the text, and the source it was written with. */
interface Unit {
  readonly offset: number;
  readonly length: number;
  readonly text: string;
}

/** Offsets in the source: of the first character, and behind the last. */
export interface SourceSpan {
  readonly from: number;
  readonly to: number;
}

/** Where `from` to `to` of the scalar's text (UTF-16 units, `to` exclusive) stand in `source`, the whole file. */
export function sourceSpan(
  source: string,
  scalar: Scalar,
  { from, to }: SourceSpan,
): SourceSpan | undefined {
  if (typeof scalar.value !== "string" || scalar.range === undefined || scalar.range === null)
    return undefined;
  const [start, end] = scalar.range;
  const units = unitsOf(source, start, end, scalar.type).filter(({ text }) => /\S/.test(text));
  const first = units[inkBefore(scalar.value, from)];
  const last = units[Math.max(inkBefore(scalar.value, from), inkBefore(scalar.value, to) - 1)];
  if (first === undefined || last === undefined) return undefined;
  return { from: first.offset, to: last.offset + last.length };
}

/** How many characters before `index` are no white space. */
const inkBefore = (text: string, index: number): number =>
  text.slice(0, index).replaceAll(/\s+/g, "").length;

function unitsOf(source: string, start: number, end: number, style: Scalar["type"]): Unit[] {
  switch (style) {
    case "BLOCK_LITERAL":
    case "BLOCK_FOLDED":
      return charactersOf(source, source.indexOf("\n", start) + 1, end); // the header ends with its line
    case "QUOTE_DOUBLE":
      return piecesOf(source, start + 1, end - 1, DOUBLE_QUOTED, unescaped);
    case "QUOTE_SINGLE":
      return piecesOf(source, start + 1, end - 1, SINGLE_QUOTED, (piece) => piece[0] ?? "");
    case "PLAIN":
    case undefined:
      return charactersOf(source, start, end);
  }
}

const CHARACTER = /[\s\S]/g;
const SINGLE_QUOTED = /''|[\s\S]/g;
/** YAML 1.2 section 5.7. */
const DOUBLE_QUOTED =
  /\\x[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}|\\\r?\n|\\[\s\S]|[\s\S]/g;
const WHITE_ESCAPES = new Set("ntrvf LP_");

const charactersOf = (source: string, start: number, end: number): Unit[] =>
  piecesOf(source, start, end, CHARACTER, (piece) => piece);

function piecesOf(
  source: string,
  start: number,
  end: number,
  pattern: RegExp,
  read: (piece: string) => string,
): Unit[] {
  return [...source.slice(start, end).matchAll(pattern)].flatMap(({ 0: piece, index }) =>
    // An astral character is two units of the text.
    Array.from(read(piece)).flatMap((character) =>
      Array.from({ length: character.length }, () => ({
        offset: start + index,
        length: piece.length,
        text: character,
      })),
    ),
  );
}

function unescaped(piece: string): string {
  if (piece[0] !== "\\") return piece;
  const kind = piece[1] ?? "";
  const hex = piece.slice(2);
  if ("xuU".includes(kind) && hex !== "")
    return String.fromCodePoint(Math.min(Number.parseInt(hex, 16), 0x10ffff));
  if (/\s/.test(kind) || WHITE_ESCAPES.has(kind)) return " ";
  return kind;
}
