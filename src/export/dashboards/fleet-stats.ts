/** Fleet overview: how many SLOs are in which state. Every SLO or group is in exactly one of the first four. */
import type { AlertSeverity } from "../../slo/index.ts";
import { METRICS } from "../names.ts";
import { stat } from "./kinds.ts";
import { COLORS } from "./palette.ts";
import type { Panel, Step } from "./panel.ts";
import { countOf, perStream, select } from "./promql.ts";

/** Less of its budget than this and an SLO is at risk. */
export const AT_RISK_RATIO = 0.25;

const SCOPE = 'service=~"$service"';
const REMAINING = perStream(select(METRICS.budgetProjectedRatio, SCOPE));
const KNOWN = perStream(select(METRICS.windowEvents, SCOPE, 'kind="good"'));

const alarm = (color: string): readonly Step[] => [
  { from: null, color: COLORS.neutral },
  { from: 1, color },
];

/** `counted`: what is counted, by its name. */
function count(
  title: string,
  description: string,
  counted: Readonly<Record<string, string>>,
  color: string,
): Panel {
  const queries = Object.entries(counted).map(([legend, expr]) => ({
    expr: countOf(expr),
    legend,
    instant: true,
  }));
  return stat({
    title,
    description,
    width: 4,
    height: 4,
    unit: "none",
    decimals: 0,
    queries,
    steps: alarm(color),
    noValue: "0",
    background: true,
  });
}

const firing = (severity: AlertSeverity): string =>
  `${select(METRICS.alertState, SCOPE, `severity="${severity}"`)} == 2`;

export const fleetStats: readonly Panel[] = [
  count(
    "Met",
    `SLOs and groups with more than ${AT_RISK_RATIO * 100} % of their error budget left in their window. Nothing to do.`,
    { met: `${REMAINING} > ${AT_RISK_RATIO}` },
    COLORS.good,
  ),
  count(
    "At risk",
    `Budget remaining between 0 and ${AT_RISK_RATIO * 100} %. Slow down risky changes; open the SLO to see which group burns.`,
    { "at risk": `(${REMAINING} > 0) <= ${AT_RISK_RATIO}` },
    COLORS.warning,
  ),
  count(
    "Breached",
    "Budget remaining = 1 - bad / (error budget x total), of calendar windows projected to their end, is 0 or less: the objective is missed. Spend the time on reliability as the error-budget policy says.",
    { breached: `${REMAINING} <= 0` },
    COLORS.bad,
  ),
  count(
    "No traffic",
    "No event in the whole window, so there is no SLI: neither met nor missed. Check that the service sends the metric the rule names.",
    { "no traffic": `${KNOWN} unless ${REMAINING}` },
    COLORS.info,
  ),
  count(
    "Alerts firing",
    "Alerts in state firing. Pages first: open the SLO; its runbook is in the table below.",
    { pages: firing("page"), tickets: firing("ticket") },
    COLORS.bad,
  ),
  count(
    "Broken rule files",
    "Files that do not load; their last good version keeps running. `slowburn check` says what is wrong and where.",
    { broken: `${select(METRICS.ruleFileLoaded)} == 0` },
    COLORS.bad,
  ),
];
