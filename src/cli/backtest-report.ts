/** What a backtest found, in words and tables: per SLO, and alert by alert. */
import {
  isMeant,
  type BacktestOutcome,
  type Comparison,
  type DetectedEpisode,
  type EpisodePair,
  type Injection,
  type RuleSetOutcome,
  type SloOutcome,
  type SloPair,
} from "../backtest/index.ts";
import { formatDuration, type AlertSeverity } from "../slo/index.ts";
import type { ReportPart } from "./report.ts";
import { decimalsOf, percent } from "./status-text.ts";
import type { Cell, Column } from "./table.ts";

export interface BacktestView {
  readonly outcome: BacktestOutcome;
  /** Names of the rule sets; without `before` there is one. */
  readonly before?: string;
  readonly after: string;
  readonly comparison: Comparison;
  /** Files, and what was said of them. */
  readonly captures: readonly string[];
}

const EARLY = "(*)";
const ABSENT = "–";
const MARKS = { same: "=", moved: "~", added: "+", gone: "-" } as const;

export function backtestReport(view: BacktestView): readonly ReportPart[] {
  const { comparison } = view;
  const alerts = alertTable(view);
  const unseen = unseenLines(view);
  return [
    { kind: "lines", lines: headLines(view) },
    sloTable(view),
    ...(comparison.episodes.length === 0
      ? [{ kind: "lines", lines: ["No alert fired."] } as const]
      : [alerts]),
    {
      kind: "lines",
      lines: [...silentLines(view), ...unseen, ...earlyLines(view), summaryLine(view)],
    },
  ];
}

function headLines({ outcome, before, after, captures }: BacktestView): readonly string[] {
  const { startMs, endMs, recordCount, injections, ruleSets } = outcome;
  const last = ruleSets.at(-1);
  const points = (last?.points ?? 0).toLocaleString("en-US");
  const span = `${momentText(startMs)} to ${momentText(endMs)} (${lengthText(endMs - startMs)})`;
  return [
    `capture  ${captures.join(", ")}`,
    `time     ${span}, ${recordCount.toLocaleString("en-US")} records, ${points} points`,
    ...(last === undefined || last.rejectedPoints === 0
      ? []
      : [
          `rejected ${last.rejectedPoints.toLocaleString("en-US")} points: ${last.rejection ?? ""}`,
        ]),
    ...(before === undefined ? [] : [`before   ${before}`]),
    `${before === undefined ? "rules   " : "after   "} ${after}`,
    ...injections.map((injection) => `injected ${injectionText(injection)}`),
  ];
}

function injectionText({ spec, startMs, endMs }: Injection): string {
  const share = `${spec.sharePpm / 10_000}%`;
  const until = endMs === Infinity ? "to the end" : `to ${momentText(endMs)}`;
  return `${share} of the good events of ${spec.scope ?? "all SLOs"} are bad from ${momentText(startMs)} ${until}`;
}

function sloTable({ comparison, before }: BacktestView): ReportPart {
  const isCompared = before !== undefined;
  const columns: readonly Column[] = [
    ...(isCompared ? [{ title: " ", align: "left" } as const] : []),
    { title: "SLO", align: "left" },
    { title: "OBJECTIVE", align: "right" },
    { title: "EVENTS", align: "right" },
    { title: "SLI", align: "right" },
    { title: "BUDGET LEFT", align: "right" },
    { title: "PAGES", align: "right" },
    { title: "TICKETS", align: "right" },
  ];
  const rows = comparison.slos.map((pair): readonly Cell[] => {
    const told = (severity: AlertSeverity) => (side: "before" | "after") => (slo: SloOutcome) =>
      String(countOf(comparison.episodes, side, severity, slo.id));
    const cell = (textOf: (side: "before" | "after") => (slo: SloOutcome) => string): Cell => ({
      text: sideBySide(pair, textOf, isCompared),
    });
    return [
      ...(isCompared ? [{ text: sloMark(pair) }] : []),
      { text: pair.id },
      cell(
        () =>
          ({ objective }) =>
            objective,
      ),
      cell(
        () =>
          ({ total }) =>
            countText(total),
      ),
      cell(
        () =>
          ({ sli, objective }) =>
            percent(sli ?? null, decimalsOf(objective) + 1),
      ),
      cell(
        () =>
          ({ budgetRemaining }) =>
            percent(budgetRemaining ?? null, 1),
      ),
      cell(told("page")),
      cell(told("ticket")),
    ];
  });
  return { kind: "table", title: "SLOs", columns, rows };
}

const sloMark = ({ before, after }: SloPair): string =>
  before === undefined ? MARKS.added : after === undefined ? MARKS.gone : "";

/** One text where both sides say the same. */
function sideBySide(
  { before, after }: SloPair,
  textOf: (side: "before" | "after") => (slo: SloOutcome) => string,
  isCompared: boolean,
): string {
  const one = before === undefined ? ABSENT : textOf("before")(before);
  const other = after === undefined ? ABSENT : textOf("after")(after);
  if (!isCompared) return other;
  return one === other ? other : `${one} → ${other}`;
}

/** Alerts that somebody was told of. */
const countOf = (
  pairs: readonly EpisodePair[],
  side: "before" | "after",
  severity: AlertSeverity,
  sloId?: string,
): number =>
  pairs.filter((pair) => {
    const episode = pair[side];
    if (episode === undefined || !episode.isNotified || episode.severity !== severity) return false;
    return sloId === undefined || episode.sloId === sloId;
  }).length;

