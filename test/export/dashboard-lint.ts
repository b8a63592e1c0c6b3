/**
 * The rules of Grafana's dashboard-linter (v0.2.0) by their names, for a classic dashboard on one Prometheus. The linter is a Go
 * program with a parser of PromQL; here a scanner stands for it, and a real Prometheus answers every query in
 * test/peers/export-prometheus.test.ts. What a rule finds are sentences; none when the dashboard keeps it.
 */
import { expand, unitsOf, type DashboardJson, type PanelJson } from "./dashboard-queries.ts";

type Target = NonNullable<PanelJson["targets"]>[number];
export type LintRule = (dashboard: DashboardJson) => readonly string[];

const DATASOURCE = "${datasource}";
/** Grafana's ids for the units in use (all of them: test/peers/export-grafana.test.ts). */
const UNITS = new Set(
  "none short percentunit cps dtdurations dateTimeAsIso dateTimeFromNow".split(" "),
);
/** Grafana's own variables, with values that no query would have by itself. */
const GLOBALS = {
  __range: "6069s",
  __interval: "4867s",
  __rate_interval: "8869s",
};

const panelsOf = ({ panels }: DashboardJson): readonly PanelJson[] =>
  panels.filter(({ type }) => type !== "row");

/** A rule about each panel: what is wrong with it. */
const perPanel =
  (fault: (panel: PanelJson) => string | undefined): LintRule =>
  (dashboard) =>
    panelsOf(dashboard).flatMap((panel) => {
      const found = fault(panel);
      return found === undefined ? [] : [`${panel.title}: ${found}`];
    });

/** A rule about each query, its variables expanded; what cannot be expanded is target-promql-rule's. */
const perQuery =
  (fault: (expr: string) => string | undefined): LintRule =>
  (dashboard) =>
    panelsOf(dashboard).flatMap(({ title, targets = [] }) =>
      targets.flatMap(({ refId, expr }) => {
        const expanded = expandedOf(expr, dashboard);
        const found = expanded === undefined ? undefined : fault(expanded);
        return found === undefined ? [] : [`${title} ${refId}: ${found}`];
      }),
    );

function expandedOf(expr: string, { templating }: DashboardJson): string | undefined {
  const own = templating.list.map(({ name }) => [name, name] as const);
  try {
    return expand(expr, { ...GLOBALS, ...Object.fromEntries(own) });
  } catch {
    return undefined;
  }
}

/** Every bracket closed by its like, in order; strings aside. */
function areBracketsMatched(expr: string): boolean {
  const open: string[] = [];
  const closing: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };
  for (const bracket of expr.replaceAll(/"(?:[^"\\]|\\.)*"/g, "").match(/[()[\]{}]/g) ?? []) {
    const opening = closing[bracket];
    if (opening === undefined) open.push(bracket);
    else if (open.pop() !== opening) return false;
  }
  return open.length === 0;
}

const isExpression = (expr: string | undefined): boolean =>
  expr !== undefined && /\w/.test(expr) && areBracketsMatched(expr);

/** `metric{matchers}` of an expression. */
const selectorsOf = (expr: string): readonly string[] =>
  [...expr.matchAll(/[a-zA-Z_:][\w:]*(\{[^}]*\})/g)].map(([selector]) => selector);

function templateRule(name: string, label: string): LintRule {
  return ({ templating }) => {
    const variable = templating.list.find((each) => each.name === name);
    if (variable === undefined) return [`there is no variable ${name}`];
    const wanted = { type: "query", label, multi: true, allValue: ".+" };
    const found = Object.entries(wanted).filter(
      ([key, value]) => (variable as unknown as Record<string, unknown>)[key] !== value,
    );
    const isOurs = variable.datasource?.uid === DATASOURCE;
    return [
      ...found.map(([key, value]) => `${name}: ${key} is not ${String(value)}`),
      ...(isOurs ? [] : [`${name} does not ask ${DATASOURCE}`]),
    ];
  };
}

const matcherRule = (label: string): LintRule =>
  perQuery((expr) =>
    selectorsOf(expr).find((selector) => !selector.includes(`${label}=~"${label}"`)),
  );

/** Rules about Loki's queries: these dashboards have none, and must not get any unnoticed. */
const noLogQl: LintRule = perPanel(({ targets = [] }) =>
  targets.find(({ datasource }: Target) => datasource.type !== "prometheus")
    ? "asks another data source than Prometheus"
    : undefined,
);

export const LINT_RULES: Readonly<Record<string, LintRule>> = {
  "template-datasource-rule": ({ templating }) => {
    const found = templating.list.filter(({ type }) => type === "datasource");
    const isRight = found[0]?.name === "datasource" && found[0].label === "Data source";
    return found.length === 1 && isRight ? [] : ["no one data source variable of the right name"];
  },
  "template-job-rule": templateRule("job", "Job"),
  "template-instance-rule": templateRule("instance", "Instance"),
  "template-label-promql-rule": (dashboard) =>
    dashboard.templating.list.flatMap(({ type, name, query }) => {
      if (type !== "query") return [];
      const text = typeof query === "string" ? query : query.query;
      const [, selector] = /^label_values\((.*), \w+\)$/.exec(text) ?? [];
      const expanded = selector === undefined ? undefined : expandedOf(selector, dashboard);
      return isExpression(expanded) ? [] : [`${name} asks ${text}`];
    }),
  "template-on-time-change-reload-rule": ({ templating }) =>
    templating.list
      .filter(({ type, refresh }) => type === "query" && refresh !== 2)
      .map(({ name }) => `${name} is not asked anew when the time range changes`),
  "panel-datasource-rule": perPanel(({ datasource, targets = [] }) =>
    [datasource, ...targets.map((target) => target.datasource)].find(
      ({ uid }) => uid !== DATASOURCE,
    ) === undefined
      ? undefined
      : "asks a fixed data source",
  ),
  "panel-title-description-rule": perPanel(({ title, description = "" }) =>
    title !== "" && description !== "" ? undefined : "has no title or description",
  ),
  "panel-units-rule": perPanel((panel) =>
    unitsOf(panel).find((unit) => !UNITS.has(unit) && !/^(?:suffix|prefix):./.test(unit)),
  ),
  "panel-no-targets-rule": perPanel(({ targets = [] }) =>
    targets.length > 0 ? undefined : "asks nothing",
  ),
  "target-logql-rule": noLogQl,
  "target-logql-auto-rule": noLogQl,
  "target-promql-rule": (dashboard) =>
    panelsOf(dashboard).flatMap(({ title, targets = [] }) =>
      targets
        .filter(({ expr }) => !isExpression(expandedOf(expr, dashboard)))
        .map(({ expr }) => `${title}: ${expr}`),
    ),
  "target-rate-interval-rule": perQuery((expr) =>
    [...expr.matchAll(/\bi?rate\([^[]*\[([^\]]*)\]/g)]
      .map(([, range]) => range)
      .find((range) => range !== GLOBALS.__rate_interval),
  ),
  "target-job-rule": matcherRule("job"),
  "target-instance-rule": matcherRule("instance"),
  "target-counter-agg-rule": perQuery((expr) => {
    const aggregated = /\b(?:i?rate|increase)\(\w+_total(?:\{[^}]*\})?\[[^\]]*\]\)/g;
    return /\w+_total\b/.exec(expr.replaceAll(aggregated, ""))?.[0];
  }),
  "uneditable-dashboard": ({ editable }) => (editable ? ["can be edited in place"] : []),
};
