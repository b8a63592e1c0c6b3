/** Fleet overview: one row per SLO or group, the soonest gone first. */
import { METRICS } from "../names.ts";
import { AT_RISK_RATIO } from "./fleet-stats.ts";
import { ALERT_STATES, GONE, table } from "./kinds.ts";
import { COLORS } from "./palette.ts";
import type { Json, JsonObject, Panel } from "./panel.ts";
import { perStream, select, STREAM_LABELS, thresholdShare } from "./promql.ts";
import { SLO_DETAIL_UID } from "./uids.ts";

const SCOPE = 'service=~"$service"';
/** Stands for "never at this burn", so that sorting puts it last. */
const NEVER_SECONDS = 1e9;
const FACTS = ["owner", "objective", "window", "runbook", "file"];

const streams = select(METRICS.windowEvents, SCOPE, 'kind="good"');
const info = `max by (slo, ${FACTS.join(", ")}) (${select(METRICS.sloInfo, SCOPE)})`;
const facts = `max by (${[...STREAM_LABELS, ...FACTS].join(", ")}) (${streams} * 0 + on (slo) group_left (${FACTS.join(", ")}) ${info})`;
const exhaustion = perStream(select(METRICS.exhaustionSeconds, SCOPE));

/** To the SLO; `more` narrows it. */
const detailLink = (title: string, more = ""): JsonObject => ({
  title,
  url:
    `/d/${SLO_DETAIL_UID}?var-datasource=\${datasource}&var-service=\${__data.fields.service}` +
    `&var-slo=\${__data.fields.slo}${more}&\${__url_time_range}`,
});

const coloredBy = (steps: readonly (readonly [number | null, string])[]): JsonObject => ({
  "custom.cellOptions": { type: "color-text" },
  thresholds: { mode: "absolute", steps: steps.map(([value, color]): Json => ({ value, color })) },
});

const NEVER: Json = {
  type: "value",
  options: { [NEVER_SECONDS]: { text: "not at this burn", color: COLORS.neutral, index: 1 } },
};

export const fleetTable: Panel = table({
  title: "SLOs",
  description:
    "One row per SLO or group over its own window. Budget left = 1 - bad / (error budget x total), of calendar windows projected to their end, negative when overspent. Burn = error ratio over the chosen lookback / error budget. Of page threshold: the highest burn of a paging tier's long lookback / that tier's threshold; above 100 % its long condition holds. Gone in = budget left x window / burn. Click an SLO or a group for its history; act on the top rows first.",
  width: 24,
  height: 12,
  unit: "none",
  queries: [
    facts,
    perStream(select(METRICS.sliRatio, SCOPE)),
    perStream(select(METRICS.budgetProjectedRatio, SCOPE)),
    perStream(select(METRICS.burnRate, SCOPE, 'lookback="$lookback"')),
    perStream(thresholdShare(SCOPE, SCOPE, "page")),
    `${exhaustion} or ${perStream(`${streams} * 0 + ${NEVER_SECONDS}`)}`,
    perStream(select(METRICS.alertState, SCOPE)),
  ].map((expr) => ({ expr, instant: true, table: true })),
  columns: {
    service: { header: "Service", width: 130 },
    slo: { header: "SLO", set: { links: [detailLink("Open the SLO")] } },
    group: {
      header: "Group",
      set: { links: [detailLink("Open the group", "&var-group=${__value.text}")] },
    },
    objective: { header: "Objective", width: 90 },
    window: { header: "Window", width: 80 },
    "Value #B": { header: "SLI", unit: "percentunit", decimals: 4, width: 110 },
    "Value #C": {
      header: "Budget left",
      unit: "percentunit",
      decimals: 1,
      width: 110,
      set: coloredBy([
        [null, COLORS.bad],
        [0.000001, COLORS.warning],
        [AT_RISK_RATIO, COLORS.good],
      ]),
    },
    "Value #D": { header: "Burn, $lookback", unit: "suffix:x", decimals: 2, width: 110 },
    "Value #E": {
      header: "Of page threshold",
      unit: "percentunit",
      decimals: 0,
      width: 140,
      noValue: "–",
      set: coloredBy([
        [null, COLORS.neutral],
        [1, COLORS.bad],
      ]),
    },
    "Value #F": {
      header: "Gone in",
      unit: "dtdurations",
      width: 150,
      set: { "custom.cellOptions": { type: "color-text" }, mappings: [GONE, NEVER] },
    },
    "Value #G": {
      header: "Alert",
      width: 90,
      noValue: "no alerts",
      set: { "custom.cellOptions": { type: "color-text" }, mappings: ALERT_STATES },
    },
    owner: { header: "Owner", width: 120 },
    runbook: {
      header: "Runbook",
      set: { links: [{ title: "Open the runbook", url: "${__value.text}", targetBlank: true }] },
    },
    file: { header: "Rule file" },
  },
  hidden: ["Time", "Value #A"],
  sortBy: { header: "Gone in", descending: false },
});