function alertTable({ comparison, before }: BacktestView): ReportPart {
  const isCompared = before !== undefined;
  const columns: readonly Column[] = [
    ...(isCompared ? [{ title: " ", align: "left" } as const] : []),
    { title: "ALERT", align: "left" },
    { title: "STREAM", align: "left" },
    ...(isCompared ? [{ title: "RULES", align: "left" } as const] : []),
    { title: "FIRED", align: "left" },
    { title: "LASTED", align: "right" },
    { title: "TIER", align: "left" },
    { title: "DETECTED AFTER", align: "right" },
    { title: "ENDED AFTER", align: "right" },
  ];
  const rows = comparison.episodes.flatMap((pair) => {
    const mark = isCompared ? [{ text: MARKS[pair.verdict] }] : [];
    const row = (episode: DetectedEpisode, rules: string): readonly Cell[] => [
      ...mark,
      ...episodeCells(episode, isCompared ? [{ text: rules }] : []),
    ];
    if (pair.verdict === "same" && pair.after !== undefined) return [row(pair.after, "both")];
    return [
      ...(pair.before === undefined ? [] : [row(pair.before, "before")]),
      ...(pair.after === undefined ? [] : [row(pair.after, "after")]),
    ];
  });
  return { kind: "table", title: "Alerts", columns, rows };
}

function episodeCells(episode: DetectedEpisode, rules: readonly Cell[]): readonly Cell[] {
  const { severity, isNotified, streamKey, firedAt, resolvedAt, tier } = episode;
  const { detectionMs, resetMs, isEarly } = episode;
  return [
    { text: isNotified ? severity : `${severity} (held back)` },
    { text: streamKey },
    ...rules,
    { text: momentText(firedAt) },
    { text: resolvedAt === undefined ? "fires on" : lengthText(resolvedAt - firedAt) },
    { text: isEarly ? `${tier} ${EARLY}` : tier },
    { text: detectionMs === undefined ? ABSENT : lengthText(detectionMs) },
    { text: resetMs === undefined ? ABSENT : lengthText(resetMs) },
  ];
}

/** Outages that were made up, and no alert said. */
function unseenLines({ outcome, before }: BacktestView): readonly string[] {
  const names = before === undefined ? [""] : [" before", " after"];
  return outcome.injections.flatMap((injection) => {
    const { spec, startMs } = injection;
    if (startMs >= outcome.endMs) return [`${spec.text} begins after the capture's end: no effect`];
    return outcome.ruleSets.flatMap((ruleSet, index) => {
      const ids = unseenBy(injection, ruleSet);
      const what = `${spec.text} was seen by no alert`;
      return ids.length === 0 ? [] : [`${what}${names[index] ?? ""}: ${ids.join(", ")}`];
    });
  });
}

/** Whose metrics are not in the capture, or under other names: nothing can be said of them. */
function silentLines({ comparison }: BacktestView): readonly string[] {
  const ids = comparison.slos
    .filter(({ before, after }) => (before?.total ?? 0) === 0 && (after?.total ?? 0) === 0)
    .map(({ id }) => id);
  return ids.length === 0 ? [] : [`no events in the capture: ${ids.join(", ")}`];
}

/** An alert that fired already when it began says it too. */
const unseenBy = (
  { spec, startMs, endMs }: Injection,
  { slos, episodes }: RuleSetOutcome,
): readonly string[] =>
  slos
    .filter(({ id, total }) => total > 0 && isMeant(spec, id))
    .map(({ id }) => id)
    .filter((id) => {
      const own = episodes.filter(({ sloId }) => sloId === id);
      const isSeen = own.some(
        ({ outage, firedAt, resolvedAt = Infinity }) =>
          outage?.startMs === startMs || (firedAt < endMs && resolvedAt > startMs),
      );
      return !isSeen;
    });

/** What a capture without a long past makes of long lookbacks. */
const earlyLines = ({ comparison }: BacktestView): readonly string[] =>
  comparison.episodes.some(({ before, after }) => (after ?? before)?.isEarly === true)
    ? [
        `${EARLY} its lookback reaches to before the capture, where no events are known: with a longer past it may fire later`,
      ]
    : [];

function summaryLine({ comparison, before }: BacktestView): string {
  const { episodes } = comparison;
  const counts = (side: "before" | "after") =>
    (["page", "ticket"] as const).map((severity) => countOf(episodes, side, severity));
  const [pages = 0, tickets = 0] = counts("after");
  if (before === undefined) return `${plural(pages, "page")}, ${plural(tickets, "ticket")}.`;
  const [oldPages = 0, oldTickets = 0] = counts("before");
  const of = (verdict: EpisodePair["verdict"]) =>
    episodes.filter((pair) => pair.verdict === verdict).length;
  const changes = `${of("same")} the same, ${of("moved")} at other times, ${of("added")} only after, ${of("gone")} only before`;
  return `Pages ${oldPages} → ${pages}, tickets ${oldTickets} → ${tickets}; of all alerts: ${changes}.`;
}

const plural = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;
const countText = (count: number): string =>
  count.toLocaleString("en-US", { maximumFractionDigits: 1 });
/** In UTC, to the second. */
const momentText = (ms: number): string => new Date(ms).toISOString().replace(/T(.*)\..*$/, " $1Z");
const lengthText = (ms: number): string => formatDuration(Math.round(ms / 1000) * 1000);
