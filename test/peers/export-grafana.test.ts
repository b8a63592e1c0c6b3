/** The dashboards against Grafana's own schemas (faults relaxed as the corpora's README says). */
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { dashboards } from "../../src/export/index.ts";
import { readJson, unitsOf } from "../export/dashboard-queries.ts";
import { corpusText, describeCorpora } from "./corpora.ts";

type Schema = Record<string, unknown> & { definitions: Record<string, Definition> };
type Definition = { properties: Record<string, unknown>; const?: unknown };

const schema = (name: string): Schema =>
  JSON.parse(corpusText("grafana", `${name}.jsonschema.json`)) as Schema;

/** CUE's "any" became `type: object` in these places (corpora/README.md). */
function dashboardSchema(): Schema {
  const relaxed = schema("dashboard");
  const any = (definition: string, property: string) => {
    relaxed.definitions[definition]!.properties[property] = {};
  };
  any("MatcherConfig", "options");
  any("DynamicConfigValue", "value");
  any("VariableModel", "query");
  return relaxed;
}

/** The same conversion lost the constants that tell a table's cell options apart, so one of several fits as any. */
function panelSchema(type: string): Schema {
  const relaxed = schema(type.replace("-", ""));
  const cells = relaxed.definitions["TableCellOptions"] as unknown as
    Record<string, unknown> | undefined;
  if (cells) {
    cells["anyOf"] = cells["oneOf"];
    delete cells["oneOf"];
  }
  return relaxed;
}

describeCorpora("Grafana", () => {
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  const validateDashboard = ajv.compile(dashboardSchema());
  const validateQuery = ajv.compile(schema("prometheus"));

  const kinds = new Map(
    ["timeseries", "stat", "table", "bargauge", "state-timeline"].map((type) => {
      const { definitions } = panelSchema(type);
      const part = (name: string) =>
        definitions[name] && ajv.compile({ definitions, $ref: `#/definitions/${name}` });
      return [type, { options: part("Options"), custom: part("FieldConfig") }];
    }),
  );

  const units = new Set(
    Object.values(schema("units").definitions).map((definition) => definition.const),
  );

  describe.each(dashboards().map((file) => [file.uid, file] as const))("%s", (_uid, file) => {
    const json = readJson(file);

    test("is a dashboard", () => {
      validateDashboard(json);
      expect(validateDashboard.errors ?? []).toEqual([]);
    });

    test("has the options and field settings of each panel's kind", () => {
      for (const panel of json.panels as unknown as readonly {
        type: string;
        title: string;
        options: unknown;
        targets?: readonly unknown[];
        fieldConfig: { defaults: { custom?: unknown } };
      }[]) {
        if (panel.type === "row") continue;
        const { options, custom } = kinds.get(panel.type)!;
        options?.(panel.options);
        expect(options?.errors ?? [], panel.title).toEqual([]);
        if (custom && panel.fieldConfig.defaults.custom) {
          custom(panel.fieldConfig.defaults.custom);
          expect(custom.errors ?? [], panel.title).toEqual([]);
        }
        for (const target of panel.targets ?? []) {
          validateQuery(target);
          expect(validateQuery.errors ?? [], panel.title).toEqual([]);
        }
      }
    });

    test("has units that Grafana knows", () => {
      for (const panel of json.panels)
        for (const unit of unitsOf(panel))
          expect(units.has(unit) || unit.startsWith("suffix:"), `${panel.title}: ${unit}`).toBe(
            true,
          );
    });
  });

  test("the schemas see a fault", () => {
    const json = { ...readJson(dashboards()[0]!), panels: [{ type: "stat", gridPos: "left" }] };
    expect(validateDashboard(json)).toBe(false);
    expect(kinds.get("stat")!.options!({ textMode: "loud" })).toBe(false);
    expect(validateQuery({ expr: 1 })).toBe(false);
  });
});
