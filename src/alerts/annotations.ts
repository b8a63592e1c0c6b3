/**
 * What an alert tells the person it wakes: one plain sentence, the evidence, the links. Every number comes from the
 * reading of the tick, as in the UI and the API (DESIGN 4.9); values never go into labels.
 */
import type { StreamReading, StreamView, WindowReading } from "../engine/index.ts";
import {
  budgetRatio,
  formatDuration,
  windowText,
  type Slo,
  type SloWindow,
  type Tier,
} from "../slo/index.ts";
import type { AlertLabels } from "./alert.ts";
import { poissonTail } from "./poisson.ts";
import { chanceText, countText, percentText, roundedText, spanText } from "./wording.ts";

/** Absolute addresses of what explains an alert. */
export interface AlertLinks {
  /** The SLO's page. */
  slo(stream: StreamView): string;
  /** Where the condition can be seen and queried. */
  generator(stream: StreamView): string;
  /** A Grafana dashboard, if there is one. */
  dashboard(stream: StreamView): string | undefined;
}

/** Links under slowburn's own address; `dashboard` as given by the composition root. */
export function linksUnder(
  externalUrl: string,
  dashboard: (stream: StreamView) => string | undefined = () => undefined,
): AlertLinks {
  const base = externalUrl.replace(/\/+$/, "");
  const slo = ({ slo: { id, per }, group }: StreamView) => {
    const query = new URLSearchParams(
      per.map((key, i): [string, string] => [key, group[i] ?? ""]),
    ).toString();
    const path = id.split("/").map(encodeURIComponent).join("/");
    return `${base}/slos/${path}${query === "" ? "" : `?${query}`}`;
  };
  return { slo, generator: slo, dashboard };
}

/** What the tier's two lookbacks say at the tick. */
interface Evidence {
  readonly long: WindowReading | undefined;
  readonly short: WindowReading | undefined;
  readonly tier: Tier;
}

export function annotationsOf(reading: StreamReading, tier: Tier, links: AlertLinks): AlertLabels {
  const at = (windowMs: number) => reading.windows.find((window) => window.windowMs === windowMs);
  const evidence = { long: at(tier.longMs), short: at(tier.shortMs), tier };
  const { stream, budgetProjected, exhaustionMs } = reading;
  const all: Record<string, string | undefined> = {
    summary: summaryOf(reading, evidence),
    description: descriptionOf(reading, evidence),
    runbook_url: stream.slo.runbook,
    dashboard_url: links.dashboard(stream),
    slo_url: links.slo(stream),
    burn_rate: optional(evidence.long?.burnRate, roundedText),
    error_budget_remaining: optional(budgetProjected, percentText),
    time_to_exhaustion: optional(exhaustionMs, spanText),
  };
  const present = Object.entries(all).filter((entry): entry is [string, string] => !!entry[1]);
  return Object.fromEntries(present);
}

const optional = (value: number | undefined, text: (value: number) => string) =>
  value === undefined ? undefined : text(value);

/**
 * "checkout/availability is burning its error budget 23x too fast (1h): 2.3 % of events are bad, 61 % of the 30d budget is
 * left and will be gone in 19h." Of a calendar window it is the share of the whole window's budget.
 */
function summaryOf(reading: StreamReading, { long, tier }: Evidence): string {
  const { stream, budgetProjected, exhaustionMs } = reading;
  const { slo } = stream;
  const speed = `${roundedText(long?.burnRate ?? 0)}x too fast (${formatDuration(tier.longMs)})`;
  const isLatency = slo.indicator.kind === "latency" && slo.budgeting.kind === "occurrences";
  const bad = isLatency ? "are too slow" : "are bad";
  const share = `${percentText(long?.errorRatio ?? 0)} of ${countedText(slo)} ${bad}`;
  const budget = budgetText(slo.window);
  const left =
    budgetProjected === undefined
      ? ""
      : budgetProjected <= 0
        ? `, ${budget} is gone: ${percentText(1 - budgetProjected)} of it is spent`
        : `, ${percentText(budgetProjected)} of ${budget} is left` +
          (exhaustionMs === undefined ? "" : ` and will be gone in ${spanText(exhaustionMs)}`);
  return `${stream.key} is burning its error budget ${speed}: ${share}${left}.`;
}

/** What is counted: `events`, or `1m slices`. */
const countedText = ({ budgeting }: Slo): string =>
  budgeting.kind === "occurrences" ? "events" : `${formatDuration(budgeting.widthMs)} slices`;

/** `the 30d budget`, `the month's budget`, `the budget of 2 weeks`. */
function budgetText(window: SloWindow): string {
  const text = windowText(window);
  if (window.kind === "rolling") return `the ${text} budget`;
  return window.count === 1 ? `the ${text}'s budget` : `the budget of ${text}`;
}

/** x of n, the tier, how likely chance is, and how soon this tier sees such an incident. */
function descriptionOf(reading: StreamReading, { long, short, tier }: Evidence): string {
  const { slo } = reading.stream;
  const counted = slo.budgeting.kind === "occurrences" ? "events" : "slices";
  const counts = (window: WindowReading | undefined, windowMs: number) =>
    `${countText((window?.total ?? 0) - (window?.good ?? 0))} of ${countText(window?.total ?? 0)} ${counted} in ` +
    `${formatDuration(windowMs)} (burn rate ${roundedText(window?.burnRate ?? 0)})`;
  const sentences = [
    `Bad: ${counts(long, tier.longMs)} and ${counts(short, tier.shortMs)}.`,
    `The ${tier.severity} tier ${formatDuration(tier.longMs)}/${formatDuration(tier.shortMs)} asks for a burn rate ` +
      `over ${tier.factorMilli / 1000} in both, at an objective of ${slo.objective.text}.`,
  ];
  if (long !== undefined && long.total > 0) {
    const tail = poissonTail(long.total - long.good, long.total * budgetRatio(slo.objective));
    sentences.push(
      `Exactly on budget, so many bad ${counted} would come with a probability of ${chanceText(tail)}.`,
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
  if (reading.goodBounds !== undefined)
    sentences.push("Counts are estimates: the threshold lies inside a histogram bucket.");
  return sentences.join(" ");
}
