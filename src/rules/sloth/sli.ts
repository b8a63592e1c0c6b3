/** `sli:` → indicator. Sloth's queries count errors, or are the error ratio; a plugin makes them from its options. */
import type { PromqlSource } from "../../slo/index.ts";
import { readRatio, readRawRatio, type IndicatorReading } from "../../promql/index.ts";
import { readTexts } from "../foreign-labels.ts";
import { nearestName } from "../nearest-name.ts";
import { fieldIn, report, type Field } from "../native/index.ts";
import { reportReading } from "../query-problems.ts";
import { readSpelled, spelled, type Dialect } from "./dialect.ts";
import { eventsSchema, pluginSchema, rawSchema, sliSchema, type PluginConfig } from "./schemas.ts";
import { SLI_PLUGIN_IDS, sliPlugin } from "./sli-plugins.ts";

export interface Sli {
  readonly indicator: NonNullable<IndicatorReading["indicator"]>;
  readonly per: readonly string[];
  readonly promql: PromqlSource;
}

const FORMS = ["events", "raw", "plugin"] as const;

/** `undefined` when it is refused (reported). */
export function readSli(value: unknown, field: Field, dialect: Dialect): Sli | undefined {
  const shape = readSpelled(sliSchema, value, field, "an SLI", dialect);
  if (shape === undefined) return undefined;
  const said = FORMS.filter((form) => shape[form] !== undefined);
  const [form] = said;
  if (form === undefined || said.length > 1) {
    const message =
      form === undefined ? "nothing says what counts" : `\`${said.join("` and `")}\` at once`;
    report(
      field,
      { code: "sli-form", message, hint: "write one of events, raw and plugin" },
      "key",
    );
    return undefined;
  }
  const formField = fieldIn(field, form);
  switch (form) {
    case "events":
      return readEvents(shape.events, formField, dialect);
    case "raw":
      return readRaw(shape.raw, formField, dialect);
    case "plugin":
      return readPlugin(shape.plugin, formField, dialect);
  }
}

function readEvents(value: unknown, field: Field, dialect: Dialect): Sli | undefined {
  const shape = readSpelled(eventsSchema, value, field, "`events`", dialect);
  const { errorQuery: part, totalQuery: total } = shape ?? {};
  if (part === undefined || total === undefined) return undefined;
  const partField = fieldIn(field, spelled("errorQuery", dialect));
  const totalField = fieldIn(field, spelled("totalQuery", dialect));
  if (part === total) {
    const message = "both queries are the same: every event would be an error";
    report(partField, { code: "sli-form", message });
    return undefined;
  }
  checkWindow(part, partField);
  checkWindow(total, totalField);
  const reading = readRatio({ part, total, count: "bad" });
  reportReading(reading, (query) => (query === "part" ? partField : totalField));
  return sliOf(reading, { kind: "ratio", count: "bad", part, total });
}

function readRaw(value: unknown, field: Field, dialect: Dialect): Sli | undefined {
  const query = readSpelled(rawSchema, value, field, "`raw`", dialect)?.errorRatioQuery;
  if (query === undefined) return undefined;
  const queryField = fieldIn(field, spelled("errorRatioQuery", dialect));
  checkWindow(query, queryField);
  const reading = readRawRatio(query, "bad");
  reportReading(reading, () => queryField);
  return sliOf(reading, { kind: "errorRatio", query });
}

const sliOf = ({ indicator, per }: IndicatorReading, promql: PromqlSource): Sli | undefined =>
  indicator === undefined ? undefined : { indicator, per, promql };

/** Sloth asks each query over several windows, and refuses one that would not change. */
function checkWindow(query: string, field: Field): void {
  if (/\{\{-?\s*\.window\s*-?\}\}/.test(query)) return;
  const message = "the query does not say where the window goes";
  const hint = "write [{{.window}}] for its range";
  report(field, { code: "promql-range", message, hint });
}

function readPlugin(value: unknown, field: Field, dialect: Dialect): Sli | undefined {
  const shape = readSpelled(pluginSchema, value, field, "`plugin`", dialect);
  if (shape?.id === undefined) return undefined;
  const plugin = sliPlugin(shape.id);
  if (plugin === undefined) {
    refusePlugin(shape.id, field);
    return undefined;
  }
  const options = readOptions(shape, field, plugin);
  if (options === undefined) return undefined;
  const queries = plugin.queries(options);
  const reading = readRatio(queries);
  const at = fieldIn(field, shape.options === undefined ? "id" : "options");
  const [problem] = reading.problems; // both queries are made of the same options
  if (problem !== undefined) {
    const message = `the plugin's query: ${problem.message}`;
    report(at, { code: problem.code, message, hint: problem.hint });
  }
  return sliOf(reading, { kind: "ratio", ...queries });
}

function refusePlugin(id: string, field: Field): void {
  const nearest = nearestName(id, SLI_PLUGIN_IDS);
  const message = `the plugin \`${id}\` is a program: what it asks is not in this file`;
  const hint =
    nearest === undefined
      ? "write its queries as events: error_query and total_query (`sloth generate` shows them)"
      : `did you mean \`${nearest}\`?`;
  report(fieldIn(field, "id"), { code: "unknown-plugin", message, hint });
}

function readOptions(
  { id = "", options }: Partial<PluginConfig>,
  field: Field,
  {
    required,
    optional,
  }: { readonly required: readonly string[]; readonly optional: readonly string[] },
): Readonly<Record<string, string>> | undefined {
  const optionsField = fieldIn(field, "options");
  const texts = readTexts(options, optionsField);
  const names = [...required, ...optional];
  for (const name of Object.keys(texts).filter((each) => !names.includes(each))) {
    const { document, path, findings } = fieldIn(optionsField, name);
    const nearest = nearestName(name, names);
    const hint =
      nearest === undefined ? `it has: ${names.join(", ")}` : `did you mean \`${nearest}\`?`;
    const message = `${id} has no option \`${name}\``;
    findings.add("unknown-key", document, path, message, { severity: "warning", at: "key", hint });
  }
  const missing = required.filter((name) => (texts[name] ?? "").trim() === "");
  for (const name of missing) {
    const message = `${id} needs the option \`${name}\``;
    report(options === undefined ? field : optionsField, { code: "missing-field", message }, "key");
  }
  return missing.length > 0 ? undefined : texts;
}
