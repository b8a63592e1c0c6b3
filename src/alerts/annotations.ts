/**
 * What an alert tells the person it wakes: one plain sentence, the evidence, the links. Every number comes from the
 * reading of the tick, as in the UI and the API (DESIGN 4.9); values never go into labels.
 */
import type { StreamReading, StreamView, WindowReading } from "../engine/index.ts";
import {
  budgetRatio,
  expandTemplate,
  formatDuration,
  lookbacksOf,
  percentText,
  roundedText,
  spanText,
  windowText,
  type Slo,
  type SloWindow,
  type Tier,
} from "../slo/index.ts";
import { alertLabels } from "./alert-labels.ts";
import type { AlertLabels, ResolveReason } from "./alert.ts";
import { memberSentences } from "./member-text.ts";
import { poissonTail, provenEvents } from "./poisson.ts";
import { chanceText, countText } from "./wording.ts";

/** Absolute addresses of what explains an alert. */
export interface AlertLinks {
  /** The SLO's page. */
  slo(stream: StreamView): string;
  /** Where the condition can be seen and queried. */
  generator(stream: StreamView): string;
  /** A Grafana dashboard, if there is one. */
  dashboard(stream: StreamView): string | undefined;
}

/** What the tier's two lookbacks say at the tick. */
interface Evidence {
  /** Of every lookback of the tier, longest first. */
  readonly all: readonly { readonly spanMs: number; readonly window: WindowReading | undefined }[];
  readonly long: WindowReading | undefined;
  readonly short: WindowReading | undefined;
  readonly tier: Tier;
}

/** Of an alert that is pending or fires. */
export function annotationsOf(reading: StreamReading, tier: Tier, links: AlertLinks): AlertLabels {
  const evidence = evidenceOf(reading, tier);
  const summary = summaryOf(reading, evidence);
  const description = [...evidenceSentences(reading, evidence), ...oddsOf(reading, evidence)];
  return annotated(reading, evidence, links, summary, description);
}

/** Of an alert that ends: what is true now, not what was when it fired. */
export function endAnnotationsOf(
  reading: StreamReading,
  tier: Tier,
  links: AlertLinks,
  end: AlertEnd,
): AlertLabels {
  const evidence = evidenceOf(reading, tier);
  const budget = budgetText(reading, false);
  const summary = `${endText(reading.stream.key, end)}${budget === "" ? "" : `;${budget}`}.`;
  return annotated(reading, evidence, links, summary, evidenceSentences(reading, evidence));
}

/** The same where the stream or its tiers are gone: there are no numbers any more. */
export function endAnnotationsWithout(
  streamKey: string,
  before: AlertLabels,
  end: AlertEnd,
): AlertLabels {
  const links = Object.entries(before).filter(([name]) => name.endsWith("_url"));
  return { summary: `${endText(streamKey, end)}.`, ...Object.fromEntries(links) };
}

/** How an alert ended. */
export interface AlertEnd {
  readonly reason: ResolveReason;
  /** How long it fired, ms. */
  readonly firedForMs: number;
}

function endText(streamKey: string, { reason, firedForMs }: AlertEnd): string {
  const firedFor = `the alert fired for ${spanText(firedForMs)}`;
  switch (reason) {
    case "recovered":
      return `${streamKey} no longer burns its error budget too fast: ${firedFor}`;
    case "data-returned":
      return `${streamKey} has data again: ${firedFor}`;
    case "no-data":
      return `${streamKey} has had no events for so long that its alert ended: ${firedFor}`;
    case "excluded":
      return `${streamKey} is under an exclusion, so what happens does not count: ${firedFor}`;
    case "stream-removed":
      return `${streamKey} is no longer evaluated, since its rule was removed: ${firedFor}`;
    case "policy-edited":
      return `${streamKey} has no such alert any more, since its rule was edited: ${firedFor}`;
    case "labels-edited":
      return `${streamKey} goes on under other labels, since its rule was edited: ${firedFor}`;
  }
}

function evidenceOf(reading: StreamReading, tier: Tier): Evidence {
  const at = (windowMs: number) => reading.windows.find((window) => window.windowMs === windowMs);
  const all = lookbacksOf(tier).map((spanMs) => ({ spanMs, window: at(spanMs) }));
  return { all, long: at(tier.longMs), short: at(tier.shortMs), tier };
}

function annotated(
  { stream, budgetProjected, exhaustionMs }: StreamReading,
  { long, short, tier }: Evidence,
  links: AlertLinks,
  summary: string,
  description: readonly string[],
): AlertLabels {
  const all: Record<string, string | undefined> = {
    summary,
    description: description.join(" "),
    runbook_url: stream.slo.runbook,
    dashboard_url: links.dashboard(stream),
    slo_url: links.slo(stream),
    burn_rate: optional(long?.burnRate, roundedText),
    error_budget_remaining: optional(budgetProjected, percentText),
    time_to_exhaustion: optional(exhaustionMs, spanText),
  };
  const present = Object.entries(all).filter((entry): entry is [string, string] => !!entry[1]);
  return { ...Object.fromEntries(present), ...saidAnnotations(stream, tier, short, summary) };
}

/**
 * What the file itself says wins over slowburn's texts, as it does over Sloth's. A summary that it displaces goes on as
 * `slowburn_summary`: why the alert fires is always said.
 */
