/** What the demo shows of the API's answers: a table that is redrawn on a terminal, and lines for what changed. */
import type { AlertListAnswer, ReadingAnswer, SloAnswer } from "../api/index.ts";

export interface Frame {
  readonly elapsedSeconds: number;
  readonly totalSeconds: number;
  readonly phase: string;
  readonly slos: readonly SloAnswer[];
  readonly alerts: AlertListAnswer["alerts"];
  readonly events: readonly string[];
  /** What the terminal holds; without it nothing is wrapped or left out. */
  readonly size: { readonly columns: number; readonly rows: number } | undefined;
}

const SHORT = "5s";
const LONG = "30s";

/** The frame as text, with a trailing line break. `isColoured`: ANSI colours, always beside a word. */
export function renderFrame(frame: Frame, isColoured: boolean): string {
  const paint = (code: number, text: string) =>
    isColoured ? `\u001b[${code}m${text}\u001b[0m` : text;
  const { columns = Infinity, rows = Infinity } = frame.size ?? {};
  const shown = TABLE_WIDTH <= columns ? COLUMNS : COLUMNS.filter(({ isSpare }) => !isSpare);
  const table = frame.slos.flatMap((slo) => {
    const alert = frame.alerts.find(
      ({ sloId, severity, state }) =>
        sloId === slo.id && severity === "page" && state !== "resolved",
    );
    if (slo.reading === null) return [];
    const row = { slo, reading: slo.reading, state: alert?.state ?? "ok" };
    return [
      colourOf(
        row.state,
        line(shown, (column) => column.cell(row)),
        paint,
      ),
    ];
  });
  const clock = `${frame.elapsedSeconds} of ${frame.totalSeconds} s`;
  const head = [
    `slowburn demo  |  ${clock}  |  ${frame.phase}`,
    "compressed time: a 10 min window stands for 30 days, seconds for hours",
    "",
    paint(
      1,
      line(shown, ({ title }) => title),
    ),
    ...table,
    "",
  ];
  return [...head, ...lastEvents(frame.events, columns, rows - head.length - 2), ""].join("\n");
}

/** The last eight, or as many as have room; each broken between words. */
function lastEvents(events: readonly string[], columns: number, rows: number): readonly string[] {
  let lines: readonly string[] = [];
  for (const event of events.slice(-8).toReversed()) {
    const wrapped = wrap(event, columns);
    if (lines.length + wrapped.length > rows) break;
    lines = [...wrapped, ...lines];
  }
  return lines;
}

const INDENT = "    ";

/** Lines of at most `columns`, but for a longer word; those after the first are indented. */
export function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let current = "";
  for (const word of text.split(/(?<=\S)(?= )/)) {
    if (current !== "" && current.length + word.length > columns) {
      lines.push(current);
      current = INDENT + word.trimStart();
    } else current += word;
  }
  return [...lines, current];
}

interface Row {
  readonly slo: SloAnswer;
  readonly reading: ReadingAnswer;
  readonly state: string;
}

interface Column {
  readonly title: string;
  readonly width: number;
  /** Left out where the table is too wide. */
  readonly isSpare?: true;
  readonly cell: (row: Row) => string;
}

const COLUMNS: readonly Column[] = [
  { title: "SLO", width: 33, cell: ({ slo }) => slo.id },
  { title: "objective", width: 10, isSpare: true, cell: ({ slo }) => slo.objective.text },
  { title: "SLI", width: 10, isSpare: true, cell: ({ reading }) => percent(reading.sli) },
  { title: "budget left", width: 12, cell: ({ reading }) => percent(reading.budgetProjected) },
  { title: `burn ${LONG}`, width: 10, cell: ({ reading }) => burn(reading, LONG) },
  { title: `burn ${SHORT}`, width: 9, cell: ({ reading }) => burn(reading, SHORT) },
  { title: "page", width: 8, cell: ({ state }) => state },
];
const TABLE_WIDTH = COLUMNS.reduce((sum, { width }) => sum + width + 1, 0);

const line = (columns: readonly Column[], cell: (column: Column) => string): string =>
  columns
    .map((column) => cell(column).padEnd(column.width))
    .join(" ")
    .trimEnd();

function colourOf(state: string, text: string, paint: (code: number, text: string) => string) {
  if (state === "firing") return paint(31, text);
  return state === "pending" ? paint(33, text) : text;
}

function burn(reading: ReadingAnswer, lookback: string): string {
  const rate = reading.burnRates.find((each) => each.lookback === lookback)?.burnRate;
  return rate === null || rate === undefined ? "-" : `${rate.toFixed(1)}x`;
}

const percent = (value: number | null): string =>
  value === null ? "no data" : `${(value * 100).toFixed(2)} %`;
