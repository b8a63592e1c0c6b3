/** What the demo shows of the API's answers: a table that is redrawn on a terminal, and lines for what changed. */
import type { AlertListAnswer, ReadingAnswer, SloAnswer } from "../api/index.ts";

export interface Frame {
  readonly elapsedSeconds: number;
  readonly totalSeconds: number;
  readonly phase: string;
  readonly slos: readonly SloAnswer[];
  readonly alerts: AlertListAnswer["alerts"];
  readonly events: readonly string[];
}

const SHORT = "5s";
const LONG = "30s";

/** The frame as text, with a trailing line break. `isColoured`: ANSI colours, always beside a word. */
export function renderFrame(frame: Frame, isColoured: boolean): string {
  const paint = (code: number, text: string) =>
    isColoured ? `\u001b[${code}m${text}\u001b[0m` : text;
  const rows = frame.slos.flatMap((slo) => {
    const alert = frame.alerts.find(
      ({ sloId, severity, state }) =>
        sloId === slo.id && severity === "page" && state !== "resolved",
    );
    return slo.reading === null ? [] : [row(slo, slo.reading, alert?.state ?? "ok", paint)];
  });
  const head = pad([
    "SLO",
    "objective",
    "SLI",
    "budget left",
    `burn ${LONG}`,
    `burn ${SHORT}`,
    "page",
  ]);
  const clock = `${frame.elapsedSeconds} of ${frame.totalSeconds} s`;
  return [
    `slowburn demo  |  ${clock}  |  ${frame.phase}`,
    "compressed time: a 10 min window stands for 30 days, seconds for hours",
    "",
    paint(1, head),
    ...rows,
    "",
    ...frame.events.slice(-8),
    "",
  ].join("\n");
}

function row(
  slo: SloAnswer,
  reading: ReadingAnswer,
  state: string,
  paint: (code: number, text: string) => string,
): string {
  const burn = (lookback: string) => {
    const rate = reading.burnRates.find((each) => each.lookback === lookback)?.burnRate;
    return rate === null || rate === undefined ? "-" : `${rate.toFixed(1)}x`;
  };
  const text = pad([
    slo.id,
    slo.objective.text,
    percent(reading.sli),
    percent(reading.budgetProjected),
    burn(LONG),
    burn(SHORT),
    state,
  ]);
  if (state === "firing") return paint(31, text);
  return state === "pending" ? paint(33, text) : text;
}

const WIDTHS = [33, 10, 10, 12, 10, 9, 8];
const pad = (cells: readonly string[]): string =>
  cells
    .map((cell, index) => cell.padEnd(WIDTHS[index] ?? 8))
    .join(" ")
    .trimEnd();

const percent = (value: number | null): string =>
  value === null ? "no data" : `${(value * 100).toFixed(2)} %`;