function saidAnnotations(
  stream: StreamView,
  { severity }: Tier,
  short: WindowReading | undefined,
  summary: string,
): AlertLabels {
  const { alerting } = stream.slo;
  const said = { ...alerting?.annotations, ...alerting?.bySeverity[severity]?.annotations };
  if (Object.keys(said).length === 0) return {};
  const values = { labels: alertLabels(stream, severity), value: short?.errorRatio ?? NaN };
  const texts = Object.entries(said).map(([name, text]) => [name, expandTemplate(text, values)]);
  return {
    ...("summary" in said ? { slowburn_summary: summary } : {}),
    ...Object.fromEntries(texts),
  };
}

const optional = (value: number | undefined, text: (value: number) => string) =>
  value === undefined ? undefined : text(value);

/**
 * "checkout/availability is burning its error budget 23x too fast (1h): 2.3% of events are bad, 61% of the 30d budget is
 * left and will be gone in 19h." Of a calendar window it is the share of the whole window's budget.
 */
function summaryOf(reading: StreamReading, { long, tier }: Evidence): string {
  const { slo, key } = reading.stream;
  const speed = `${roundedText(long?.burnRate ?? 0)}x too fast (${formatDuration(tier.longMs)})`;
  const isLatency = slo.indicator.kind === "latency" && slo.budgeting.kind === "occurrences";
  const bad = isLatency ? "are too slow" : "are bad";
  const ratio = percentText(long?.errorRatio ?? 0);
  const share = isWeighted(slo)
    ? `the members' weighted error ratio is ${ratio}`
    : `${ratio} of ${countedText(slo)} ${bad}`;
  const budget = budgetText(reading, true);
  return `${key} is burning its error budget ${speed}: ${share}${budget === "" ? "" : `,${budget}`}.`;
}

/** Nothing is counted: ratios are weighed against one another. */
const isWeighted = ({ indicator }: Slo): boolean =>
  indicator.kind === "composite" && indicator.rule === "weighted";

/** What is counted: `events`, or `1m slices`. */
const countedText = ({ budgeting }: Slo): string =>
  budgeting.kind === "occurrences" ? "events" : `${formatDuration(budgeting.widthMs)} slices`;

/** `the 30d budget`, `the month's budget`, `the budget of 2 weeks`. */
function budgetName(window: SloWindow): string {
  const text = windowText(window);
  if (window.kind === "rolling") return `the ${text} budget`;
  return window.count === 1 ? `the ${text}'s budget` : `the budget of ${text}`;
}

/** " 61% of the 30d budget is left and will be gone in 19h"; empty when nothing is known. */
function budgetText(
  { stream, budgetProjected, exhaustionMs }: StreamReading,
  isBurning: boolean,
): string {
  if (budgetProjected === undefined) return "";
  const budget = budgetName(stream.slo.window);
  if (budgetProjected <= 0)
    return ` ${budget} is gone: ${percentText(1 - budgetProjected)} of it is spent`;
  const end =
    isBurning && exhaustionMs !== undefined ? ` and will be gone in ${spanText(exhaustionMs)}` : "";
  return ` ${percentText(budgetProjected)} of ${budget} is left${end}`;
}

const countedWord = ({ budgeting }: Slo): string =>
  budgeting.kind === "occurrences" ? "events" : "slices";

const IN_ALL: Readonly<Record<number, string>> = { 1: "", 2: " in both" };

/** x of n, and what the tier asks for. */
function evidenceSentences(reading: StreamReading, { all, tier }: Evidence): readonly string[] {
  const { slo } = reading.stream;
  const amount = ({ good = 0, total = 0, errorRatio = 0 }: Partial<WindowReading>) =>
    isWeighted(slo)
      ? `${percentText(errorRatio)} by weight`
      : `${countText(total - good)} of ${countText(total)} ${countedWord(slo)}`;
  const counts = (window: Partial<WindowReading> | undefined, windowMs: number) =>
    `${amount(window ?? {})} in ${formatDuration(windowMs)} (burn rate ${roundedText(window?.burnRate ?? 0)})`;
  return [
    `Bad: ${all.map(({ window, spanMs }) => counts(window, spanMs)).join(" and ")}.`,
    `The ${tier.severity} tier ${all.map(({ spanMs }) => formatDuration(spanMs)).join("/")} asks for a burn rate ` +
      `over ${tier.factorMilli / 1000}${IN_ALL[all.length] ?? " in each"}, at an objective of ${slo.objective.text}.`,
    ...memberSentences(reading, tier.longMs),
    ...(reading.goodBounds === undefined
      ? []
      : ["Counts are estimates: the threshold lies inside a histogram bucket."]),
  ];
}

/** How likely chance is, and how soon this tier sees such an incident. */
function oddsOf(
  { stream: { slo } }: StreamReading,
  { long, short, tier }: Evidence,
): readonly string[] {
  const sentences: string[] = [];
  if (long !== undefined && long.total > 0) {
    const { good, total, evidence = 1 } = long;
    const proven = provenEvents(total - good, evidence);
    const tail = poissonTail(proven, total * evidence * budgetRatio(slo.objective));
    const asMuch = evidence === 1 ? "" : ` (they prove as much as ${countText(proven)} would)`;
    sentences.push(
      `Exactly on budget, so many bad ${countedWord(slo)}${asMuch} would come with a probability of ${chanceText(tail)}.`,
    );
  }
  const ratio = short?.errorRatio;
  if (ratio !== undefined && ratio > 0) {
    const detectionMs =
      (tier.longMs * (tier.factorMilli / 1000) * budgetRatio(slo.objective)) / ratio;
    if (detectionMs < tier.longMs)
      sentences.push(
        `This tier detects such an incident ${spanText(detectionMs)} after it begins.`,
      );
  }
  return sentences;
}
