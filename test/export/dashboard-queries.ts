/** Reads dashboards as Grafana does: panels, queries, variables expanded. */
import type { DashboardFile } from "../../src/export/index.ts";

export interface PanelJson {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource: { readonly uid: string };
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly targets?: readonly {
    refId: string;
    expr: string;
    instant: boolean;
    datasource: { uid: string; type?: string };
  }[];
  readonly fieldConfig?: {
    readonly defaults: { readonly unit: string; readonly noValue: string };
    readonly overrides: readonly {
      matcher: { options: string };
      properties: readonly { id: string; value: unknown }[];
    }[];
  };
}

interface VariableJson {
  readonly type: string;
  readonly name: string;
  readonly label: string;
  readonly refresh?: number;
  readonly datasource?: { readonly uid: string };
  readonly query: string | { readonly query: string };
}

export interface DashboardJson {
  readonly uid: string;
  readonly schemaVersion: number;
  readonly editable: boolean;
  readonly graphTooltip: number;
  readonly tags: readonly string[];
  readonly links: readonly Record<string, unknown>[];
  readonly panels: readonly PanelJson[];
  readonly templating: { readonly list: readonly VariableJson[] };
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
}

/** As a file would be read: a copy through its text. */
export const readJson = ({ json }: DashboardFile): DashboardJson =>
  JSON.parse(JSON.stringify(json)) as DashboardJson;

/** Replaces `$name`, `${name}` and Grafana's own `__range`, `__interval`, `__rate_interval`. */
export function expand(expr: string, values: Readonly<Record<string, string>>): string {
  // `$1` of label_replace is no variable: Grafana leaves what it does not know.
  return expr.replaceAll(/\$\{(\w+)(?::[\w:]+)?\}|\$([a-zA-Z_]\w*)/g, (text, braced, plain) => {
    const value = values[String(braced ?? plain)];
    if (value === undefined) throw new Error(`unknown variable ${text} in ${expr}`);
    return value;
  });
}

export const unitsOf = ({ fieldConfig }: PanelJson): readonly string[] => [
  ...(fieldConfig ? [fieldConfig.defaults.unit] : []),
  ...(fieldConfig?.overrides ?? []).flatMap(({ properties }) =>
    properties.filter(({ id }) => id === "unit").map(({ value }) => String(value)),
  ),
];
