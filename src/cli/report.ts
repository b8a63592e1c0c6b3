/** A report of paragraphs and tables, for a terminal or for a pull request. */
import { plainMarkdown } from "./markdown.ts";
import { printable } from "./printable.ts";
import { renderTable, type Cell, type Column } from "./table.ts";

export type ReportPart =
  | { readonly kind: "lines"; readonly lines: readonly string[] }
  | {
      readonly kind: "table";
      readonly title: string;
      readonly columns: readonly Column[];
      readonly rows: readonly (readonly Cell[])[];
    };

/** Ends in a newline. */
export const textReport = (parts: readonly ReportPart[]): string =>
  parts
    .map((part) => {
      if (part.kind === "lines") return part.lines.map((line) => `${printable(line)}\n`).join("");
      const rows = part.rows.map((row) =>
        row.map((cell) => ({ ...cell, text: printable(cell.text) })),
      );
      return renderTable(part.columns, rows);
    })
    .join("\n");

/** GitHub's Markdown. */
export const markdownReport = (parts: readonly ReportPart[]): string =>
  parts
    .map((part) => {
      if (part.kind === "lines")
        return part.lines.map((line) => `- ${plainMarkdown(line)}\n`).join("");
      const { title, columns, rows } = part;
      const rules = columns.map(({ align }) => (align === "right" ? "---:" : "---"));
      const lines = [
        columns.map((column) => column.title.toLowerCase()),
        rules,
        ...rows.map((row) => columns.map((_, index) => plainMarkdown(row[index]?.text ?? ""))),
      ];
      return `### ${title}\n\n${lines.map((cells) => `| ${cells.join(" | ")} |\n`).join("")}`;
    })
    .join("\n");
