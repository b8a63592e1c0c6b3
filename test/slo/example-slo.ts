/** An SLO like any other, for tests of what is done with SLOs. */
import { millis, parseObjective, workbookPolicy, type Slo } from "../../src/slo/index.ts";

const WINDOW_MS = millis(30 * 86_400_000);

/** `id` says service and name; the policy is the default one of the objective and window. */
export function exampleSlo(id = "checkout/availability", part: Partial<Slo> = {}): Slo {
  const [service = "", name = ""] = id.split("/");
  const {
    objective = parseObjective("99.9%")!,
    window = { kind: "rolling", lengthMs: WINDOW_MS },
  } = part;
  return {
    id,
    service,
    name,
    description: "Answers that are not our fault.",
    labels: {},
    objective,
    window,
    indicator: {
      kind: "events",
      total: { metric: "http.server.request.duration", where: [] },
      count: "bad",
      when: [],
    },
    per: [],
    groupLimit: 200,
    alerts: workbookPolicy(window.lengthMs, objective.budgetPpb),
    annotations: {},
    budgeting: { kind: "occurrences" },
    noData: "ignore",
    source: { file: `rules/${service}.yaml`, line: 1, format: "slowburn" },
    ...part,
  };
}
