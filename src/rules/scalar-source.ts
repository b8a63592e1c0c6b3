/**
 * Where in the file a character of a text value stands: a query is refused at the very part that cannot be computed, and
 * what is written inside a text (an annotation that holds YAML) is refused at its own line.
 */

/** As the `yaml` package has scalars. */
export interface ScalarNode {
  readonly value: unknown;
  readonly type?: string | undefined;
  /** Start, end of the value, end of the node. */
  readonly range?: readonly [number, number, number] | null | undefined;
}

/**
 * Offset in `source` of the character at `index` of the scalar's text; `undefined` where the text is no copy of what is
 * written (escapes, unusual folding).
 */
export function offsetInSource(
  scalar: ScalarNode,
  source: string,
  index: number,
): number | undefined {
  const { value, range } = scalar;
  if (typeof value !== "string" || range === undefined || range === null) return undefined;
  const [start, end] = range;
  for (const line of writtenLines(scalar.type, source.slice(start, end), value) ?? []) {
    if (index >= line.index && index <= line.index + line.text.length)
      return start + line.offset + index - line.index;
  }
  return undefined;
}

interface WrittenLine {
  readonly text: string;
  /** In what is written. */
  readonly offset: number;
  /** In the value. */
  readonly index: number;
}

/** The lines a value was written as; `undefined` when joining them does not give the value. */
function writtenLines(
  type: string | undefined,
  written: string,
  value: string,
): readonly WrittenLine[] | undefined {
  const isBlock = type === "BLOCK_LITERAL" || type === "BLOCK_FOLDED";
  const isQuoted = type === "QUOTE_DOUBLE" || type === "QUOTE_SINGLE";
  const lines = isBlock ? blockLines(written) : flowLines(written, isQuoted);
  const between = type === "BLOCK_LITERAL" ? "\n" : " ";
  const joined = lines.map(({ text }) => text).join(between);
  return joined.trimEnd() === value.trimEnd() ? lines : undefined;
}

/** Below the header `|` or `>`, without the indentation that all have. */
function blockLines(written: string): readonly WrittenLine[] {
  const [header = "", ...body] = written.split("\n");
  const filled = body.filter((line) => line.trim() !== "");
  const indent = Math.min(...filled.map((line) => line.length - line.trimStart().length));
  return indexed(body, header.length + 1, (line) => ({
    skipped: Math.min(indent, line.length),
    text: line.slice(indent),
  }));
}

/** A plain or quoted text; further lines are folded, so their indentation says nothing. */
function flowLines(written: string, isQuoted: boolean): readonly WrittenLine[] {
  const inside = isQuoted ? written.slice(1, -1) : written;
  return indexed(inside.split("\n"), isQuoted ? 1 : 0, (line, isFirst) => {
    const text = isFirst ? line : line.trimStart();
    return { skipped: line.length - text.length, text };
  });
}

function indexed(
  lines: readonly string[],
  startOffset: number,
  cut: (line: string, isFirst: boolean) => { readonly skipped: number; readonly text: string },
): readonly WrittenLine[] {
  let offset = startOffset;
  let index = 0;
  return lines.map((line, number) => {
    const { skipped, text } = cut(line.replace(/\r$/, ""), number === 0);
    const written = { text, offset: offset + skipped, index };
    offset += line.length + 1;
    index += text.length + 1;
    return written;
  });
}
