/** Rows → the table people read: name, value, target, what comes after it, and the peers' figures with the ratios. */
import { timesBetter, type BenchRow, type PeerFigure } from "./row.ts";

const HEAD = ["what", "value", "unit", "target", "met", "then beat", "met", "peer", "x better"];
/** Columns of text; the others are numbers and stand to the right. */
const LEFT = new Set([0, 2, 7]);

export function renderTable(rows: readonly BenchRow[]): string {
  const lines = [HEAD, ...rows.map(cellsOf)];
  const widths = HEAD.map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? "").length)),
  );
  const render = (line: readonly string[]): string =>
    line
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return LEFT.has(column) ? cell.padEnd(width) : cell.padStart(width);
      })
      .join("  ")
      .trimEnd();
  const [head = [], ...body] = lines;
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  return [render(head), rule, ...body.map(render)].join("\n");
}

function cellsOf(row: BenchRow): string[] {
  const { name, unit, value, target, beat } = row;
  const against = (other: number | undefined): string =>
    other === undefined ? "" : verdict(timesBetter(unit, value, other));
  return [
    name,
    numberText(value),
    unit,
    target === undefined ? "" : numberText(target),
    against(target),
    beat === undefined ? "" : numberText(beat),
    against(beat),
    ...peerCells(row),
  ];
}

/** The peers' names and figures, and how many times better than each the row is. */
export function peerCells({ unit, value, peers = [] }: BenchRow): [string, string] {
  const join = (textOf: (peer: PeerFigure) => string): string => peers.map(textOf).join(" · ");
  return [
    join((peer) => `${peer.name}: ${numberText(peer.value)}`),
    join((peer) => numberText(timesBetter(unit, value, peer.value))),
  ];
}

/** The ratio to the target, and whether it is reached. */
const verdict = (times: number): string => `${times >= 1 ? "yes" : "NO"} ${timesText(times)}`;

/** Nothing that is to be counted in targets is more than a hundred times one. */
export const timesText = (times: number): string => (times >= 100 ? ">99" : times.toFixed(2));

/** Three digits that count. */
export function numberText(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size >= 1000) return Math.round(value).toLocaleString("en-US");
  return String(Number(value.toPrecision(3)));
}
