/** What an SLO means, in sentences: what counts, what the budget allows, when each alert would fire. */
import {
  budgetRatio,
  exclusionLine,
  formatDuration,
  isComposite,
  lookbacksOf,
  indicatorText,
  latencyText,
  percentText,
  sharePercent,
  sliceKindOf,
  templateKey,
  windowText,
  type Budgeting,
  type Slo,
  type SloWindow,
} from "../slo/index.ts";
import { membersText } from "./explain-members.ts";
import { foresee, outageText, type Traffic } from "./outage-words.ts";
import { renderTable, type Cell } from "./table.ts";

const DAY_SECONDS = 86_400;
/** Shares of events that fail in the outages that are foretold. */
const OUTAGES: readonly number[] = [1, 0.1, 0.01];
/** Members judge slices by their own objectives: what a part of the events does, is said of none of them alike. */
export const outagesOf = (slo: Slo): readonly number[] =>
  isComposite(slo) && !isUncounted(slo) ? [1] : OUTAGES;

/** Slices come as time goes by; `undefined` of an SLO that counts events. */
export function sliceTraffic({ budgeting }: Slo): Traffic | undefined {
  const slices = sliceKindOf(budgeting);
  if (slices === undefined) return undefined;
  const source = `one every ${formatDuration(slices.widthMs)} that has events`;
  return { perSecond: 1000 / slices.widthMs, source };
}

const unitOf = ({ kind }: Budgeting): "event" | "slice" =>
  kind === "occurrences" ? "event" : "slice";

/** `slos`: all that were read, the members of one that is made of others among them. Ends in a newline. */
export function explainText(slo: Slo, traffic: Traffic | undefined, slos: readonly Slo[]): string {
  const head = slo.description === "" ? slo.id : `${slo.id}: ${slo.description}`;
  const lines = [
    `${head} (${slo.source.file}:${slo.source.line})`,
    "",
    indicatorText(slo.indicator, latencyText),
    ...slicesText(slo),
    ...templateText(slo),
    objectiveText(slo),
    ...exclusionTexts(slo),
    ...(isUncounted(slo) ? [] : [trafficText(slo, traffic)]),
    "",
  ];
  const members = isComposite(slo) ? `${membersText(slo, slos)}\n` : "";
  return `${lines.map((line) => `${line}\n`).join("")}${members}${alertsText(slo, traffic)}`;
}

/** Its error ratio is made of others', which a number of events says nothing of. */
export const isUncounted = (slo: Slo): boolean =>
  isComposite(slo) && slo.budgeting.kind === "occurrences";

function templateText({ source }: Slo): readonly string[] {
  const { template } = source;
  if (template === undefined) return [];
  const { slo, file, line } = template;
  return [`That is said by the template ${templateKey(template)}, ${slo} (${file}:${line}).`];
}

function slicesText(slo: Slo): readonly string[] {
  const { budgeting, noData } = slo;
  if (budgeting.kind === "occurrences") return [];
  const width = formatDuration(budgeting.widthMs);
  if (isComposite(slo)) return [`Slices of ${width} are counted. ${SILENT_MEMBER[noData]}`];
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

const SILENT_MEMBER: Readonly<Record<Slo["noData"], string>> = {
  ignore:
    "A member without events in one has no say in it; one in which none has events is not counted.",
  bad: "A member without events in one makes it bad.",
  good: "A member without events in one holds in it.",
  hold: "A member without events in one is as it was in the one before.",
};

const exclusionTexts = ({ exclusions = [] }: Slo): readonly string[] =>
  exclusions.map((each) => `Not counted, neither good nor bad: ${exclusionLine(each)}.`);

function objectiveText(slo: Slo): string {
  const per =
    slo.per.length === 0 ? "" : ` Each ${slo.per.join(", ")} has an error budget of its own.`;
  const them = slo.budgeting.kind === "occurrences" ? "them" : "the slices";
  const budget = sharePercent(slo.objective.budgetPpb);
  if (isUncounted(slo))
    return `${overWindow(slo.window)}, its error ratio may be ${budget}: the objective is ${slo.objective.text}.`;
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
  const outages = outagesOf(slo);
  const columns = [
    { title: "ALERT", align: "left" },
    { title: "BURN RATE", align: "right" },
    ...outages.map((ratio) => ({ title: `${percentText(ratio)} BAD`, align: "left" as const })),
  ] as const;
  const rows = slo.alerts.tiers.map((tier): readonly Cell[] => [
    { text: `${tier.severity} ${lookbacksOf(tier).map(formatDuration).join("/")}` },
    { text: `> ${tier.factorMilli / 1000}` },
    ...outages.map((errorRatio) => ({ text: outageText(foresee(slo, tier, errorRatio, traffic)) })),
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

const amountText = (count: number): string =>
  count >= 100 ? Math.floor(count).toLocaleString("en-US") : String(Number(count.toPrecision(2)));
const rateText = (perSecond: number, unit: string): string =>
  perSecond >= 1
    ? `${Number(perSecond.toPrecision(3))} ${unit}s/s`
    : `${Number((perSecond * 3600).toPrecision(3))} ${unit}s/h`;
