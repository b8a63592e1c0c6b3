/** Columns of text for a terminal. */

export interface Cell {
  readonly text: string;
  /** Puts colour around the padded text; the width is that of `text` alone. */
  readonly paint?: (text: string) => string;
}

export interface Column {
  readonly title: string;
  readonly align: "left" | "right";
}

const NOTHING: Cell = { text: "" };

/** Ends in a newline; no blanks at line ends. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
): string {
  const widths = columns.map(({ title }, i) =>
    Math.max(title.length, ...rows.map((row) => row[i]?.text.length ?? 0)),
  );
  const line = (cells: readonly Cell[]): string =>
    columns
      .map(({ align }, i) => {
        const { text, paint: paintCell } = cells[i] ?? NOTHING;
        const paint = (plain: string) => (plain === "" ? "" : (paintCell?.(plain) ?? plain));
        const blanks = " ".repeat(Math.max(0, (widths[i] ?? 0) - text.length));
        const isLast = i === columns.length - 1;
        if (align === "right") return blanks + paint(text);
        return isLast ? paint(text) : paint(text) + blanks;
      })
      .join("  ")
      .trimEnd();
  const head = line(columns.map(({ title }) => ({ text: title })));
  return [head, ...rows.map(line)].map((text) => `${text}\n`).join("");
}
