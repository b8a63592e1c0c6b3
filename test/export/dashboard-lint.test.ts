/** The dashboards keep every rule of Grafana's linter but those that their `.lint` excludes with a reason. */
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { provisioning } from "../../src/export/dashboards/provisioning.ts";
import { dashboards } from "../../src/export/index.ts";
import { LINT_RULES } from "./dashboard-lint.ts";
import { readJson, type DashboardJson } from "./dashboard-queries.ts";

const settings = { prometheusUrl: "", slowburnTarget: "", dashboardsPath: "" };
const { text } = provisioning(settings).find(({ path }) => path === "grafana/dashboards/.lint")!;
const { exclusions } = parse(text) as { exclusions: Record<string, { reason: string }> };
const rules = Object.entries(LINT_RULES);
const files = dashboards().map((file) => [file.uid, file] as const);

test("all rules of the linter are here", () => {
  expect(Object.keys(LINT_RULES)).toHaveLength(17);
});

describe.each(files)("%s", (_uid, file) => {
  const found = new Map(rules.map(([name, rule]) => [name, rule(readJson(file))]));

  test.each(rules.map(([name]) => name).filter((name) => !Object.hasOwn(exclusions, name)))(
    "keeps %s",
    (name) => {
      expect(found.get(name)).toEqual([]);
    },
  );

  test.each(Object.entries(exclusions))("breaks %s, and says why", (name, { reason }) => {
    expect(found.get(name)).not.toEqual([]);
    expect(reason).toMatch(/\w+ \w+ \w+/);
  });
});

type Json = { [key: string]: Json } & Json[] & string;

/** The fleet with one thing changed. */
function changed(change: (dashboard: Json, panel: Json) => void): DashboardJson {
  const dashboard = readJson(dashboards()[0]!) as unknown as Json;
  change(
    dashboard,
    dashboard["panels"]!.find(({ type }) => type === "timeseries")!,
  );
  return dashboard as unknown as DashboardJson;
}

const asking = (expr: string) =>
  changed((_, panel) => {
    panel["targets"]![0]!["expr"] = expr as Json;
  });

const set = (part: Json | undefined, more: Readonly<Record<string, unknown>>) =>
  void Object.assign(part!, more);

const variable = ({ templating }: Json, at: number): Json => templating!["list"]![at]!;

const withVariable = (more: Readonly<Record<string, unknown>>) =>
  changed((dashboard) => set(variable(dashboard, 1), more));

const job = { name: "job", label: "Job", multi: true, allValue: ".+" };
const instance = { ...job, name: "instance", label: "Instance" };

describe("a rule sees", () => {
  test.each<[rule: string, what: string, dashboard: DashboardJson]>([
    [
      "template-datasource-rule",
      "no data source variable",
      changed(({ templating }) => void templating!["list"]!.shift()),
    ],
    [
      "template-datasource-rule",
      "one of another label",
      changed((dashboard) => set(variable(dashboard, 0), { label: "Prometheus" })),
    ],
    ["template-job-rule", "one choice only", withVariable({ ...job, multi: false })],
    [
      "template-instance-rule",
      "All that matches nothing",
      withVariable({ ...instance, allValue: ".*" }),
    ],
    ["template-label-promql-rule", "another function", withVariable({ query: "labels(up, job)" })],
    [
      "template-label-promql-rule",
      "an open brace",
      withVariable({ query: "label_values(up{, job)" }),
    ],
    ["template-on-time-change-reload-rule", "a variable asked once", withVariable({ refresh: 1 })],
    [
      "panel-datasource-rule",
      "a fixed panel",
      changed((_, panel) => set(panel["datasource"], { uid: "x" })),
    ],
    [
      "panel-datasource-rule",
      "a fixed query",
      changed((_, panel) => set(panel["targets"]![0]!["datasource"], { uid: "x" })),
    ],
    ["panel-title-description-rule", "no title", changed((_, panel) => set(panel, { title: "" }))],
    [
      "panel-title-description-rule",
      "no description",
      changed((_, panel) => set(panel, { description: "" })),
    ],
    [
      "panel-units-rule",
      "a unit that is none",
      changed((_, panel) => set(panel["fieldConfig"]!["defaults"], { unit: "burns" })),
    ],
    ["panel-no-targets-rule", "an empty panel", changed((_, panel) => set(panel, { targets: [] }))],
    [
      "target-logql-rule",
      "Loki",
      changed((_, panel) => set(panel["targets"]![0]!["datasource"], { type: "loki" })),
    ],
    [
      "target-logql-auto-rule",
      "Loki",
      changed((_, panel) => set(panel["targets"]![0]!["datasource"], { type: "loki" })),
    ],
    ["target-promql-rule", "nothing", asking("")],
    ["target-promql-rule", "an open bracket", asking("sum(rate(a_total[5m])")],
    ["target-promql-rule", "a variable that is not there", asking('a{b="$tenant"}')],
    ["target-rate-interval-rule", "a range of its own", asking("sum(rate(a_total{}[5m]))")],
    ["target-rate-interval-rule", "one in irate", asking("irate(a_total{}[$__interval])")],
    ["target-job-rule", "no job", asking('a{instance=~"$instance"}')],
    ["target-instance-rule", "no instance in one of two", asking('a{instance=~"b"} / a{}')],
    ["target-counter-agg-rule", "a bare counter", asking("a_total")],
    [
      "target-counter-agg-rule",
      "a bare one beside another",
      asking("rate(a_total[1m]) / b_total{}"),
    ],
    ["target-counter-agg-rule", "a range without a rate", asking("max_over_time(a_total{}[1m])")],
    [
      "uneditable-dashboard",
      "one that can be edited",
      changed((dashboard) => set(dashboard, { editable: true })),
    ],
  ])("%s: %s", (rule, _what, dashboard) => {
    expect(LINT_RULES[rule]!(dashboard).length).toBeGreaterThan(0);
  });

  test.each<[rule: string, dashboard: DashboardJson]>([
    ["template-job-rule", withVariable(job)],
    ["template-instance-rule", withVariable(instance)],
    ["target-rate-interval-rule", asking("sum(increase(a_total{}[$__range]))")],
    ["target-counter-agg-rule", asking('increase(a_total{b="c"}[$__range]) / rate(d_total[1m])')],
    [
      "panel-units-rule",
      changed((_, panel) => set(panel["fieldConfig"]!["defaults"], { unit: "suffix:x" })),
    ],
  ])("nothing where nothing is wrong: %s", (rule, dashboard) => {
    expect(LINT_RULES[rule]!(dashboard)).toEqual([]);
  });
});
