/** The places values come from, each as a list of raw settings: configuration file, environment, flags. */
import { dirname } from "node:path";
import type { Problem } from "../slo/index.ts";
import { Findings, formatPath, nearestName, readYaml, type FieldPath } from "../rules/index.ts";
import {
  CONFIG_KEYS,
  CONFIG_NAMES,
  environmentName,
  flagName,
  optionName,
  type ConfigName,
} from "./config-keys.ts";
import type { ConfigProblemCode } from "./problem-codes.ts";

/** One value for one key, not read yet. */
export interface Setting {
  readonly name: ConfigName;
  readonly raw: unknown;
  /** For people: `SLOWBURN_API_PORT`, `--api-port`, `file slowburn.yaml:3`. */
  readonly source: string;
  /** What a relative path is relative to; empty for the working directory. */
  readonly baseDirectory: string;
  readonly place: Pick<Problem, "file" | "line" | "column" | "path">;
}

export interface Layer {
  readonly settings: readonly Setting[];
  readonly problems: readonly Problem[];
}

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isName = (text: string): text is ConfigName => Object.hasOwn(CONFIG_KEYS, text);

/** YAML: `otlpHttp: { port: 4318 }` or `otlpHttp.port: 4318`. */
export function fileLayer(file: string, text: string): Layer {
  const { documents, problems } = readYaml({ file, text });
  const findings = new Findings<ConfigProblemCode | "duplicate-key">(file);
  const settings: Setting[] = [];
  const [document] = documents;
  if (document === undefined) return { settings, problems };
  const take = (value: Readonly<Record<string, unknown>>, parents: readonly string[]): void => {
    for (const [part, raw] of Object.entries(value)) {
      const path: FieldPath = [...parents, part];
      const name = path.join(".");
      if (isName(name)) {
        if (raw === null) continue; // `key:` alone leaves the default
        const twin = settings.find((setting) => setting.name === name);
        if (twin !== undefined) {
          const message = `${name} is set in line ${twin.place.line} already, written another way`;
          findings.add("duplicate-key", document, path, message, { at: "key" });
          continue;
        }
        const place = { file, ...document.placeOf(path), path: formatPath(path) };
        const source = `file ${file}:${place.line}`;
        settings.push({ name, raw, source, baseDirectory: dirname(file), place });
      } else if (CONFIG_NAMES.some((known) => known.startsWith(`${name}.`))) {
        if (isMapping(raw)) take(raw, [...parents, part]);
        else if (raw !== null) {
          const hint = `it has: ${membersOf(name).join(", ")}`;
          findings.add("invalid-value", document, path, `${name} is a mapping`, { hint });
        }
      } else {
        const hint = suggestion(name, parents.join("."));
        const message = `there is no key \`${name}\``;
        findings.add("unknown-key", document, path, message, { hint, at: "key" });
      }
    }
  };
  if (isMapping(document.value)) take(document.value, []);
  else findings.add("config-form", document, [], "a configuration is a mapping of keys");
  return { settings, problems: [...problems, ...findings.problems] };
}

const membersOf = (group: string): readonly string[] =>
  CONFIG_NAMES.filter((name) => name.startsWith(`${group}.`)).map((name) =>
    name.slice(group.length + 1),
  );

function suggestion(name: string, group: string): string | undefined {
  const groups = CONFIG_NAMES.flatMap((known) => known.split(".").slice(0, -1));
  const own = name.slice(name.lastIndexOf(".") + 1);
  const nearest = nearestName(name, [...CONFIG_NAMES, ...groups]);
  if (nearest !== undefined) return `did you mean \`${nearest}\`?`;
  const elsewhere = CONFIG_NAMES.find((known) => known.endsWith(`.${own}`));
  if (group !== "") return `${group} has: ${membersOf(group).join(", ")}`;
  return elsewhere === undefined ? undefined : `did you mean \`${elsewhere}\`?`;
}

/** Names the configuration file; not a key of it. */
export const CONFIG_FILE_VARIABLE = "SLOWBURN_CONFIG";
/** Kubernetes sets these in every pod beside a Service that is called slowburn. */
const SERVICE_LINK = /^SLOWBURN_(SERVICE_HOST|SERVICE_PORT\w*|PORT\w*)$/;

/** An empty variable is as good as none. */
export function environmentLayer(environment: Readonly<Record<string, string | undefined>>): Layer {
  const names = new Map(CONFIG_NAMES.map((name) => [environmentName(name), name]));
  const settings: Setting[] = [];
  const problems: Problem[] = [];
  for (const [variable, raw] of Object.entries(environment)) {
    if (!variable.startsWith("SLOWBURN_") || raw === undefined || raw === "") continue;
    const name = names.get(variable);
    if (name !== undefined) {
      settings.push({ name, raw, source: variable, baseDirectory: "", place: { path: variable } });
    } else if (variable !== CONFIG_FILE_VARIABLE && !SERVICE_LINK.test(variable)) {
      const nearest = nearestName(variable, [...names.keys(), CONFIG_FILE_VARIABLE]);
      problems.push({
        code: "unknown-variable" satisfies ConfigProblemCode,
        severity: "warning",
        message: "this variable sets nothing",
        ...(nearest === undefined ? {} : { hint: `did you mean ${nearest}?` }),
        path: variable,
      });
    }
  }
  return { settings, problems };
}

/** Options as commander names them (`otlpHttpPort`); those that are no keys belong to the command. */
export function flagLayer(options: Readonly<Record<string, unknown>>): Layer {
  const settings = CONFIG_NAMES.flatMap((name): readonly Setting[] => {
    const raw = options[optionName(name)];
    const flag = flagName(name);
    return raw === undefined
      ? []
      : [{ name, raw, source: flag, baseDirectory: "", place: { path: flag } }];
  });
  return { settings, problems: [] };
}
