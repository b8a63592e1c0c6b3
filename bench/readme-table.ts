/** The table of README.md: what a whole run compares with a target or a peer; the rest is on the terminal and in the JSON. */
import { timesBetter, type BenchRow } from "./row.ts";
import { numberText, peerCells, timesText } from "./table.ts";

export const README_BEGIN = "<!-- bench -->";
export const README_END = "<!-- bench end -->";
export const README_COLUMNS = [
  "what",
  "figure",
  "target",
  "times target",
  "peer",
  "ratio",
] as const;

export function markdownTable(rows: readonly BenchRow[], machine: string): string {
  const compared = rows.filter(
    ({ target, peers = [] }) => target !== undefined || peers.length > 0,
  );
  const lines = [
    README_COLUMNS,
    ["---", "---:", "---:", "---:", "---", "---:"],
    ...compared.map(cellsOf),
  ].map((cells) => `| ${cells.join(" | ")} |`);
  return `On ${machine}:\n\n${lines.join("\n")}`;
}

function cellsOf(row: BenchRow): string[] {
  const { name, unit, value, target } = row;
  return [
    name,
    `${numberText(value)} ${unit}`,
    target === undefined ? "" : numberText(target),
    target === undefined ? "" : timesText(timesBetter(unit, value, target)),
    ...peerCells(row),
  ];
}

/** The page with this between its two marks; throws when it has lost one. */
export function withTable(page: string, table: string): string {
  const begin = page.indexOf(README_BEGIN);
  const end = page.indexOf(README_END, begin);
  if (begin < 0 || end < 0) throw new Error(`README.md has lost ${README_BEGIN} or ${README_END}`);
  return `${page.slice(0, begin + README_BEGIN.length)}\n\n${table}\n\n${page.slice(end)}`;
}
