/** What an SLO means, in sentences: what counts, what the budget allows, when each alert would fire. */
import { foreseeOutage, type OutageForesight } from "../alerts/index.ts";
import {
  budgetRatio,
  exclusionLine,
  formatDuration,
  lookbacksOf,
  indicatorText,
  latencyText,
  meetsTarget,
  percentText,
  sharePercent,
  sliceKindOf,
  spanText,
  templateKey,
  WHOLE_PPB,
  windowText,
  type Budgeting,
  type Slo,
  type SloWindow,
  type Tier,
} from "../slo/index.ts";
import { renderTable, type Cell } from "./table.ts";

const DAY_SECONDS = 86_400;
/** Shares of events that fail in the outages that are foretold. */
export const OUTAGES: readonly number[] = [1, 0.1, 0.01];

/** What counts a second, events or slices of time, and where the number is from. */
export interface Traffic {
  readonly perSecond: number;
  readonly source: string;
}

/** Slices come as time goes by; `undefined` of an SLO that counts events. */
export function sliceTraffic({ budgeting }: Slo): Traffic | undefined {
  const slices = sliceKindOf(budgeting);
  if (slices === undefined) return undefined;
  const source = `one every ${formatDuration(slices.widthMs)} that has events`;
  return { perSecond: 1000 / slices.widthMs, source };
}

const unitOf = ({ kind }: Budgeting): "event" | "slice" =>
  kind === "occurrences" ? "event" : "slice";

/** Ends in a newline. */
export function explainText(slo: Slo, traffic: Traffic | undefined): string {
  const head = slo.description === "" ? slo.id : `${slo.id}: ${slo.description}`;
  const lines = [
    `${head} (${slo.source.file}:${slo.source.line})`,
    "",
    indicatorText(slo.indicator, latencyText),
    ...slicesText(slo),
    ...templateText(slo),
    objectiveText(slo),
    ...exclusionTexts(slo),
    trafficText(slo, traffic),
    "",
  ];
  return `${lines.map((line) => `${line}\n`).join("")}${alertsText(slo, traffic)}`;
}

function templateText({ source }: Slo): readonly string[] {
  const { template } = source;
  if (template === undefined) return [];
  const { slo, file, line } = template;
  return [`That is said by the template ${templateKey(template)}, ${slo} (${file}:${line}).`];
}

function slicesText({ budgeting, noData }: Slo): readonly string[] {
  if (budgeting.kind === "occurrences") return [];
  const width = formatDuration(budgeting.widthMs);
  const judged =
    budgeting.kind === "timeslices"
      ? `is good when at least ${sharePercent(budgeting.targetPpb)} of its events are`
      : "is as good as the ratio of its events";
  return [`Slices of ${width} are counted: each ${judged}. ${SILENT_SLICE[noData]}`];
}

const SILENT_SLICE: Readonly<Record<Slo["noData"], string>> = {
  ignore: "One without events is not counted.",
  bad: "One without events is bad.",
  good: "One without events is good.",
  hold: "One without events is like the one before.",
};

const exclusionTexts = ({ exclusions = [] }: Slo): readonly string[] =>
  exclusions.map((each) => `Not counted, neither good nor bad: ${exclusionLine(each)}.`);

function objectiveText(slo: Slo): string {
  const per =
    slo.per.length === 0 ? "" : ` Each ${slo.per.join(", ")} has an error budget of its own.`;
  const them = slo.budgeting.kind === "occurrences" ? "them" : "the slices";
  const budget = sharePercent(slo.objective.budgetPpb);
  return `${overWindow(slo.window)}, ${slo.objective.text} of ${them} must be good: ${budget} may be bad.${per}`;
}

const overWindow = (window: SloWindow): string =>
  window.kind === "rolling"
    ? `Over the last ${windowText(window)}`
    : `Over each ${windowText(window)} (${window.timeZone})`;

