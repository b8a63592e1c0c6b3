/** SLOs as a table for a terminal. Absent numbers are a dash; a ratio is cut, never rounded up to 100 %. */
import {
  rebuiltNote,
  type BurnAnswer,
  type ReadingAnswer,
  type SloAnswer,
  type StreamAlertAnswer,
} from "../api/index.ts";
import type { Paint } from "./colours.ts";
import { printable } from "./printable.ts";
import { type Cell, type Column, renderTable } from "./table.ts";

export interface StatusView {
  readonly at: string | null;
  readonly slos: readonly SloAnswer[];
  readonly url: string;
  readonly paint: Paint;
  /** Trouble beside the SLOs' own. */
  readonly warnings: readonly string[];
}

const ABSENT = "–";

/** A firing alert, or no budget left. */
export const isTrouble = ({ reading }: SloAnswer): boolean =>
  reading !== null &&
  (isSpent(reading) || reading.alerts.some((alert) => alert.state === "firing"));

const isSpent = ({ budgetProjected }: ReadingAnswer): boolean =>
  budgetProjected !== null && budgetProjected <= 0;

/** Ends in a newline. */
export function statusText(view: StatusView): string {
  const { at, slos, url, paint, warnings } = view;
  if (slos.length === 0) return `no SLOs at ${url}: add a rule file, then run slowburn check\n`;
  const [short, long] = burnColumns(slos);
  const columns: readonly Column[] = [
    { title: "SLO", align: "left" },
    { title: "OBJECTIVE", align: "right" },
    { title: "SLI", align: "right" },
    { title: "BUDGET LEFT", align: "right" },
    { title: short.title, align: "right" },
    { title: long.title, align: "right" },
    { title: "GONE IN", align: "right" },
    { title: "ALERTS", align: "left" },
  ];
  const silent = slos.filter(isSilent);
  const isFolded = silent.length > SHOWN_SILENT;
  const shown = isFolded ? slos.filter((slo) => !isSilent(slo)) : slos;
  const rows = shown.map((slo) => [
    { text: printable(slo.reading?.streamKey ?? slo.id) },
    { text: `${slo.objective.text}/${slo.window.text}` },
    { text: percent(slo.reading?.sli ?? null, decimalsOf(slo.objective.text) + 1) },
    budgetCell(slo.reading, paint),
    { text: short.cell(slo) },
    { text: long.cell(slo) },
    { text: gone(slo.reading) },
    alertCell(slo.reading, paint),
  ]);
  const notes = [
    ...warnings.map((warning) => paint("red", printable(warning))),
    ...[
      ...shown.flatMap(notesOf),
      ...(isFolded ? [silentNote(silent)] : []),
      ...windowNotes(slos),
    ].map((note) => paint("faint", printable(note))),
  ];
  const when = at === null ? "before the first evaluation" : `as of ${at}`;
  return `${renderTable(columns, rows)}${[...notes, `${url}, ${when}`].map((line) => `${line}\n`).join("")}`;
}

/** Rules for all conventions are loaded, of which few are in use: beyond so many, SLOs without data share one line. */
const SHOWN_SILENT = 3;

const isSilent = ({ reading }: SloAnswer): boolean =>
  reading === null || reading.newestPointAt === null;

function silentNote(silent: readonly SloAnswer[]): string {
  const services = [...new Set(silent.map(({ service }) => service))];
  return `no data yet: ${silent.length} SLOs of ${services.join(", ")} (--json lists them)`;
}

interface BurnColumn {
  readonly title: string;
  readonly cell: (slo: SloAnswer) => string;
}

/** The two shortest lookbacks; their names go to the title when all SLOs agree, else to the cells. */
function burnColumns(slos: readonly SloAnswer[]): readonly [BurnColumn, BurnColumn] {
  return [column(slos, 0, "5m"), column(slos, 1, "1h")];
}

function column(slos: readonly SloAnswer[], rank: 0 | 1, usual: string): BurnColumn {
  const burnOf = ({ reading }: SloAnswer): BurnAnswer | undefined => {
    const lookbacks = reading?.burnRates.slice(0, -1) ?? []; // the last is the SLO window
    return lookbacks.find(({ lookback }) => lookback === usual) ?? lookbacks[rank];
  };
  const names = new Set(
    slos.map((slo) => burnOf(slo)?.lookback).filter((name) => name !== undefined),
  );
  const [name = usual] = names;
  return {
    title: names.size > 1 ? `BURN ${rank === 0 ? "SHORT" : "LONG"}` : `BURN ${name}`,
    cell: (slo) => {
      const burn = burnOf(slo);
      if (burn === undefined || burn.burnRate === null) return ABSENT;
      const text = `${burn.burnRate.toFixed(burn.burnRate < 100 ? 1 : 0)}x`;
      return names.size > 1 ? `${text} ${burn.lookback}` : text;
    },
  };
}

function budgetCell(reading: ReadingAnswer | null, paint: Paint): Cell {
  const left = reading?.budgetProjected ?? null;
  if (left === null) return { text: ABSENT };
  const style = left <= 0 ? "red" : left < 0.25 ? "yellow" : "green";
  return { text: percent(left, 1), paint: (text) => paint(style, text) };
}

