/** Fleet overview: every SLO on one page, the most urgent first. */
import { METRICS } from "../names.ts";
import { dashboardJson } from "./dashboard.ts";
import { fleetStats } from "./fleet-stats.ts";
import { fleetTable } from "./fleet-table.ts";
import { fleetTrends } from "./fleet-trends.ts";
import type { JsonObject } from "./panel.ts";
import { FLEET_UID } from "./uids.ts";
import { datasourceVariable, labelVariable } from "./variables.ts";

export const fleet = (): JsonObject =>
  dashboardJson({
    uid: FLEET_UID,
    title: "slowburn: fleet",
    description: "All service level objectives: which are met, which burn, whose they are.",
    from: "now-24h",
    variables: [
      datasourceVariable(),
      labelVariable({
        name: "owner",
        title: "Owner",
        description: "Narrows the list of services to those with an SLO of these owners.",
        metric: METRICS.sloInfo,
        label: "owner",
        several: { allValue: ".*" },
      }),
      labelVariable({
        name: "service",
        title: "Service",
        description: "Services of the chosen owners.",
        metric: METRICS.sloInfo,
        matchers: 'owner=~"$owner"',
        label: "service",
        several: {},
      }),
      labelVariable({
        name: "lookback",
        title: "Lookback",
        description: "What the burn column of the table is computed over.",
        metric: METRICS.burnRate,
        matchers: 'service=~"$service"',
        label: "lookback",
        preset: "1h",
      }),
    ],
    annotations: [],
    rows: [
      { title: "State", panels: fleetStats },
      { title: "SLOs", panels: [fleetTable] },
      { title: "Trends and owners", panels: fleetTrends },
    ],
  });
