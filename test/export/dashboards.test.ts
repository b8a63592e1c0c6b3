import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { dashboards, METRICS, LABELS, writeDashboards } from "../../src/export/index.ts";
import { OperationError } from "../../src/slo/index.ts";
import { expand, readJson, type PanelJson } from "./dashboard-queries.ts";

const names = new Set<string>(Object.values(METRICS).map(({ name }) => name));
/** User labels that the rule files may set and the fleet overview shows. */
const KNOWN_LABELS = new Set([...Object.keys(LABELS), "origin"]);

test("uids and file names are fixed: links hold them", () => {
  expect(dashboards().map(({ uid, fileName }) => [uid, fileName])).toEqual([
    ["slowburn-fleet", "slowburn-fleet.json"],
    ["slowburn-slo", "slowburn-slo.json"],
  ]);
});

describe.each(dashboards().map((file) => [file.uid, readJson(file)] as const))(
  "%s",
  (uid, json) => {
    const panels = json.panels.filter(({ type }) => type !== "row");
    const queries = panels.flatMap((panel) =>
      (panel.targets ?? []).map((target) => ({ panel, ...target })),
    );
    const variableNames = json.templating.list.map(({ name }) => name);

    test("is a classic dashboard that nobody edits in place", () => {
      expect(json).toMatchObject({ uid, editable: false, graphTooltip: 1, refresh: "1m" });
      expect(json.schemaVersion).toBeGreaterThanOrEqual(39);
      expect(json).not.toHaveProperty("__inputs");
      expect(json.tags).toEqual(["slowburn", "slo"]);
    });

    test("links to the others by tag, keeping variables and time", () => {
      expect(json.links).toEqual([
        expect.objectContaining({
          type: "dashboards",
          tags: ["slowburn"],
          includeVars: true,
          keepTime: true,
        }),
      ]);
    });

    test("has panel ids once each, and no two panels on one place", () => {
      expect(new Set(json.panels.map(({ id }) => id)).size).toBe(json.panels.length);
      const cells = new Map<string, string>();
      for (const { title, gridPos } of json.panels) {
        expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
        for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
          for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
            expect(cells.get(`${x},${y}`), `${title} lies on it`).toBeUndefined();
            cells.set(`${x},${y}`, title);
          }
      }
    });

    test.each(panels.map((panel): [string, PanelJson] => [panel.title, panel]))(
      "panel %s says what it shows and says so when there is nothing",
      (_title, panel) => {
        expect(panel.description?.length).toBeGreaterThan(60);
        expect(panel.fieldConfig?.defaults.noValue).toMatch(/\w/);
      },
    );

    test("asks only for metrics and labels that are exported", () => {
      const all = [...queries, ...json.annotations.list].map(({ expr }) => expr);
      all.push(
        ...json.templating.list.map(({ query }) =>
          typeof query === "string" ? query : query.query,
        ),
      );
      for (const expr of all) {
        for (const [name] of expr.matchAll(/slowburn_\w+/g)) expect(names, expr).toContain(name);
        for (const [, list = ""] of expr.matchAll(/(?:by|on|group_left) \(([^)]*)\)/g))
          for (const label of list.split(", "))
            if (label !== "") expect(KNOWN_LABELS, expr).toContain(label);
        for (const [, label] of expr.matchAll(/[{,](\w+)=~?"/g))
          expect(KNOWN_LABELS, expr).toContain(label);
      }
      expect(queries.length).toBeGreaterThan(10);
    });

    test("uses only variables that it has", () => {
      const known = [...variableNames, "__range", "__interval", "__rate_interval"];
      const values = Object.fromEntries(known.map((name) => [name, "1"]));
      for (const { expr } of [...queries, ...json.annotations.list]) expand(expr, values);
    });

    test("asks for the data source first, the one that is provisioned unless told otherwise", () => {
      const [first, ...others] = json.templating.list;
      expect(first).toMatchObject({ query: "prometheus", current: { value: "slowburn" } });
      expect(others.length).toBeGreaterThan(0);
    });
  },
);

test("the fleet's table leaves a label blank that an SLO does not have: no owner is not no traffic", () => {
  const table = readJson(dashboards()[0]!).panels.find(({ type }) => type === "table")!;
  const blanks = table.fieldConfig!.overrides.map(({ matcher, properties }) => [
    matcher.options,
    properties.find(({ id }) => id === "noValue")?.value,
  ]);
  for (const label of ["group", "owner", "runbook"]) expect(blanks).toContainEqual([label, ""]);
  expect(blanks).toContainEqual(["Value #B", undefined]);
});

test("a bar of a budget is full when the whole budget is left", () => {
  const bars = dashboards()
    .flatMap((file) => readJson(file).panels)
    .filter(({ type, fieldConfig }) => {
      return type === "bargauge" && fieldConfig?.defaults.unit === "percentunit";
    });
  expect(bars.length).toBeGreaterThan(2);
  for (const { title, fieldConfig } of bars)
    expect(fieldConfig!.defaults, title).toMatchObject({ min: 0, max: 1 });
});

test("the fleet's table leads to the SLO with service, SLO and time", () => {
  const links = readJson(dashboards()[0]!)
    .panels.flatMap(({ fieldConfig }) => fieldConfig?.overrides ?? [])
    .flatMap(({ matcher, properties }) =>
      properties
        .filter(({ id }) => id === "links")
        .map(({ value }) => [matcher.options, value] as const),
    );
  const url = JSON.stringify(links.find(([field]) => field === "slo")?.[1]);
  expect(url).toContain("/d/slowburn-slo?");
  for (const part of [
    "var-slo=${__data.fields.slo}",
    "var-service=${__data.fields.service}",
    "${__url_time_range}",
  ])
    expect(url).toContain(part);
});

describe("written files", () => {
  let dir = "";
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "slowburn-dashboards-"));
  });
  afterAll(() => rm(dir, { recursive: true }));

  test("are listed, and read back as what they are", async () => {
    const out = join(dir, "made", "deep");
    const written = writeDashboards(out, { prometheusUrl: "http://prometheus:9090" });
    expect(written.map(({ path }) => relative(out, path)).sort()).toEqual([
      "alertmanager/alertmanager.yml",
      "grafana/dashboards/.lint",
      "grafana/dashboards/slowburn-fleet.json",
      "grafana/dashboards/slowburn-slo.json",
      "grafana/provisioning/dashboards/slowburn.yaml",
      "grafana/provisioning/datasources/slowburn.yaml",
      "prometheus/prometheus.yml",
      "prometheus/slowburn-monitoring.rules.yaml",
    ]);
    const read = (path: string) => readFile(join(out, path), "utf8");
    const yaml = async (path: string) => parse(await read(path)) as unknown;
    expect(JSON.parse(await read("grafana/dashboards/slowburn-fleet.json"))).toEqual(
      dashboards()[0]?.json,
    );
    expect(await yaml("grafana/provisioning/datasources/slowburn.yaml")).toMatchObject({
      datasources: [{ type: "prometheus", url: "http://prometheus:9090" }],
    });
    expect(await yaml("grafana/provisioning/dashboards/slowburn.yaml")).toMatchObject({
      providers: [{ type: "file", options: { path: join(out, "grafana/dashboards") } }],
    });
    expect(await yaml("prometheus/prometheus.yml")).toMatchObject({
      scrape_configs: [{ static_configs: [{ targets: ["localhost:4319"] }] }],
    });
  });

  test("replace their former selves; configuration that was edited is kept until it is forced", async () => {
    const out = join(dir, "again");
    const outcomes = (force?: boolean) =>
      Object.fromEntries(
        writeDashboards(out, force === undefined ? {} : { force })
          .filter(({ path }) => files.some((file) => path.endsWith(file)))
          .map(({ path, outcome }) => [relative(out, path), outcome]),
      );
    const files = [
      "alertmanager/alertmanager.yml",
      "prometheus/prometheus.yml",
      "prometheus/slowburn-monitoring.rules.yaml",
    ];
    const [managed, scraped, rules] = files as [string, string, string];
    outcomes();
    expect(outcomes(), "nothing was edited").toEqual({
      [managed]: "written",
      [scraped]: "written",
      [rules]: "written",
    });
    for (const file of files) await writeFile(join(out, file), "# mine\n");
    expect(outcomes()).toEqual({ [managed]: "kept", [scraped]: "kept", [rules]: "written" });
    expect(await readFile(join(out, managed), "utf8")).toBe("# mine\n");
    expect(await readFile(join(out, rules), "utf8")).not.toBe("# mine\n");
    expect(outcomes(true)[managed]).toBe("written");
    expect(await readFile(join(out, managed), "utf8")).not.toBe("# mine\n");
  });

  test("a folder that cannot be made is an operation error with the path", async () => {
    const file = join(dir, "a-file");
    await writeFile(file, "");
    expect(() => writeDashboards(file)).toThrow(OperationError);
    expect(() => writeDashboards(file)).toThrow(/a-file/);
  });
});