function alertCell(reading: ReadingAnswer | null, paint: Paint): Cell {
  const alerts = (reading?.alerts ?? []).filter((alert) => alert.state !== "resolved");
  const text = alerts
    .map((alert) => `${alert.severity} ${stateText(alert)} (${alert.tier})`)
    .join(", ");
  const isFiring = alerts.some((alert) => alert.state === "firing");
  return { text, paint: (plain) => paint(isFiring ? "red" : "yellow", plain) };
}

/** A ticket that began to fire under a page is told to nobody until the page ends. */
const stateText = ({ state, inhibited, notified }: StreamAlertAnswer): string =>
  state === "firing" && inhibited && !notified ? "held back by the page" : state;

/** What a row cannot say. */
function notesOf(slo: SloAnswer): readonly string[] {
  const { id, reading, groupCount, per } = slo;
  if (reading === null || reading.newestPointAt === null)
    return [`${id}: no data yet`, ...exclusionNotes(slo)];
  const { goodBounds, integrity, newestPointAgeSeconds: age, streamKey } = reading;
  return [
    ...exclusionNotes(slo),
    ...rebuildNotes(slo, reading),
    ...(groupCount > 1 ? [`${id}: the worst of ${groupCount} groups by ${per.join(", ")}`] : []),
    ...leftOutNotes(slo),
    ...(goodBounds === null ? [] : [estimateNote(streamKey, id)]),
    ...integrity.reasons.map((reason) => `${streamKey}: numbers are incomplete: ${reason}`),
    ...(age !== null && age > 300 ? [`${streamKey}: the newest data is ${span(age)} old`] : []),
  ];
}

/** A server of another version knows of no composites. */
function leftOutNotes({ id, reading }: SloAnswer): readonly string[] {
  const { members = null, total = 0 } = (reading ?? {}) as Partial<ReadingAnswer>;
  if (total === 0) return []; // nothing is left that they are left out of
  const silent = (members ?? []).filter(({ total }) => total === 0).map(({ slo }) => slo);
  return silent.length === 0 ? [] : [`${id}: without events, so left out: ${silent.join(", ")}`];
}

/** A server of another version knows of no exclusions. */
type KnownExclusions = Pick<SloAnswer, "id" | "reading"> & Partial<Pick<SloAnswer, "exclusions">>;

/** What happens now and does not count, and what did not before. */
function exclusionNotes({ id, exclusions = [], reading }: KnownExclusions): readonly string[] {
  const active = exclusions.flatMap(({ reason, approvedBy, activeUntil }) =>
    activeUntil === null
      ? []
      : [
          `${id}: nothing counts until ${activeUntil}: ${reason}` +
            (approvedBy === null ? "" : ` (approved by ${approvedBy})`),
        ],
  );
  const { bad = 0, total = 0 } = reading?.excluded ?? {};
  return total === 0
    ? active
    : [...active, `${id}: ${total} are left out by exclusions, ${bad} of them bad`];
}

/** As long as the window reaches to before it. A server of another version does not tell. */
function rebuildNotes(
  {
    id,
    window,
    rebuiltSince,
  }: Omit<SloAnswer, "rebuiltSince"> & Partial<Pick<SloAnswer, "rebuiltSince">>,
  { at, calendar }: ReadingAnswer,
): readonly string[] {
  if (rebuiltSince === undefined || rebuiltSince === null) return [];
  const begunAt =
    calendar === null ? Date.parse(at) - window.seconds * 1000 : Date.parse(calendar.startedAt);
  return Date.parse(rebuiltSince) > begunAt ? [`${id}: ${rebuiltNote(rebuiltSince)}`] : [];
}

const estimateNote = (streamKey: string, id: string): string =>
  `${streamKey}: an estimate, the threshold lies inside a histogram bucket; ` +
  `/api/v1/slos/${id} has the nearest exact thresholds`;

/** What a budget left is that does not roll. */
function windowNotes(slos: readonly SloAnswer[]): readonly string[] {
  const hasCalendar = slos.some(({ reading }) => (reading?.calendar ?? null) !== null);
  return hasCalendar ? ["budgets of calendar windows are projected to the window's end"] : [];
}

function gone(reading: ReadingAnswer | null): string {
  const seconds = reading?.exhaustionSeconds ?? null;
  if (seconds === null) return ABSENT;
  return seconds === 0 ? "gone" : span(seconds);
}

/** Two units at most: `3d 4h`, `12m`, `40s`; beyond a year the number means nothing. */
export function span(seconds: number): string {
  const [days, hours] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600) % 24];
  const minutes = Math.floor(seconds / 60) % 60;
  if (days > 365) return "> 1y";
  if (days > 0) return `${days}d ${hours}h`;
  if (hours > 0) return `${hours}h ${minutes}m`;
  return minutes > 0 ? `${minutes}m` : `${Math.floor(seconds)}s`;
}

/** Cut towards minus infinity, so that 100 % is said only of 100 %. */
export function percent(ratio: number | null, decimals: number): string {
  if (ratio === null) return ABSENT;
  const scale = 10 ** decimals;
  // The small term undoes binary noise: 0.29 x 100 is 28.999999999999996.
  const cut = Math.floor(ratio * 100 * scale + 1e-6) / scale;
  return `${(cut === 0 ? 0 : cut).toFixed(decimals)}%`;
}

export const decimalsOf = (percentText: string): number =>
  /\.(\d+)/.exec(percentText)?.[1]?.length ?? 0;