function trafficText(slo: Slo, traffic: Traffic | undefined): string {
  if (traffic === undefined) {
    return "The traffic is not known, so neither is what that is a day: give --traffic 10/s, or start slowburn.";
  }
  const { perSecond, source } = traffic;
  const unit = unitOf(slo.budgeting);
  const day = perSecond * budgetRatio(slo.objective) * DAY_SECONDS;
  const window = (day * slo.window.lengthMs) / 1000 / DAY_SECONDS;
  const rate = `At ${rateText(perSecond, unit)} (${source})`;
  const length = formatDuration(slo.window.lengthMs);
  if (window < 1) {
    return `${rate} that is less than one bad ${unit} in ${length}: ${unit === "slice" ? "such slices" : "such traffic"} cannot resolve this objective.`;
  }
  return `${rate} that is ${amountText(day)} bad ${unit}s a day, ${amountText(window)} in ${length}.`;
}

function alertsText(slo: Slo, traffic: Traffic | undefined): string {
  const absent = absentSentence(slo);
  if (slo.alerts.tiers.length === 0)
    return absent === "" ? "It never alerts.\n" : `It never alerts on errors.\n${absent}`;
  const columns = [
    { title: "ALERT", align: "left" },
    { title: "BURN RATE", align: "right" },
    ...OUTAGES.map((ratio) => ({ title: `${percentText(ratio)} BAD`, align: "left" as const })),
  ] as const;
  const rows = slo.alerts.tiers.map((tier): readonly Cell[] => [
    { text: `${tier.severity} ${lookbacksOf(tier).map(formatDuration).join("/")}` },
    { text: `> ${tier.factorMilli / 1000}` },
    ...OUTAGES.map((errorRatio) => ({ text: outageText(foresee(slo, tier, errorRatio, traffic)) })),
  ]);
  const slices = sliceKindOf(slo.budgeting);
  const sliceEnd =
    slices === undefined ? "" : ` the end of a slice (${formatDuration(slices.widthMs)}),`;
  return (
    `When alerts fire after an outage begins, the share of the budget that is spent by then, and when they end after it:\n\n` +
    renderTable(columns, rows) +
    `\nEvaluation (10 s),${sliceEnd} the senders' export interval and delivery come on top.\n${absent}`
  );
}

const absentSentence = ({ absent }: Slo): string =>
  absent === undefined
    ? ""
    : `When no data point came for ${formatDuration(absent.afterMs)} there is a ${absent.severity}.\n`;

/** `errorRatio` of the events, and so of the slices that are made of them. */
export const foresee = (
  slo: Slo,
  tier: Tier,
  errorRatio: number,
  traffic: Traffic | undefined,
): OutageForesight =>
  foreseeOutage(tier, {
    objective: slo.objective,
    windowMs: slo.window.lengthMs,
    errorRatio: countedRatio(slo.budgeting, errorRatio),
    eventsPerSecond: traffic?.perSecond,
  });

function countedRatio(budgeting: Budgeting, errorRatio: number): number {
  if (budgeting.kind !== "timeslices") return errorRatio;
  const badPpb = Math.round(errorRatio * WHOLE_PPB);
  return meetsTarget(WHOLE_PPB - badPpb, WHOLE_PPB, budgeting.targetPpb) ? 0 : 1;
}

function outageText(outage: OutageForesight): string {
  if (outage.kind === "never") {
    return outage.why === "burn" ? "never: burns too slowly" : "never: too few events";
  }
  const { afterMs, budgetSpent, resolvedAfterMs } = outage;
  return `${wholeSpan(afterMs)}, ${percentText(budgetSpent)} spent, ends ${wholeSpan(resolvedAfterMs)}`;
}

/** Nothing is known at once: a second at least. */
const wholeSpan = (spanMs: number): string => spanText(Math.max(1000, spanMs));

const amountText = (count: number): string =>
  count >= 100 ? Math.floor(count).toLocaleString("en-US") : String(Number(count.toPrecision(2)));
const rateText = (perSecond: number, unit: string): string =>
  perSecond >= 1
    ? `${Number(perSecond.toPrecision(3))} ${unit}s/s`
    : `${Number((perSecond * 3600).toPrecision(3))} ${unit}s/h`;
