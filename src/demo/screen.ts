/** What the demo shows of the API's answers: a table that is redrawn on a terminal, and lines for what changed. */
import type { AlertListAnswer, ReadingAnswer, SloAnswer } from "../api/index.ts";

export interface Frame {
  readonly elapsedSeconds: number;
  readonly totalSeconds: number;
  readonly phase: string;
  /** Where one can look on. */
  readonly apiUrl: string;
  readonly slos: readonly SloAnswer[];
  readonly alerts: AlertListAnswer["alerts"];
  readonly news: readonly string[];
}

export interface Screen {
  /** ANSI colours, always beside a word. */
  readonly isColoured: boolean;
  /** Characters of a line. */
  readonly width: number;
}

const SHORT = "5s";
const LONG = "30s";
const NEWS_COUNT = 8;
const COLOURS = { bold: 1, red: 31, yellow: 33 } as const;

/** The frame as text, with a trailing line break. */
export function renderFrame(frame: Frame, { isColoured, width }: Screen): string {
  const paint = (colour: keyof typeof COLOURS, text: string) =>
    isColoured ? `\u001b[${COLOURS[colour]}m${text}\u001b[0m` : text;
  const rows = frame.slos.flatMap((slo) =>
    slo.reading === null ? [] : [row(slo, slo.reading, frame.alerts, paint)],
  );
  const clock = `${frame.elapsedSeconds} of ${frame.totalSeconds} s`;
  return [
    `slowburn demo  |  ${clock}  |  ${frame.phase}`,
    "compressed time: a 10 min window stands for 30 days, seconds for hours",
    `look closer: ${frame.apiUrl}/api/v1/slos, or /metrics there`,
    "",
    paint("bold", pad(HEAD)),
    ...rows,
    "",
    ...frame.news.slice(-NEWS_COUNT).flatMap((line) => wrapped(line, width)),
    "",
  ].join("\n");
}

const HEAD = ["SLO", "SLI", "budget left", `burn ${LONG}/${SHORT}`, "alert"];

function row(
  slo: SloAnswer,
  reading: ReadingAnswer,
  alerts: Frame["alerts"],
  paint: (colour: "red" | "yellow", text: string) => string,
): string {
  const burn = (lookback: string) => {
    const rate = reading.burnRates.find((each) => each.lookback === lookback)?.burnRate;
    return rate === null || rate === undefined ? "-" : `${rate.toFixed(1)}x`;
  };
  const live = alerts.filter(({ sloId, state }) => sloId === slo.id && state !== "resolved");
  const worst = (["page", "ticket"] as const)
    .flatMap((severity) => live.filter((alert) => alert.severity === severity))
    .at(0);
  // Only the lookbacks of alerts are computed, beside the window.
  const hasAlerts = reading.burnRates.length > 1;
  const text = pad([
    `${slo.id} ${slo.objective.text}`,
    percent(reading.sli),
    percent(reading.budgetRemaining),
    hasAlerts ? `${burn(LONG)}/${burn(SHORT)}` : "-",
    worst === undefined ? (hasAlerts ? "ok" : "none set") : `${worst.severity} ${worst.state}`,
  ]);
  if (worst === undefined) return text;
  return paint(worst.severity === "page" && worst.state === "firing" ? "red" : "yellow", text);
}

/** 80 characters with the last column. */
const WIDTHS = [32, 7, 11, 11, 13];
const pad = (cells: readonly string[]): string =>
  cells
    .map((cell, index) => cell.padEnd(WIDTHS[index] ?? 0))
    .join(" ")
    .trimEnd();

const percent = (value: number | null): string =>
  value === null ? "no data" : `${(value * 100).toFixed(2)}%`;

/** Breaks a line between words; what follows is indented under its text. */
export function wrapped(line: string, width: number): readonly string[] {
  const indent = " ".repeat(/^\s*\d+ s {2}/.exec(line)?.[0].length ?? 0);
  const lines: string[] = [];
  let rest = line;
  while (rest.length > width) {
    const at = rest.lastIndexOf(" ", width);
    if (at <= indent.length) break; // one long word
    lines.push(rest.slice(0, at));
    rest = indent + rest.slice(at + 1);
  }
  return [...lines, rest];
}
