/** The SLO of every bench that needs no rule file: 99.9 % over 30 days, the workbook's policy, so 8 lookbacks. */
import { millis, parseObjective, workbookPolicy, type Slo } from "../src/slo/index.ts";

/** One of many like it; `part` overrides what matters to the bench. */
export function benchSlo(index: number, part: Partial<Slo> = {}): Slo {
  const objective = parseObjective("99.9%");
  if (objective === undefined) throw new Error("99.9% is an objective");
  const lengthMs = millis(30 * 86_400_000);
  const service = `service-${index % 100}`;
  const name = `objective-${index}`;
  return {
    id: `${service}/${name}`,
    service,
    name,
    description: "",
    labels: {},
    objective,
    window: { kind: "rolling", lengthMs },
    indicator: {
      kind: "events",
      total: { metric: `requests.${index}`, where: [] },
      count: "bad",
      when: [],
    },
    per: [],
    groupLimit: 1,
    alerts: workbookPolicy(lengthMs, objective.budgetPpb),
    annotations: {},
    budgeting: { kind: "occurrences" },
    noData: "ignore",
    source: { file: "rules/bench.yaml", line: index + 1, format: "slowburn" },
    ...part,
  };
}
